from bot.sandbox.orgs.soql import parse, required_fields, run
from tests.sandbox.soql.small_org import ADA, BEN, SmallOrg, ask, names


def test_records_look_like_rests_json():
    (one,) = ask("SELECT Id, LastLoginDate, birthday FROM User WHERE Name = 'Ada'").records
    assert one == {
        "attributes": {"type": "User", "url": f"/services/data/v66.0/sobjects/User/{ADA}"},
        "Id": ADA,
        "LastLoginDate": "2026-11-25T08:00:00.000+0000",
        "Birthday": "1990-11-25",
    }


def test_parents_are_objects_inside_and_null_when_missing():
    ben, sam = ask(
        "SELECT u.Name, Profile.Name, profile.UserLicense.Name, Manager.Manager.Name, Manager.Id"
        " FROM User u WHERE Name = 'ben' OR Name = null"
    ).records
    assert ben["Profile"]["Name"] == "Admin"
    assert ben["Profile"]["attributes"]["type"] == "Profile"
    assert ben["Profile"]["UserLicense"]["Name"] == "Salesforce"
    assert ben["Manager"]["Manager"] is None
    assert ben["Manager"]["Id"] == ADA
    assert sam["Profile"] is None
    assert sam["Name"] is None
    assert sam["Manager"] is None


def test_conditions_look_through_several_levels():
    assert names("Profile.UserLicense.Name = 'salesforce integration'") == ["Rae"]
    assert names("Manager.Name != 'Ada'") == ["Ada", None]


def test_definitions_are_found_by_their_whole_durable_id():
    (one,) = ask("SELECT EntityDefinition.QualifiedApiName FROM FieldDefinition").records
    assert one["EntityDefinition"]["QualifiedApiName"] == "PermissionSetAssignment"


def test_the_caller_may_fill_attributes():
    query = parse("SELECT Name, Manager.Name FROM user WHERE Name = 'ben'")
    result = run(query, SmallOrg(), attributes=lambda kind, row: {"is": kind, "of": row["Id"]})
    (one,) = result.records
    assert one["attributes"] == {"is": "user", "of": BEN}
    assert one["Manager"]["attributes"] == {"is": "User", "of": ADA}


def test_objects_named_like_keywords_can_be_asked():
    assert ask("SELECT Id FROM Group WHERE Name LIKE 'night%'").total_size == 1
    assert ask("SELECT g.Name FROM Group g GROUP BY g.Name").total_size == 1


def test_limit_and_offset_cut_and_total_size_counts_what_is_left():
    result = ask("SELECT Name FROM User ORDER BY Name NULLS LAST LIMIT 2 OFFSET 1")
    assert [one["Name"] for one in result.records] == ["ben", "Rae 100%_of\\it"]
    assert result.total_size == 2
    assert ask("SELECT Id FROM User LIMIT 0").records == ()


def order(by):
    return [str(one["Name"])[:3] for one in ask(f"SELECT Name FROM User ORDER BY {by}").records]


def test_nulls_come_first_unless_asked_otherwise():
    assert order("Name") == ["Non", "Ada", "ben", "Rae"]
    assert order("Name DESC") == ["Non", "Rae", "ben", "Ada"]
    assert order("Name ASC NULLS LAST") == ["Ada", "ben", "Rae", "Non"]
    assert order("Name DESC NULLS LAST") == ["Rae", "ben", "Ada", "Non"]


def test_several_orders_apply_in_turn_and_through_parents():
    assert order("IsActive DESC, NumberOfFailedLogins DESC NULLS LAST") == [
        "Rae",
        "Ada",
        "Non",
        "ben",
    ]
    assert order("Profile.Name NULLS LAST, Name DESC") == ["ben", "Ada", "Rae", "Non"]


def test_the_fields_that_picked_every_row_are_known():
    text = (
        "SELECT Id FROM X WHERE A.B = 'x' AND (C IN ('y') AND D > 1)"
        " AND (E = 'z' OR F = 'z') AND NOT G = 1 AND H NOT IN ('q')"
    )
    assert required_fields(parse(text)) == {"a.b", "c"}
    assert required_fields(parse("SELECT Id FROM X")) == frozenset()
