"""What check says when something is wrong on this side: configuration, files, database."""

from __future__ import annotations

import sqlite3

from bot.doctor.report import Page, Status
from tests.doctor.clinic import Clinic


async def test_every_problem_of_the_configuration_is_a_line_and_the_exit_is_1(
    clinic: Clinic,
) -> None:
    clinic.change('kind = "sandbox"', 'kind = "sandpit"')
    clinic.change("[approval]", '[approval]\nexpires = "3d"')
    code, found = await clinic.json()
    assert code == 1
    problems = [one for one in found if one["status"] == "problem"]
    assert {one["name"] for one in problems} == {"configuration"}
    assert any("orgs.uat.kind" in one["text"] for one in problems)
    assert any("approval.expires is unknown" in one["text"] for one in problems)
    assert [one["name"] for one in found if one["status"] == "warning"] == ["rest"]


async def test_a_file_that_is_not_there_is_a_line_too(clinic: Clinic) -> None:
    clinic.file = clinic.folder / "nowhere.toml"
    code, found = await clinic.json()
    assert code == 1
    assert "There is no file" in found[0]["text"]


async def test_what_only_run_needs_does_not_hide_the_rest(clinic: Clinic) -> None:
    clinic.change('approvers = ["S0SALESFORCE"]', "approvers = []")
    del clinic.environ["SLACK_APP_TOKEN"]
    await clinic.check()
    texts = [line.text for line in clinic.said("configuration")]
    assert any(text.startswith("approval.approvers is missing") for text in texts)
    assert any(text.startswith("SLACK_APP_TOKEN is not set") for text in texts)
    assert clinic.one("slack-app-token").status is Status.PROBLEM
    assert clinic.one("login", "uat").status is Status.OK


async def test_without_a_bot_token_slack_is_not_looked_at_and_the_orgs_are(clinic: Clinic) -> None:
    del clinic.environ["SLACK_BOT_TOKEN"]
    await clinic.check()
    assert "not looked at" in clinic.one("slack-token").text
    assert clinic.slack.calls == []
    assert clinic.one("login", "uat").status is Status.OK


async def test_a_key_that_everybody_may_read_is_told_with_chmod(clinic: Clinic) -> None:
    (clinic.folder / "keys/uat-bot.pem").chmod(0o644)
    await clinic.check()
    line = clinic.one("secret-files")
    assert line.status is Status.PROBLEM
    assert "chmod 600" in line.remedy
    assert line.remedy.endswith(Page.SECRETS.link)


async def test_a_token_file_that_everybody_may_read_is_told(clinic: Clinic) -> None:
    file = clinic.folder / "token"
    file.write_text(clinic.environ.pop("SLACK_BOT_TOKEN"), encoding="utf-8")
    file.chmod(0o604)
    clinic.environ["SLACK_BOT_TOKEN_FILE"] = str(file)
    await clinic.check()
    line = clinic.one("secret-files")
    assert "SLACK_BOT_TOKEN_FILE" in line.text
    assert line.status is Status.PROBLEM
    file.chmod(0o640)
    await clinic.check()
    assert clinic.one("secret-files").status is Status.OK


async def test_who_may_write_the_configuration_or_the_database_may_approve(
    clinic: Clinic,
) -> None:
    clinic.file.chmod(0o666)
    (clinic.folder / "bot.db").chmod(0o606)
    await clinic.check()
    lines = clinic.said("file-rights")
    assert [line.status for line in lines] == [Status.PROBLEM, Status.PROBLEM, Status.WARNING]
    assert "chmod o-w" in lines[0].remedy


async def test_who_may_write_a_folder_may_replace_what_is_in_it(clinic: Clinic) -> None:
    (clinic.folder / "keys").chmod(0o777)
    await clinic.check()
    line = clinic.one("file-rights")
    assert line.status is Status.PROBLEM
    assert f"the folder {clinic.folder / 'keys'}" in line.text
    assert "orgs.uat.private_key_file" in line.text
    assert "The configuration" not in line.text
    assert line.remedy.startswith(f"Run chmod o-w {clinic.folder / 'keys'}")
    assert line.remedy.endswith(Page.WRITABLE.link)
    (clinic.folder / "keys").chmod(0o1777)
    await clinic.check()
    assert clinic.one("file-rights").status is Status.OK


async def test_a_folder_further_up_counts_and_so_does_where_a_link_leads(clinic: Clinic) -> None:
    clinic.folder.chmod(0o703)
    elsewhere = clinic.folder.parent / f"{clinic.folder.name}-elsewhere"
    (elsewhere / "inner").mkdir(parents=True)
    elsewhere.chmod(0o777)
    file = clinic.folder / "keys/uat-bot.pem"
    file.rename(elsewhere / "inner/bot.pem")
    file.symlink_to(elsewhere / "inner/bot.pem")
    await clinic.check()
    above, linked = sorted(clinic.said("file-rights"), key=lambda line: len(line.text))[::-1]
    for name in ("The configuration", "The database", "orgs.uat.private_key_file"):
        assert name in above.text
    assert f"the folder {clinic.folder}," in above.text
    assert f"the folder {elsewhere}," in linked.text
    assert linked.text.endswith("orgs.uat.private_key_file")


async def test_missing_tables_are_told_with_the_command_and_made_by_nobody(
    clinic: Clinic,
) -> None:
    file = clinic.folder / "other.db"
    clinic.environ["DATABASE_URL"] = f"sqlite:///{file}"
    await clinic.check()
    line = clinic.one("schema")
    assert line.status is Status.PROBLEM
    assert "integration-user-bot migrate" in line.remedy
    assert not file.exists()
    assert clinic.one("login", "uat").status is Status.OK


async def test_an_old_schema_is_told_apart_from_the_engines(clinic: Clinic) -> None:
    with sqlite3.connect(clinic.folder / "bot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    await clinic.check()
    assert "The tables of the bot are missing or old" in clinic.one("schema").text


async def test_a_database_that_does_not_answer_is_told_without_its_password(
    clinic: Clinic,
) -> None:
    clinic.environ["DATABASE_URL"] = "postgresql://bot:sesame@127.0.0.1:9/users"
    await clinic.check()
    line = clinic.one("database")
    assert line.status is Status.PROBLEM
    assert "users on 127.0.0.1" in line.text
    assert "sesame" not in str(clinic.lines)
    assert line.remedy.endswith(Page.DATABASE.link)


async def test_a_file_that_is_no_database_is_told(clinic: Clinic) -> None:
    (clinic.folder / "bot.db").write_text("no database at all, only some text\n" * 99)
    await clinic.check()
    assert clinic.one("database").status is Status.PROBLEM


async def test_certificates_that_cannot_be_read_end_the_look_outwards(clinic: Clinic) -> None:
    clinic.environ["REQUESTS_CA_BUNDLE"] = str(clinic.folder / "nothing.pem")
    await clinic.check()
    assert "REQUESTS_CA_BUNDLE" in clinic.one("configuration").text
    assert "not looked at" in clinic.one("rest").text
    assert clinic.slack.calls == []


async def test_a_key_that_is_not_there_costs_the_login_only(two_orgs: Clinic) -> None:
    clinic = two_orgs
    (clinic.folder / "keys/uat-bot.pem").unlink()
    await clinic.check()
    assert clinic.one("key", "uat").status is Status.PROBLEM
    assert clinic.one("login", "uat").status is Status.PROBLEM
    assert clinic.one("connection", "uat").status is Status.OK
    assert clinic.one("login", "prod").status is Status.OK
