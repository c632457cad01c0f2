"""The two steps of the form: what is asked, with the words that help to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import slackblocks as kit

from bot.core.form import ALL, EVERY_FIELD, LENGTHS, OBJECTS_MAX
from bot.slack import ids
from bot.slack.views.moved import Moved
from bot.slack.views.parts import OPTION_MAX, Blocks, Payload, context, fit, modal, plain, section
from bot.slack.views.text import line
from store.records import Draft, Grant, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgOption:
    """One org in the picker: its key, label and the seats that are left, if known."""

    key: str
    label: str
    free: int | None
    total: int | None


VERB_WORDS = {
    Verb.READ: ("Read", "See records"),
    Verb.CREATE: ("Create", "Adds Read"),
    Verb.EDIT: ("Edit", "Adds Read"),
    Verb.DELETE: ("Delete", "Adds Read and Edit"),
    Verb.VIEW_ALL: ("View All", "Every record, whatever the sharing"),
    Verb.MODIFY_ALL: ("Modify All", "Whatever the sharing; adds Read, Edit, Delete, View All"),
}


_CHOSEN = 100
"""Fields that a picker holds from the start: as many as it could offer (slack-platform 2)."""

_CHOSEN_IN_ALL = 1200
"""So that a view with ten objects stays well within its 250 KB (slack-platform 1.2)."""

SUITABILITY = (
    "*Step 1 of 2.* An integration user can only use the API, and only what is granted to it.",
    (
        "It does not fit when somebody must log in to the Salesforce UI, nor for Visualforce pages,"
        " Knowledge, an industry cloud or CPQ: ask a Salesforce admin for a full licence instead."
    ),
    "Account Engagement brings a connector user of its own that takes no licence: use that one.",
)
"""Who should not ask for one, and what to do instead: said before anybody fills in the form."""


def details(
    orgs: Sequence[OrgOption], chosen: str, *, reset: str = "", moved: Moved | None = None
) -> Payload:
    """Step 1; `reset` changes the action ids of the pickers that depend on the org.

    `moved` is said below the org. When the org that was wanted is gone, its own picker is reset
    too, because what it holds is no longer one of its options.
    """
    action = f"{ids.ORG_ACTION}:{reset}" if moved and moved.gone else ids.ORG_ACTION
    said = moved.sentences() if moved else ""
    blocks: Blocks = [
        context("\n".join(SUITABILITY)),
        _org(orgs, chosen, action),
        *([section(said)] if said else []),
        *_integration(),
        _user("owner", "Owner", "Answers for this integration."),
        _user("backup_owner", "Backup owner", "Steps in for the owner; somebody else."),
        _mailbox(),
        _app(reset),
        _objects(reset),
    ]
    return modal(
        "New integration user",
        blocks,
        callback=ids.VIEW_DETAILS,
        metadata=ids.FormState(org=chosen).write(),
        submit="Next",
        close="Cancel",
    )


def _org(orgs: Sequence[OrgOption], chosen: str, action: str) -> kit.Block:
    options = [_org_option(one) for one in orgs]
    first = next((o for o, one in zip(options, orgs, strict=True) if one.key == chosen), options[0])
    return _input(
        "org",
        "Salesforce org",
        kit.StaticSelectMenu(action_id=action, options=options, initial_option=first),
        dispatch=True,
        hint="Another org empties the app and the objects below.",
    )


def _integration() -> Blocks:
    return [
        _text("name", "Integration", hint="Short and known to people, such as Warehouse sync."),
        _text(
            "purpose",
            "What does it do, and why?",
            multiline=True,
            hint="The approvers decide by this.",
        ),
        _text("system", "Other system", hint="Which system logs in to Salesforce?"),
        _text("ticket", "Ticket", optional=True, hint="A number, or an https link."),
    ]


def access(draft: Draft, proposal: str) -> Payload:
    """Step 2: a username, and three blocks for every chosen object and for no other.

    They hold what the draft knows of an earlier visit.
    """
    blocks: Blocks = [
        section(
            f"*{line(draft.asked.name)}*: step 2 of 2. Grant only what the integration needs:"
            " approvers decide faster about less."
        ),
        _username(draft.asked.username, proposal),
    ]
    most = min(_CHOSEN, _CHOSEN_IN_ALL // (2 * len(draft.asked.grants) or 1))
    for grant in draft.asked.grants:
        blocks += _object(grant, most)
    blocks.append(
        context(
            "What a permission depends on is added by itself and shown to the approvers."
            " The bot then looks at the org, asks them, and keeps you posted in a direct message."
        )
    )
    return modal(
        "What may it do?",
        blocks,
        callback=ids.VIEW_ACCESS,
        metadata=ids.FormState(org=draft.asked.org, draft=draft.id).write(),
        submit="Send request",
        close="Back",
    )


def _username(typed: str, proposal: str) -> kit.Block:
    most = LENGTHS["username"]
    return _input(
        "username",
        "Username",
        kit.PlainTextInput(
            action_id="username",
            initial_value=typed[:most] or None,
            placeholder=plain(proposal, 150),
            max_length=most,
        ),
        optional=True,
        hint="Looks like an email address, but need not be one. Leave it empty to take the name"
        " shown in grey.",
    )


def _object(grant: Grant, most: int) -> Blocks:
    name = grant.object
    options = {
        verb: kit.Option(text=plain(words), value=str(verb), description=plain(note))
        for verb, (words, note) in VERB_WORDS.items()
    }
    ticked = [options[verb] for verb in grant.verbs]
    return [
        kit.DividerBlock(),
        _input(
            f"perm:{name}",
            f"{name}: what may it do?",
            kit.CheckboxGroup(
                action_id="perm", options=list(options.values()), initial_options=ticked or None
            ),
        ),
        _fields(
            f"fields:{name}",
            f"{name}: fields it may read",
            [*([ALL] if grant.all_fields else []), *grant.read_fields],
            most=most,
            hint="Empty: only what Salesforce always shows. “All fields” includes the ones you name"
            " beside it, and future ones.",
        ),
        _fields(
            f"edit_fields:{name}",
            f"{name}: fields it may edit",
            [*([ALL] if grant.edit_all else []), *grant.edit_fields],
            most=most,
            hint="Needs Create or Edit above. What it may edit it may also read.",
        ),
    ]


def _fields(block: str, label: str, names: Sequence[str], *, most: int, hint: str) -> kit.Block:
    """A picker of fields that holds `most` of those named, and says so if there were more."""
    every = EVERY_FIELD[block.startswith("edit_")]
    chosen = [
        kit.Option(text=plain(every if name == ALL else name), value=name) for name in names[:most]
    ]
    if len(names) > most:
        hint = f"Only {most} of your {len(names)} fields are here again: please add the others."
    picker = _picker(ids.FIELDS_ACTION, "Search fields", chosen=chosen)
    return _input(block, label, picker, optional=True, hint=hint)


def _org_option(one: OrgOption) -> kit.Option:
    seats = "" if one.free is None else f": {max(one.free, 0)} of {one.total} seats left"
    label = fit(one.label, OPTION_MAX - len(seats))  # a long label must not hide the seats
    return kit.Option(text=plain(f"{label}{seats}"), value=one.key)


def _app(reset: str) -> kit.Block:
    picker = kit.ExternalSelectMenu(
        action_id=f"{ids.APP_ACTION}:{reset}",
        min_query_length=0,
        placeholder=plain("Search apps"),
    )
    return _input(
        "app",
        "App it logs in through",
        picker,
        optional=True,
        hint="The app in Salesforce whose key the other system uses. Without it the bot can neither"
        " admit the new user to an app nor test its login.",
    )


def _objects(reset: str) -> kit.Block:
    picker = _picker(f"{ids.OBJECTS_ACTION}:{reset}", "Search objects", most=OBJECTS_MAX)
    return _input(
        "objects",
        "Objects it needs",
        picker,
        hint=f"At most {OBJECTS_MAX}. Step 2 asks what it may do with each.",
    )


def _picker(
    action: str,
    placeholder: str,
    *,
    most: int | None = None,
    chosen: Sequence[kit.Option] = (),
) -> kit.Element:
    return kit.ExternalMultiSelectMenu(
        action_id=action,
        min_query_length=0,
        max_selected_items=most,
        initial_options=list(chosen) or None,
        placeholder=plain(placeholder),
    )


def _text(
    block: str,
    label: str,
    *,
    multiline: bool = False,
    optional: bool = False,
    hint: str | None = None,
) -> kit.Block:
    element = kit.PlainTextInput(action_id=block, max_length=LENGTHS[block], multiline=multiline)
    return _input(block, label, element, optional=optional, hint=hint)


def _mailbox() -> kit.Block:
    hint = "A team's address that outlives people. Salesforce writes there about this user."
    return _input("email", "Mailbox", kit.EmailInput(action_id="email"), hint=hint)


def _user(block: str, label: str, hint: str) -> kit.Block:
    return _input(block, label, kit.UserSelectMenu(action_id=block), hint=hint)


def _input(
    block: str,
    label: str,
    element: kit.Element,
    *,
    optional: bool = False,
    dispatch: bool = False,
    hint: str | None = None,
) -> kit.Block:
    return kit.InputBlock(
        label=plain(label, 2000),
        element=element,
        block_id=block,
        optional=optional,
        dispatch_action=dispatch,
        hint=plain(hint, 2000) if hint else None,
    )
