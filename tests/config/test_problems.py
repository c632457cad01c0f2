"""A configuration that does not do: every message names the key and says what to write."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.config import ConfigError, load
from tests.config.written import PEM, TOKENS, WHOLE, org, write, write_key

APP = """
[orgs.uat.apps.warehouse]
label = "Warehouse"
kind = "connected_app"
name = "Warehouse"
consumer_key = "3MVG9"
"""


def problems(
    folder: Path, text: str, environ: dict[str, str] | None = None, *, running: bool = False
) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text), environ or {}, running=running)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[slack]\nmode = 'rtm'", "slack.mode", '"socket" or "http"'),
        ("[slack]\nport = '3000'", "slack.port", "a port"),
        ("[slack]\nport = 70000", "slack.port", "too large"),
        ("[slack]\nport = true", "slack.port", "a port"),
        ("[slack]\napprovals_channel = '#ops'", "slack.approvals_channel", "channel id"),
        ("[slack]\nadmins = ['U0ADMIN', 'max']", "slack.admins[1]", "ids of users"),
        ("[slack]\nadmins = 'U0ADMIN'", "slack.admins", "list"),
        ("slack = 5", "slack", "table"),
        ("[database]\nurl = 'mysql://x/y'", "database.url", "sqlite:///FILE"),
        ("[database]\nurl = 'sqlite://'", "database.url", "sqlite:///FILE"),
        ("[database]\nurl = 'postgresql://u:pw@h/d'", "database.url", "DATABASE_URL"),
        ("[database]\nurl = 'postgresql://u@h/d?password=pw'", "database.url", "DATABASE_URL"),
        ("[approval]\napprovers = ['C0X1']", "approval.approvers[0]", "ids of users"),
        ("[approval]\nrequired = 0", "approval.required", "too small"),
        ("[approval]\napprovers = ['U0ADA']\nrequired = 2", "approval.required", "at most 1"),
        ("[approval]\nexpires_after = '3 days'", "approval.expires_after", '"10m"'),
        ("[approval]\nexpires_after = '0s'", "approval.expires_after", "no time at all"),
        ("[approval]\nremind_after = ['4h', 7]", "approval.remind_after[1]", '["4h", "1d"]'),
        ("[schedule]\ndigest = 'monday 9:00'", "schedule.digest", '"mon 09:00"'),
        ("[schedule]\nstale = 'daily 24:00'", "schedule.stale", '"daily HH:MM"'),
        ("[schedule]\ntime_zone = 'Berlin'", "schedule.time_zone", '"Europe/Berlin"'),
        ("[schedule]\ntick = '99999999999d'", "schedule.tick", '"10m"'),
        ("[smoke]\npropagation_wait = '900000000w'", "smoke.propagation_wait", "ten years"),
        ("[prices]\ncurrency = 'dollars'", "prices.currency", '"USD"'),
        ("[prices]\nfull_license_month = -1", "prices.full_license_month", "too small"),
        ("[prices]\nfull_license_month = nan", "prices.full_license_month", "not a number"),
        (org(kind='"uat"'), "orgs.uat.kind", '"sandbox"'),
        (org(my_domain_url='"http://acme.my.salesforce.com"'), "orgs.uat.my_domain_url", "https"),
        (org(my_domain_url='"https://login.salesforce.com"'), "orgs.uat.my_domain_url", "all orgs"),
        (org(my_domain_url='"https://acme.lightning.force.com"'), "orgs.uat.my_domain_url", "page"),
        (
            org(my_domain_url='"https://acme.my.salesforce.com/x"'),
            "orgs.uat.my_domain_url",
            "after",
        ),
        (
            org(my_domain_url='"https://a:b@acme.my.salesforce.com"'),
            "orgs.uat.my_domain_url",
            "user",
        ),
        (org(my_domain_url='"https://acme:port"'), "orgs.uat.my_domain_url", "not a URL"),
        (org(audience='"test.salesforce.com"'), "orgs.uat.audience", "https"),
        (org(username='"provisioner"'), "orgs.uat.username", "username"),
        (org(username_domain='"@acme.example"'), "orgs.uat.username_domain", "domain"),
        (org(email_domains='["acme"]'), "orgs.uat.email_domains[0]", "domains"),
        (org(api_version='"59.0"'), "orgs.uat.api_version", '"66.0"'),
        (org(api_version="66.0"), "orgs.uat.api_version", "quotes"),
        (org(time_zone='"../../etc/passwd"'), "orgs.uat.time_zone", '"Europe/Berlin"'),
        (org(locale='"english"'), "orgs.uat.locale", '"en_US"'),
        (org(permission_sets='"two"'), "orgs.uat.permission_sets", '"psl"'),
        (org(label='""'), "orgs.uat.label", "the name that people read"),
        (org(consumer_key='""'), "orgs.uat.consumer_key", "consumer key"),
        (org(private_key_env='"UAT_KEY"'), "orgs.uat", "leave one out"),
        (
            org() + APP + "private_key_file = 'a'\nprivate_key_env = 'B'",
            "apps.warehouse",
            "one out",
        ),
        (org() + APP.replace("connected_app", "app"), "orgs.uat.apps.warehouse.kind", "connected"),
        (org() + org().replace("uat]", "two]"), "orgs.two.my_domain_url", "orgs.uat"),
        (org().replace("orgs.uat", 'orgs."u a t"'), "orgs", "letters, digits"),
        ("[orgs.uat]\nlabel = 'UAT'", "orgs.uat.kind is missing", '"sandbox"'),
        ("[orgs]\nuat = 1", "orgs.uat", "table"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write(
    text: str, key: str, says: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, text)
    assert any(key in problem and says in problem for problem in found), found


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[slack]\naproval_channel = 'C0X1'", "slack.aproval_channel", "approvals_channel?"),
        ("[approvals]\nrequired = 1", "approvals", "did you mean approval?"),
        ("[slack]\nrequired = 1", "slack.required", "belongs to approval.required"),
        ("[slack]\nbot_token = 'xoxb-1'", "slack.bot_token", "SLACK_BOT_TOKEN"),
        ("[slack]\ntoken = 'xoxb-1'", "slack.token", "environment variable"),
        ("[database]\npassword = 'x'", "database.password", "environment variable"),
        (org(private_key="'-----BEGIN'"), "orgs.uat.private_key", "write private_key_file"),
        ("[policy]\nrules = []", "policy", "remove it"),
        ("[environment]\nx = 1", "environment", "remove it"),
        (org() + APP + "colour = 1", "orgs.uat.apps.warehouse.colour", "consumer_key"),
    ],
)
def test_an_unknown_key_is_an_error_that_suggests_the_right_one(
    text: str, key: str, says: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, text)
    assert any(problem.startswith(f"{key} is unknown") and says in problem for problem in found)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = org(kind='"uat"', private_key_env='"UAT_KEY"', colour="1").replace("label", "lable")
    write_key(tmp_path / "keys/uat.pem", mode=0o644)
    found = problems(
        tmp_path,
        "[slack]\nport = -1\n[schedule]\ndigest = 'soon'\n" + text,
        {"DATABASE_URL": "mysql://x", "SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN_FILE": "none"},
        running=True,
    )
    for part in (
        "slack.port", "schedule.digest", "orgs.uat.kind", "orgs.uat.colour", "orgs.uat.lable",
        "orgs.uat.label is missing", "leave one out", "chmod 600", "DATABASE_URL is not",
        "SLACK_BOT_TOKEN is another kind", "SLACK_APP_TOKEN_FILE", "slack.approvals_channel",
        "approval.approvers is missing",
    ):  # fmt: skip
        assert any(part in problem for problem in found), part
    assert len(found) == len(set(found))


def test_a_file_that_is_no_toml_is_told_with_the_problems_of_the_environment(
    tmp_path: Path,
) -> None:
    found = problems(tmp_path, "[slack\nport =", {"DATABASE_URL": "mysql://x"})
    assert any("is not TOML: look at line 1" in problem for problem in found)
    assert any("DATABASE_URL" in problem for problem in found)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no file .*nowhere\.toml"):
        load(tmp_path / "nowhere.toml", {})
    with pytest.raises(ConfigError, match="There is no file"):
        load(None, {"INTEGRATION_USERS_CONFIG": str(tmp_path / "nowhere.toml")})


def test_a_bot_does_not_run_on_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(None, {}, running=True)
    for part in ("integration-users.toml", "[orgs.NAME]", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "needed", "other"),
    [
        ("socket", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
        ("http", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"),
    ],
)
def test_each_mode_asks_for_what_it_needs_and_not_for_the_others(
    mode: str, needed: str, other: str, tmp_path: Path
) -> None:
    file = write(tmp_path, f'[slack]\nmode = "{mode}"\n')
    with pytest.raises(ConfigError) as caught:
        load(file, {"SLACK_BOT_TOKEN": "xoxb-1"}, running=True)
    told = "\n".join(caught.value.problems)
    assert f"{needed} is not set" in told
    assert other not in told


@pytest.mark.parametrize("mode", [0o644, 0o604])
def test_a_key_that_others_may_read_is_refused_before_anything_runs(
    mode: int, tmp_path: Path
) -> None:
    write_key(tmp_path / "keys/uat.pem", mode=mode)
    (found,) = problems(tmp_path, org())
    assert found.startswith("orgs.uat.private_key_file: everybody")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nothing", "PEM"),
        ("", "PEM"),
        ("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----", "no private key"),
        (PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"), "passphrase"),
        (PEM.replace("PRIVATE", "EC PRIVATE"), "RSA"),
    ],
)
def test_a_file_that_holds_no_usable_key_is_told_before_the_bot_runs(
    text: str, says: str, tmp_path: Path
) -> None:
    write_key(tmp_path / "keys/uat.pem", text)
    found = problems(tmp_path, org(), TOKENS, running=True)
    assert any("orgs.uat.private_key_file" in problem and says in problem for problem in found)


def test_a_key_is_only_read_when_it_is_needed(tmp_path: Path) -> None:
    """`migrate` needs no key, so a missing one is told by whoever asks for it."""
    settings = load(write(tmp_path, org()), {})
    where = re.escape(str(tmp_path / "keys/uat.pem"))
    with pytest.raises(ConfigError, match=rf"uat\.private_key_file: the file {where} cannot be"):
        settings.private_key("uat")
    by_variable = org(private_key_env='"UAT_KEY"').replace('private_key_file = "keys/uat.pem"', "")
    with pytest.raises(ConfigError, match="set UAT_KEY, or UAT_KEY_FILE"):
        load(write(tmp_path, by_variable), {}).private_key("uat")


def test_a_secret_set_twice_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-2")
    environ = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}
    assert problems(tmp_path, org(), environ) == (
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: leave one out.",
    )


SECRET = "Tr0ub4dor"


def keyed(line: str) -> str:
    """An org whose key is named by this line."""
    return org().replace('private_key_file = "keys/uat.pem"', line)


PLACES = [
    "[slack]\napprovals_channel = 'S'", "[slack]\nadmins = ['S']", "[slack]\nport = 'S'",
    "[slack]\nbot_token = 'S'", "[slack]\nmode = 'S'", "[database]\nurl = 'S'",
    "[database]\nurl = 'postgresql://bot:S@db/bot'", "[database]\nurl = 'postgresql://h/d?password=S'",
    "[database]\nurl = 'postgresql://bot:S@[db/bot'", "[slack]\nx = S", "[slack\nx = 'S",
    "[schedule]\ndigest = 'S'\ntick = 'S'\ntime_zone = 'S'", "[smoke]\npropagation_wait = 'S'",
    org(private_key="'S'"), org(private_key_file="'-----BEGIN PRIVATE KEY-----S'"),
    org(my_domain_url="'https://bot:S@host'"), org(my_domain_url="'https://host:S'"),
    org(audience="'https://x:S@y'"), org(username="'S'"), org(api_version="'S'"),
    org(kind="'S'"), org(consumer_key="'a S'"), "[prices]\ncurrency = 'S'",
    keyed("private_key_env = 'S'"), keyed("private_key_env = \"\"\"S'\"\"\""),
    keyed("private_key_file = 'S'"), org() + APP + "private_key_env = 'S'",
    org() + APP + "private_key_file = 'S'",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "kind", ["", "plain", "xoxb-", "-----BEGIN PRIVATE KEY-----", "MIIEvQ+/" * 60, "MIIEvQIB" * 60]
)
def test_a_secret_in_the_wrong_place_is_not_quoted(place: str, kind: str, tmp_path: Path) -> None:
    text = place.replace("S'", f"{kind}{SECRET}'").replace("S@", f"{SECRET}@")
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text), {}, running=True)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None


NAMES = [
    "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "SLACK_API_URL",
    "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "UAT_KEY",
]  # fmt: skip
SHAPES = [
    "{}",
    "xoxb-{}",
    "xapp-{}",
    "postgresql://bot:{}@db/bot",
    "https://bot:{}@host",
    PEM + "{}",
]


@given(
    environ=st.dictionaries(
        st.sampled_from(NAMES),
        st.tuples(
            st.sampled_from(SHAPES),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9),
        ).map(lambda made: made[0].format(made[1] + SECRET)),
    ),
    running=st.booleans(),
)
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_secrets_never_show(environ: dict[str, str], running: bool, tmp_path: Path) -> None:  # noqa: FBT001 - drawn
    keyed = WHOLE.replace(
        'private_key_file = "keys/provisioner-uat.pem"', 'private_key_env = "UAT_KEY"'
    )
    try:
        shown = load(write(tmp_path, keyed), environ, running=running)
    except ConfigError as error:
        shown = error  # type: ignore[assignment]  # either one is only shown
    assert SECRET not in f"{shown!r} {shown}"
