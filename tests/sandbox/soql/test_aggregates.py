import pytest

from tests.sandbox.soql.small_org import ask, refusal


def cells(text):
    records = ask(text).records
    assert all(one["attributes"] == {"type": "AggregateResult"} for one in records)
    return [{k: v for k, v in one.items() if k != "attributes"} for one in records]


def test_a_bare_count_is_a_number_without_records():
    result = ask("SELECT COUNT() FROM User WHERE IsActive = true")
    assert (result.total_size, result.records) == (3, ())
    assert ask("SELECT count() FROM User LIMIT 2").total_size == 2


def test_aggregates_without_groups_are_one_row():
    text = "SELECT COUNT(Id), COUNT(Name) named, MAX(LastLoginDate), MIN(Name) FROM User"
    assert cells(text) == [
        {
            "expr0": 4,
            "named": 3,
            "expr1": "2026-11-25T08:00:00.000+0000",
            "expr2": "Ada",
        }
    ]


def test_aggregates_of_nothing_count_zero_and_are_null():
    text = "SELECT COUNT(Id) seats, MAX(Name) FROM User WHERE Name = 'nobody'"
    assert cells(text) == [{"seats": 0, "expr0": None}]


def test_count_distinct_looks_through_parents_and_leaves_null_out():
    assert cells("SELECT COUNT_DISTINCT(Profile.UserLicenseId) n FROM User") == [{"n": 2}]


def test_groups_carry_field_names_and_aliases():
    text = (
        "SELECT Profile.Name, COUNT(Id) people, MAX(NumberOfFailedLogins) FROM User"
        " WHERE ProfileId != null GROUP BY Profile.Name ORDER BY COUNT(Id) DESC"
    )
    assert cells(text) == [
        {"Name": "Admin", "people": 2, "expr0": 2},
        {"Name": "API Only", "people": 1, "expr0": 5},
    ]
    assert cells("SELECT IsActive a FROM User GROUP BY IsActive") == [{"a": True}, {"a": False}]


def test_having_order_and_limit_work_on_groups():
    text = (
        "SELECT ProfileId FROM User GROUP BY ProfileId"
        " HAVING COUNT(Id) < 2 AND ProfileId != null ORDER BY ProfileId DESC LIMIT 1"
    )
    assert cells(text) == [{"ProfileId": "00e000000000002AAA"}]


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        (
            "SELECT Name, COUNT(Id) FROM User",
            "MALFORMED_QUERY",
            "Field must be grouped or aggregated: Name",
        ),
        (
            "SELECT COUNT(IsActive) FROM User",
            "MALFORMED_QUERY",
            "field IsActive does not support aggregate operator COUNT",
        ),
        (
            "SELECT MAX(UsedLicenses) FROM UserLicense",
            "MALFORMED_QUERY",
            "field UsedLicenses does not support aggregate operator MAX",
        ),
        (
            "SELECT AboutMe FROM User GROUP BY AboutMe",
            "INVALID_FIELD",
            "field 'AboutMe' can not be grouped in a query call",
        ),
        (
            "SELECT Name n FROM User",
            "MALFORMED_QUERY",
            "only aggregate expressions use field aliasing",
        ),
        (
            "SELECT DISTINCT Name FROM User",
            "MALFORMED_QUERY",
            "only aggregate expressions use field aliasing",
        ),
        ("SELECT MAX(Name) x, MIN(Name) X FROM User", "MALFORMED_QUERY", "duplicate alias: X"),
        (
            "SELECT COUNT(), Id FROM User",
            "MALFORMED_QUERY",
            "COUNT() must be the only element of the select list",
        ),
        (
            "SELECT Id FROM User WHERE COUNT(Id) > 1",
            "MALFORMED_QUERY",
            "Aggregate functions are not allowed here: COUNT",
        ),
    ],
)
def test_what_cannot_be_aggregated_is_refused(text, code, sentence):
    assert refusal(text) == (code, sentence)
