import pytest

from tests.sandbox.soql.small_org import ADA, BEN, names, refusal

ALL = ["Ada", "ben", "Rae", None]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ada'", ["Ada"]),
        ("name = 'BEN'", ["ben"]),
        ("User.Name = 'Ada'", ["Ada"]),
        ("Name != 'Ada'", ["ben", "Rae", None]),
        ("Name <> 'Ada'", ["ben", "Rae", None]),
        ("Name = null", [None]),
        ("Name = ''", [None]),
        ("Name != NULL", ["Ada", "ben", "Rae"]),
        ("Name > 'ada'", ["ben", "Rae"]),
        ("Name <= 'BEN'", ["Ada", "ben"]),
        ("IsActive = true", ["Ada", "Rae", None]),
        ("IsActive != TRUE", ["ben"]),
        ("NumberOfFailedLogins >= 2", ["Ada", "Rae"]),
        ("NumberOfFailedLogins < 2.5", ["Ada", "ben"]),
        ("NumberOfFailedLogins = 0", ["ben"]),
        ("NumberOfFailedLogins > -1", ["Ada", "ben", "Rae"]),
        ("Name IN ('ADA', 'Ben', null)", ["Ada", "ben", None]),
        ("Name NOT IN ('ADA', 'Ben')", ["Rae", None]),
        ("NOT Name = 'Ada'", ["ben", "Rae", None]),
        ("NOT (Name = 'Ada' OR Name = 'ben')", ["Rae", None]),
        ("NOT Name = 'Ada' AND IsActive = true", ["Rae", None]),
        ("Name = 'Ada' OR Name = 'ben' OR Name = 'x'", ["Ada", "ben"]),
        ("IsActive = true AND (Name = 'ben' OR NumberOfFailedLogins = 5)", ["Rae"]),
        ("(Name = 'Ada')", ["Ada"]),
    ],
)
def test_conditions_pick_the_users_that_salesforce_would_pick(where, found):
    assert names(where) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a%", ["Ada"]),
        ("%A", ["Ada"]),
        ("_e_", ["ben"]),
        ("%\\%%", ["Rae"]),
        ("%\\_%", ["Rae"]),
        ("%0\\%\\_o%", ["Rae"]),
        ("%\\\\it", ["Rae"]),
        ("%\\\\%", ["Rae"]),
        ("a\\_a", []),
        ("%", ["Ada", "ben", "Rae"]),
        ("", []),
        ("ad", []),
    ],
)
def test_like_knows_wildcards_from_escaped_signs(pattern, found):
    assert names(f"Name LIKE '{pattern}'") == found


def test_ids_compare_by_their_first_fifteen_characters_with_case():
    assert names(f"Id = '{ADA}'") == ["Ada"]
    assert names(f"Id = '{ADA[:15]}'") == ["Ada"]
    assert names(f"Id IN ('{BEN[:15]}', '{BEN}')") == ["ben"]
    assert names(f"ManagerId = '{ADA}'") == ["ben", "Rae"]
    assert names("ManagerId = null") == ["Ada", None]


def test_semi_and_anti_joins_compare_ids():
    assigned = "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Name = 'orders'"
    assert names(f"Id IN ({assigned})") == ["Rae"]
    assert names(f"Id NOT IN ({assigned}) AND IsActive = true") == ["Ada", None]
    assert names("Id IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE Id = null)") == []


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (
            "Name = 'a' OR Id IN (SELECT AssigneeId FROM PermissionSetAssignment)",
            "Semi join sub-selects are not allowed with the 'OR' operator",
        ),
        (
            (
                "Id IN (SELECT AssigneeId FROM PermissionSetAssignment"
                " WHERE PermissionSetId IN (SELECT Id FROM PermissionSet))"
            ),
            "Nesting of semi join sub-selects is not supported",
        ),
        (
            "Id IN (SELECT ManagerId FROM User)",
            "The inner and outer selects should not be on the same object type",
        ),
        (
            "Name IN (SELECT Note__c FROM PermissionSetAssignment)",
            "Semi join sub-selects compare ids of the object only: Name",
        ),
        (
            "Id IN (SELECT Id, AssigneeId FROM PermissionSetAssignment)",
            "semi join sub-selects must select exactly one field",
        ),
        (
            "Id IN (SELECT AssigneeId FROM PermissionSetAssignment LIMIT 1)",
            "GROUP BY, ORDER BY, LIMIT and OFFSET are not allowed in sub-selects",
        ),
        (
            " AND ".join(["Id IN (SELECT AssigneeId FROM PermissionSetAssignment)"] * 3),
            "Maximum 2 semi join sub-selects are allowed",
        ),
    ],
)
def test_semi_joins_keep_salesforces_rules(where, sentence):
    assert refusal(f"SELECT Id FROM User WHERE {where}") == ("MALFORMED_QUERY", sentence)


def test_a_sub_query_under_not_is_refused():
    where = "NOT Id IN (SELECT AssigneeId FROM PermissionSetAssignment)"
    code, sentence = refusal(f"SELECT Id FROM User WHERE {where}")
    assert code == "MALFORMED_QUERY"
    assert "only allowed at the top level" in sentence
