"""What check says when something is wrong in an org; the other org is looked at all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from bot.doctor.report import PAGE, RUNBOOK, Line, Page, Status
from bot.sandbox.orgs import DOCUMENTED_RIGHTS, DROP_BEFORE, LEAST_RIGHTS, Reply, Switches
from bot.sandbox.orgs.keys import key_pair
from tests.doctor.clinic import Clinic, living_clinic


def points_to(line: Line, page: Page) -> bool:
    return line.remedy.endswith(f"See {page.link}") and page.link.startswith(PAGE)


async def test_an_org_that_is_not_there_is_told_and_the_other_is_looked_at(
    two_orgs: Clinic,
) -> None:
    clinic = two_orgs
    await clinic.org.server.stop()
    await clinic.check()
    line = clinic.one("connection", "uat")
    assert line.status is Status.PROBLEM
    assert points_to(line, Page.ORG_AWAY)
    assert clinic.said("login", "uat") == []
    assert clinic.one("login", "prod").status is Status.OK


async def test_a_certificate_that_nobody_trusts_is_told_with_the_variable(clinic: Clinic) -> None:
    del clinic.environ["REQUESTS_CA_BUNDLE"]
    await clinic.check()
    line = clinic.one("connection", "uat")
    assert "unable to get local issuer certificate" in line.text
    assert "REQUESTS_CA_BUNDLE" in line.remedy
    assert points_to(line, Page.TLS)


async def test_a_proxy_that_does_not_answer_is_told(two_orgs: Clinic) -> None:
    clinic = two_orgs
    address = clinic.org.my_domain_url
    clinic.change(address, "https://acme--uat.sandbox.my.salesforce.com")
    clinic.environ["HTTPS_PROXY"] = "http://somebody:sesame@127.0.0.1:9"
    await clinic.check()
    line = clinic.one("connection", "uat")
    assert "HTTPS_PROXY" in line.remedy
    assert "sesame" not in str(clinic.lines)
    assert clinic.one("connection", "prod").status is Status.OK


@pytest.mark.parametrize("reply", [Reply(status=503, body="<html>Maintenance</html>"), DROP_BEFORE])
async def test_something_that_is_no_org_is_told(clinic: Clinic, reply: Reply) -> None:
    clinic.org.faults.add(reply, path=r"^/services/data$", times=2)
    await clinic.check()
    assert points_to(clinic.one("connection", "uat"), Page.ORG_AWAY)


@pytest.mark.parametrize(("minutes", "way"), [(2, "ahead of"), (-2, "behind")])
async def test_clocks_that_differ_are_told_with_the_seconds(
    clinic: Clinic, minutes: int, way: str
) -> None:
    clinic.ahead = timedelta(minutes=minutes)
    await clinic.check()
    line = clinic.one("clock", "uat")
    assert line.status is Status.WARNING
    assert way in line.text
    assert any(f"{seconds} s" in line.text for seconds in range(119, 125))
    assert "NTP" in line.remedy
    assert clinic.one("login", "uat").status is Status.OK


async def test_a_clock_far_behind_costs_the_login_and_says_why(clinic: Clinic) -> None:
    clinic.ahead = -timedelta(minutes=10)
    await clinic.check()
    assert clinic.one("clock", "uat").status is Status.WARNING
    login = clinic.one("login", "uat")
    assert login.status is Status.PROBLEM
    assert "expired" in login.text
    assert clinic.said("rights", "uat") == []


async def test_a_version_that_is_not_served_is_told(clinic: Clinic) -> None:
    clinic.change('kind = "sandbox"', 'kind = "sandbox"\napi_version = "99.0"')
    await clinic.check()
    line = clinic.one("api-version", "uat")
    assert line.status is Status.PROBLEM
    assert "the newest is 67.0" in line.text
    assert clinic.one("login", "uat").status is Status.OK


async def test_a_key_of_another_certificate_is_told_by_the_login(clinic: Clinic) -> None:
    file = clinic.folder / "keys/uat-bot.pem"
    file.write_text(key_pair("somebody else").private_key_pem, encoding="utf-8")
    await clinic.check()
    assert "does not fit the certificate" in clinic.one("login", "uat").text
    certificate = clinic.one("certificate", "uat")
    assert certificate.status is Status.PROBLEM
    assert points_to(certificate, Page.CERTIFICATE)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        ("freeze", "deactivated or frozen"),
        ("unassign", "does not admit this user|admits approved users only"),
        ("restrict", "does not allow a login from this address"),
    ],
)
async def test_a_refused_login_is_explained(clinic: Clinic, break_it: str, said: str) -> None:
    bot = clinic.org.provisioner.username
    if break_it == "freeze":
        clinic.org.freeze(bot)
    elif break_it == "restrict":
        clinic.org.restrict_ip("Minimum Access - Salesforce")
    else:
        (app,) = clinic.org.rows("ExternalClientApplication", DeveloperName="Integration_User_Bot")
        for row in clinic.org.rows("SetupEntityAccess", SetupEntityId=app["Id"]):
            clinic.org.remove_row("SetupEntityAccess", str(row["Id"]))
    await clinic.check()
    line = clinic.one("login", "uat")
    assert line.status is Status.PROBLEM
    assert any(one in line.text for one in said.split("|")), line.text
    assert "Nothing more could be looked at" in line.text
    assert line.remedy.endswith((Page.LOGIN.link, RUNBOOK))


async def test_an_org_of_another_kind_is_a_problem_and_scratch_only_a_warning(
    two_orgs: Clinic,
) -> None:
    clinic = two_orgs
    clinic.change('kind = "production"', 'kind = "developer"')
    clinic.change('kind = "sandbox"', 'kind = "scratch"')
    await clinic.check()
    assert clinic.one("identity", "prod").status is Status.PROBLEM
    assert clinic.one("identity", "uat").status is Status.WARNING
    assert points_to(clinic.one("identity", "prod"), Page.KIND)


async def test_missing_licences_and_used_up_seats_are_told_by_name(two_orgs: Clinic) -> None:
    clinic = two_orgs
    clinic.org.set_seats(licenses=2)
    production = clinic.salesforce.production
    (psl,) = production.rows("PermissionSetLicense")
    production.world.tables.put("PermissionSetLicense", psl | {"Status": "Disabled"})
    await clinic.check()
    line = clinic.one("licence", "uat")
    assert line.status is Status.WARNING
    assert "2 in all, 2 used, 0 free" in line.text
    assert "Disabled" in clinic.one("psl", "prod").text
    for row in (clinic.org.rows("PermissionSetLicense"), clinic.org.rows("UserLicense")):
        for one in row:
            clinic.org.world.tables.put(
                "UserLicense" if "DeveloperName" not in one else "PermissionSetLicense",
                one | {"Name": "Other", "DeveloperName": "Other"}
                if "DeveloperName" in one
                else one | {"Name": "Other"},
            )
    await clinic.check()
    assert "no user licence Salesforce Integration" in clinic.one("licence", "uat").text
    assert "no permission set licence Salesforce API" in clinic.one("psl", "uat").text
    assert "no profile" in clinic.one("profile", "uat").text


async def test_the_older_profile_is_well_and_a_clone_is_a_warning(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_clinic(tmp_path, sqlite_url, switches=Switches(profiles="old")) as clinic:
        await clinic.check()
        line = clinic.one("profile", "uat")
        assert line.status is Status.OK
        assert "Salesforce API Only System Integrations" in line.text
        (row,) = clinic.org.rows("Profile", Name="Salesforce API Only System Integrations")
        clinic.org.world.tables.put("Profile", row | {"Name": "Our clone"})
        await clinic.check()
        assert clinic.one("profile", "uat").status is Status.WARNING
        assert "Our clone" in clinic.one("profile", "uat").text


async def test_a_missing_right_is_named_as_setup_labels_it(two_orgs: Clinic) -> None:
    clinic = two_orgs
    clinic.org.grant_bot(clinic.org.provisioner.username, "-ManageUsers", "-AssignPermissionSets")
    await clinic.check()
    line = clinic.one("rights", "uat")
    assert line.status is Status.PROBLEM
    assert "lacks Manage Users, Assign Permission Sets" in line.text
    assert "Integration User Bot" in line.remedy
    assert clinic.one("rights", "prod").status is Status.OK


@pytest.mark.parametrize("right", ["ViewSetup", "ApiEnabled"])
async def test_without_the_right_to_look_it_says_which_one_that_is(
    clinic: Clinic, right: str
) -> None:
    clinic.org.grant_bot(clinic.org.provisioner.username, f"-{right}")
    await clinic.check()
    line = clinic.one("rights", "uat")
    assert line.status is Status.PROBLEM
    label = {"ViewSetup": "View Setup and Configuration", "ApiEnabled": "API Enabled"}[right]
    assert label in f"{line.text} {line.remedy}"
    assert clinic.one("login", "uat").status is Status.OK


async def test_rights_beyond_need_are_warned_of_with_the_reason(clinic: Clinic) -> None:
    clinic.org.grant_bot(clinic.org.provisioner.username, "AuthorApex", "ViewAllData")
    await clinic.check()
    line = clinic.one("powers", "uat")
    assert line.status is Status.WARNING
    assert "View All Data: it can read every record" in line.text
    assert "Author Apex: it can run any code" in line.text
    assert points_to(line, Page.POWERS)
    assert "14 of 14" in clinic.one("objects", "uat").text


async def test_an_administrators_profile_is_seen_through_its_rights(clinic: Clinic) -> None:
    (admin,) = clinic.org.rows("PermissionSet", ProfileId=clinic.org.rows(
        "Profile", Name="System Administrator")[0]["Id"])  # fmt: skip
    clinic.org.assign_by_hand(clinic.org.provisioner.username, str(admin["Name"]))
    await clinic.check()
    assert "Modify All Data: it can change and delete" in clinic.one("powers", "uat").text


async def test_what_app_access_may_need_is_a_warning_either_way(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_clinic(tmp_path, sqlite_url, rights=DOCUMENTED_RIGHTS) as clinic:
        await clinic.check()
        assert clinic.one("app-rights", "uat").status is Status.OK
        powers = clinic.one("powers", "uat")
        assert powers.status is Status.WARNING
        assert "Modify All Data is documented for granting app access only" in powers.remedy
        clinic.org.grant_bot(clinic.org.provisioner.username, *(f"-{one}" for one in
            DOCUMENTED_RIGHTS - LEAST_RIGHTS))  # fmt: skip
        await clinic.check()
        line = clinic.one("app-rights", "uat")
        assert line.status is Status.WARNING
        assert "lacks Customize Application and Modify All Data" in line.text
        assert "not confirmed" in line.text


async def test_what_the_stale_alert_cannot_read_is_a_warning_with_or_without_apps(
    clinic: Clinic,
) -> None:
    await clinic.check()
    line = clinic.one("stale-tokens", "uat")
    assert line.status is Status.WARNING
    assert "lacks Customize Application" in line.text
    assert "unknown, never unused" in line.text
    assert "Integration User Bot Stale Alert" in line.remedy
    assert points_to(line, Page.STALE)
    clinic.org.grant_bot(
        clinic.org.provisioner.username, "CustomizeApplication", "ManageTranslation"
    )
    text = clinic.file.read_text("utf-8")
    clinic.file.write_text(text.partition("[orgs.uat.apps.")[0], encoding="utf-8")
    await clinic.check()
    assert clinic.one("stale-tokens", "uat").status is Status.OK
    assert clinic.said("app-rights", "uat") == []


async def test_an_app_that_is_not_there_is_told(clinic: Clinic) -> None:
    clinic.change('name = "Warehouse_Sync"', 'name = "Warehouse_Synk"')
    await clinic.check()
    line = clinic.one("app:warehouse", "uat")
    assert line.status is Status.PROBLEM
    assert "no external client app with the developer name Warehouse_Synk" in line.text
    assert clinic.said("app-policy:warehouse", "uat") == []


async def test_apps_that_cannot_be_read_are_told_so(tmp_path: Path, sqlite_url: str) -> None:
    switches = Switches(external_apps_readable=False)
    async with living_clinic(tmp_path, sqlite_url, switches=switches) as clinic:
        await clinic.check()
        line = clinic.one("app:warehouse", "uat")
        assert line.status is Status.PROBLEM
        assert points_to(line, Page.APP_UNREADABLE)
        assert clinic.one("app:legacy", "uat").status is Status.OK


async def test_an_app_that_everybody_authorises_alone_is_warned_of(clinic: Clinic) -> None:
    tables = clinic.org.world.tables
    (legacy,) = clinic.org.rows("ConnectedApplication")
    tables.put("ConnectedApplication", legacy | {"OptionsAllowAdminApprovedUsersOnly": False})
    warehouse = clinic.org.apps["warehouse"].id
    (policy,) = clinic.org.rows("ExtlClntAppOauthPlcyCnfg", ExternalClientApplicationId=warehouse)
    tables.put(
        "ExtlClntAppOauthPlcyCnfg", policy | {"PermittedUsersPolicyType": "AllSelfAuthorized"}
    )
    await clinic.check()
    for app in ("legacy", "warehouse"):
        line = clinic.one(f"app-policy:{app}", "uat")
        assert line.status is Status.WARNING
        assert "authorise it alone" in line.text
        assert points_to(line, Page.APP_OPEN)
    tables.remove("ExtlClntAppOauthPlcyCnfg", str(policy["Id"]))
    await clinic.check()
    assert points_to(clinic.one("app-policy:warehouse", "uat"), Page.APP_UNREADABLE)


async def test_an_app_granted_to_a_whole_profile_is_warned_of(clinic: Clinic) -> None:
    (profile,) = clinic.org.rows("Profile", Name="Minimum Access - API Only Integrations")
    (owned,) = clinic.org.rows("PermissionSet", ProfileId=profile["Id"])
    clinic.org.world.add(
        "SetupEntityAccess",
        ParentId=owned["Id"],
        SetupEntityId=clinic.org.apps["warehouse"].id,
        SetupEntityType="ExternalClientApplication",
    )
    await clinic.check()
    policy, opened = clinic.said("app-policy:warehouse", "uat")
    assert policy.status is Status.OK
    assert "Minimum Access - API Only Integrations" in opened.text
    assert opened.status is Status.WARNING


async def test_an_org_that_goes_away_in_the_middle_costs_one_line_a_question(
    clinic: Clinic,
) -> None:
    clinic.org.faults.add(
        Reply(status=503, body="<html>Maintenance</html>", whole=True), path="/query", times=99
    )
    await clinic.check()
    assert "could not be read" in clinic.one("profile", "uat").text
    assert points_to(clinic.one("profile", "uat"), Page.ORG_AWAY)
    assert clinic.one("objects", "uat").status is Status.OK


def certificate(key: rsa.RSAPrivateKey, days: int) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "warehouse")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=700))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.mark.parametrize(("days", "said"), [(29, "ends on"), (-1, "ended on")])
async def test_a_certificate_that_ends_is_told_and_never_that_logins_will_fail(
    clinic: Clinic, days: int, said: str
) -> None:
    pem = key_pair("warehouse").private_key_pem.encode()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    (clinic.folder / "keys/uat-warehouse.crt").write_bytes(certificate(key, days))
    await clinic.check()
    line = clinic.one("certificate:warehouse", "uat")
    assert line.status is Status.WARNING
    assert said in line.text
    assert points_to(line, Page.CERTIFICATE)


async def test_a_certificate_that_is_nowhere_to_read_is_said_to_be_unknown(clinic: Clinic) -> None:
    (clinic.folder / "keys/uat-bot.crt").unlink()
    (clinic.folder / "keys/uat-legacy.crt").write_text("no certificate", encoding="utf-8")
    await clinic.check()
    assert "not known" in clinic.one("certificate", "uat").text
    for name in ("certificate", "certificate:legacy"):
        assert points_to(clinic.one(name, "uat"), Page.CERTIFICATE_UNSEEN)


@pytest.mark.parametrize("kind", ["small", "curve", "torn"])
async def test_a_key_that_salesforce_would_refuse_is_told_before_it_is_used(
    clinic: Clinic, kind: str
) -> None:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    key = ec.generate_private_key(ec.SECP256R1())
    if kind == "small":
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (clinic.folder / "keys/uat-bot.pem").write_bytes(pem if kind != "torn" else pem[:90])
    await clinic.check()
    assert points_to(clinic.one("key", "uat"), Page.KEY)
    assert clinic.one("key", "uat").status is Status.PROBLEM
    assert clinic.one("login", "uat").status is Status.PROBLEM


async def test_a_login_that_is_not_answered_is_no_refusal(clinic: Clinic) -> None:
    clinic.org.faults.add(Reply(status=503, body="<html>Maintenance</html>"), path="oauth2/token")
    await clinic.check()
    line = clinic.one("login", "uat")
    assert line.status is Status.PROBLEM
    assert points_to(line, Page.ORG_AWAY)


async def test_an_org_that_calls_itself_otherwise_is_warned_of_and_not_followed(
    clinic: Clinic,
) -> None:
    token = {
        "access_token": "00DSb0000000001!made-up",
        "id": f"https://login.salesforce.com/id/{clinic.org.id}/005Sb0000000007IAA",
        "instance_url": "https://acme--old.sandbox.my.salesforce.com",
    }
    clinic.org.faults.add(Reply(status=200, body=token), path="oauth2/token")
    await clinic.check()
    line = clinic.one("login", "uat")
    assert line.status is Status.WARNING
    assert "calls itself acme--old.sandbox.my.salesforce.com" in line.text
    assert "made-up" not in str(clinic.lines)
