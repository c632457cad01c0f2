from hypothesis import given
from hypothesis import strategies as st
from simple_salesforce import format_soql

from bot.sandbox.orgs.soql import SoqlError, parse
from bot.sandbox.orgs.soql.values import fold
from tests.sandbox.soql.small_org import SmallOrg, ask

awkward = st.sampled_from("\\'\"%_\n\r\t\b\f aA")
hostile = st.text(st.characters(codec="utf-8") | awkward, max_size=20)
plain = st.text("aAb%_\\'", min_size=1, max_size=8)


def org_of(*names):
    return SmallOrg(stored={"User": [{"Name": name} for name in names]})


def found(text, org):
    return [one["Name"] for one in ask(text, org).records]


@given(hostile.filter(bool))
def test_what_format_soql_quotes_is_found_again(name):
    org = org_of(name, f"{name}x")
    assert found(format_soql("SELECT Name FROM User WHERE Name = {name}", name=name), org) == [name]
    assert found(format_soql("SELECT Name FROM User WHERE Name IN {n}", n=[name]), org) == [name]


@given(hostile, plain, plain)
def test_what_format_soql_escapes_for_like_matches_itself_only(middle, before, after):
    name = before + middle + after
    text = format_soql("SELECT Name FROM User WHERE Name LIKE '%{:like}%'", middle)
    assert found(text, org_of(name)) == [name]
    other = "z" * len(name)
    expected = [other] if fold(middle) in other else []
    assert found(text, org_of(other)) == expected


def matches(pattern, text):
    """LIKE by its definition; the pattern is a list of (sign, is it a wildcard)."""
    if not pattern:
        return not text
    (sign, wild), rest = pattern[0], pattern[1:]
    if wild and sign == "%":
        return any(matches(rest, text[start:]) for start in range(len(text) + 1))
    return bool(text) and (wild or sign == text[0]) and matches(rest, text[1:])


wildcards = st.sampled_from([("%", True), ("_", True)])
literals = st.sampled_from([(sign, False) for sign in "%_abA\\'"])
signs = st.lists(wildcards | literals, max_size=6)


@given(signs, plain)
def test_like_matches_as_its_definition_says(pattern, name):
    escaped = {"\\": "\\\\", "'": "\\'", "%": "\\%", "_": "\\_"}
    raw = "".join(sign if wild else escaped.get(sign, sign) for sign, wild in pattern)
    expected = matches([(s.lower(), w) for s, w in pattern], name.lower())
    assert bool(found(f"SELECT Name FROM User WHERE Name LIKE '{raw}'", org_of(name))) is expected


rows = st.lists(
    st.tuples(st.sampled_from([None, "a", "A", "b"]), st.integers(0, 3) | st.none()), max_size=12
)


@given(rows, st.booleans(), st.booleans())
def test_sorting_is_stable_and_loses_nothing(values, descending, nulls_last):
    stored = [
        {"Name": name, "NumberOfFailedLogins": number, "Username": str(place)}
        for place, (name, number) in enumerate(values)
    ]
    order = f"Name {'DESC' if descending else 'ASC'} NULLS {'LAST' if nulls_last else 'FIRST'}"
    text = f"SELECT Name, Username FROM User ORDER BY {order}"
    sorted_rows = ask(text, SmallOrg(stored={"User": stored})).records
    assert sorted(int(one["Username"]) for one in sorted_rows) == list(range(len(values)))
    keys = [one["Name"] and one["Name"].lower() for one in sorted_rows]
    full = [key for key in keys if key is not None]
    empty = [None] * (len(keys) - len(full))
    assert full == sorted(full, reverse=descending)
    assert keys == (full + empty if nulls_last else empty + full)
    for wanted in set(keys):
        places = [int(r["Username"]) for r, k in zip(sorted_rows, keys, strict=True) if k == wanted]
        assert places == sorted(places)


@given(rows)
def test_groups_together_are_all_rows(values):
    stored = [{"Name": name, "NumberOfFailedLogins": number} for name, number in values]
    org = SmallOrg(stored={"User": stored})
    counted = "SELECT NumberOfFailedLogins, COUNT(Name) n FROM User GROUP BY NumberOfFailedLogins"
    groups = ask(counted, org).records
    assert {one["NumberOfFailedLogins"] for one in groups} == {number for _, number in values}
    assert (
        sum(one["n"] for one in groups)
        == ask("SELECT COUNT() FROM User WHERE Name != null", org).total_size
    )


WORDS = (
    "SELECT FROM WHERE AND OR NOT IN LIKE GROUP BY ORDER LIMIT 1 ( ) , . = 'a' Id User COUNT"
    " TODAY NULLS : - 2026-01-01 \\ ' $ é"
)
words = st.sampled_from(WORDS.split())


@given(st.lists(words, max_size=14).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_query_or_a_refusal_and_never_a_crash(text):
    try:
        code = None if parse(text).text == text else "another text"
    except SoqlError as error:
        code = error.code
    assert code in {None, "MALFORMED_QUERY"}
