import pytest

from bot.sandbox.orgs.soql import SoqlError, parse
from tests.sandbox.soql.small_org import SmallOrg, ask, refusal


def test_a_refusal_points_at_the_place():
    with pytest.raises(SoqlError) as caught:
        ask("SELECT Id, Name, Nope FROM User")
    assert caught.value.code == "INVALID_FIELD"
    assert caught.value.message == (
        "\nSELECT Id, Name, Nope FROM User\n"
        "                 ^\n"
        "ERROR at Row:1:Column:18\n"
        "No such column 'Nope' on entity 'User'. If you are attempting to use a custom field, be"
        " sure to append the '__c' after the custom field name. Please reference your WSDL or the"
        " describe call for the appropriate names."
    )


def test_in_a_long_query_the_caret_stands_under_the_word():
    text = "SELECT Id, Name, Username, Email FROM User WHERE Name = 'a' AND Profile.No = 1"
    with pytest.raises(SoqlError) as caught:
        ask(text)
    _, piece, caret, place, _ = caught.value.message.split("\n")
    assert piece[caret.index("^") :].startswith("Profile.No")
    assert place == f"ERROR at Row:1:Column:{text.index('Profile') + 1}"


@pytest.mark.parametrize(
    ("text", "code", "begins"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported."),
        (
            "SELECT Id FROM LoginHistory WHERE Status = 'Failed'",
            "INVALID_FIELD",
            "field 'Status' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM User ORDER BY AboutMe",
            "INVALID_FIELD",
            "field 'AboutMe' can not be sorted in a query call",
        ),
        (
            "SELECT Name.Id FROM User",
            "INVALID_FIELD",
            "Didn't understand relationship 'Name' in field path.",
        ),
        (
            "SELECT Secret.Name FROM User",
            "INVALID_FIELD",
            "Didn't understand relationship 'Secret' in field path.",
        ),
        ("SELECT Id FROM User WHERE No = 1", "INVALID_FIELD", "No such column 'No' on entity"),
        ("SELECT Id, id FROM User", "INVALID_FIELD", "duplicate field selected: id"),
        (
            "SELECT Id FROM User WHERE Name = 3999",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'Name' must be of type string and should be"
                " enclosed in quotes"
            ),
        ),
        (
            "SELECT Id FROM User WHERE LastLoginDate > '2026-11-25T00:00:00Z'",
            "INVALID_FIELD",
            (
                "value of filter criterion for field 'LastLoginDate' must be of type dateTime and"
                " should not be enclosed in quotes"
            ),
        ),
        ("SELECT Id FROM User WHERE LastLoginDate > 2026-11-25", "INVALID_FIELD", "value of"),
        ("SELECT Id FROM User WHERE Birthday = 2026-11-25T00:00:00Z", "INVALID_FIELD", "value of"),
        ("SELECT Id FROM User WHERE IsActive = 'true'", "INVALID_FIELD", "value of"),
        ("SELECT Id FROM User WHERE IsActive = 1", "INVALID_FIELD", "value of"),
        ("SELECT Id FROM User WHERE NumberOfFailedLogins = true", "INVALID_FIELD", "value of"),
        ("SELECT Id FROM User WHERE Name = TODAY", "INVALID_FIELD", "value of"),
        (
            "SELECT Id FROM User WHERE Id = 'ada'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid ID field: ada",
        ),
        (
            "SELECT Id FROM User WHERE Id LIKE '005%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on ID field",
        ),
        (
            "SELECT Id FROM User WHERE IsActive > false",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on boolean field",
        ),
        (
            "SELECT Id FROM User OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Maximum SOQL offset allowed for apiName User is 2000",
        ),
    ],
)
def test_refusals_have_salesforces_codes_and_words(text, code, begins):
    found, sentence = refusal(text)
    assert (found, sentence[: len(begins)]) == (code, begins)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT Id",
        "SELECT Id FROM",
        "SELECT FROM User",
        "SELECT Id, FROM User",
        "SELECT * FROM User",
        "SELECT Id FROM User;",
        "SELECT Id FROM User, Profile",
        "SELECT Id FROM User WHERE",
        "SELECT Id FROM User WHERE Name",
        "SELECT Id FROM User WHERE Name =",
        "SELECT Id FROM User WHERE Name = Ada",
        "SELECT Id FROM User WHERE Name = 'Ada",
        "SELECT Id FROM User WHERE Name = 'a' 'b'",
        "SELECT Id FROM User WHERE Name = 'O'Neil'",
        "SELECT Id FROM User WHERE Name = 'a\\q'",
        "SELECT Id FROM User WHERE Name = 'a\\%'",
        "SELECT Id FROM User WHERE Name = :name",
        'SELECT Id FROM User WHERE Name = "Ada"',
        "SELECT Id FROM User WHERE Name IS NULL",
        "SELECT Id FROM User WHERE Name == 'a'",
        "SELECT Id FROM User WHERE Name NOT LIKE 'a'",
        "SELECT Id FROM User WHERE Name IN ()",
        "SELECT Id FROM User WHERE Name IN 'a'",
        "SELECT Id FROM User WHERE (Name = 'a'",
        "SELECT Id FROM User WHERE Name = 'a')",
        "SELECT Id FROM User WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
        "SELECT Id FROM User WHERE Name = 'a' OR Name = 'b' AND Name = 'c'",
        "SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS",
        "SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:x",
        "SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:-1",
        "SELECT Id FROM User LIMIT -1",
        "SELECT Id FROM User LIMIT 1.5",
        "SELECT Id FROM User LIMIT 2147483648",
        "SELECT Id FROM User LIMIT 1 LIMIT 2",
        "SELECT Id FROM User OFFSET 1 LIMIT 2",
        "SELECT Id FROM User LIMIT 1 WHERE Name = 'a'",
        "SELECT Id FROM User ORDER BY",
        "SELECT Id FROM User ORDER BY Name NULLS",
        "SELECT Id FROM User FOR UPDATE",
        "SELECT Id FROM User ALL ROWS",
        "SELECT Id FROM User WITH SECURITY_ENFORCED",
        "SELECT FIELDS(ALL) FROM User LIMIT 1",
        "SELECT toLabel(Name) FROM User",
        "SELECT MAX() FROM User",
        "SELECT SUM(NumberOfFailedLogins) FROM User",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
        "SELECT TYPEOF What WHEN Account THEN Phone END FROM Event",
        "SELECT Id FROM User UNION SELECT Id FROM Profile",
        "SELECT MAX(Name) FROM User LIMIT 1",
        "SELECT Id FROM User HAVING COUNT(Id) > 1",
        "DELETE FROM User",
        "SELECT Id FROM User WHERE " + "(" * 3000 + "Name = 'a'" + ")" * 3000,
        "SELECT Id FROM User WHERE " + "NOT " * 3000 + "Name = 'a'",
    ],
)
def test_what_is_no_soql_is_a_malformed_query(text):
    with pytest.raises(SoqlError) as caught:
        parse(text)
    assert caught.value.code == "MALFORMED_QUERY"
    assert caught.value.message


@pytest.mark.parametrize("clause", ["WHERE No = 'a'", "ORDER BY No", "WHERE Birthday = TODAY:1"])
def test_mistakes_are_refused_also_when_there_are_no_rows(clause):
    with pytest.raises(SoqlError):
        ask(f"SELECT Id FROM User {clause}", SmallOrg(stored={"User": []}))
