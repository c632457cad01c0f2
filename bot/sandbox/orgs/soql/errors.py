"""How does Salesforce word a refusal, and how does it point at the place?

Field and value errors come with a piece of the query, a caret and row and column before the
sentence, as the REST API sends them.
"""

from bot.sandbox.orgs.soql.types import SoqlError

_REFERENCE = "Please reference your WSDL or the describe call for the appropriate names."
_AROUND = 38


def malformed(sentence: str) -> SoqlError:
    """A query that breaks the grammar (salesforce-provisioning 7: rules for a simulator)."""
    return SoqlError("MALFORMED_QUERY", sentence)


def unexpected(token: str) -> SoqlError:
    """A token that the grammar has no place for."""
    return malformed(f"unexpected token: {token!r}" if token else "unexpected token: '<EOF>'")


def pointed(code: str, sentence: str, *, text: str, at: int) -> SoqlError:
    """A refusal that shows where: a piece of the query, a caret under it, row and column."""
    start = max(0, at - _AROUND)
    if start:
        start = min(at, _next_word(text, start))
    piece = " ".join(text[start : at + _AROUND].splitlines())
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    caret = " " * (at - start) + "^"
    return SoqlError(code, f"\n{piece}\n{caret}\nERROR at Row:{row}:Column:{column}\n{sentence}")


def _next_word(text: str, start: int) -> int:
    space = text.find(" ", start)
    return start if space < 0 else space + 1


def no_such_column(column: str, entity: str) -> str:
    """The field is absent or hidden from the caller (auth-and-monitoring 1.4)."""
    return (
        f"No such column '{column}' on entity '{entity}'. If you are attempting to use a custom"
        f" field, be sure to append the '__c' after the custom field name. {_REFERENCE}"
    )


def no_such_object(name: str) -> str:
    """The object is absent or the caller may not see it (auth-and-monitoring 1.4)."""
    return (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object,"
        f" be sure to append the '__c' after the entity name. {_REFERENCE}"
    )


def no_such_relationship(name: str) -> str:
    """A dotted path over something that is no relationship of the object."""
    return (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a"
        f" custom relationship, be sure to append the '__r' after the custom relationship name."
        f" {_REFERENCE}"
    )
