"""Check beside a running bot: it disturbs nothing, and knows what was proven."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.doctor import command
from bot.doctor.report import Line, failed
from tests.story.house import House, living_house


async def examined(house: House) -> dict[tuple[str, str | None], Line]:
    lines = await command.examine(house.file, house.environ, clock=lambda: datetime.now(UTC))
    assert not failed(lines), [line for line in lines if line.status == "problem"]
    return {(line.name, line.org): line for line in lines}


async def test_the_login_that_made_a_request_live_vouches_for_its_app(
    tmp_path: Path, database_url: str
) -> None:
    async with living_house(tmp_path, database_url) as house:
        before = await examined(house)
        assert (
            "shows with the test of the first request" in before["app-login:warehouse", "uat"].text
        )
        assert before["org-id", "uat"].text.endswith("as remembered.")
        await house.ask()
        await house.approve()
        await house.ends("live")
        lines = await examined(house)
        assert "worked: IU-1 on 20" in lines["app-login:warehouse", "uat"].text
        assert "of the first request" in lines["app-login:legacy", "uat"].text
        assert "10 in all, 3 used" in lines["licence", "uat"].text
        await house.told()


async def test_an_app_without_a_key_is_confirmed_by_hand_and_that_is_said(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_house(tmp_path, sqlite_url, start=False) as house:
        text = house.file.read_text("utf-8")
        line = 'private_key_file = "keys/uat-warehouse.pem"'
        assert line in text
        house.file.write_text(text.replace(line, ""), encoding="utf-8")
        lines = await examined(house)
        assert "tried by hand" in lines["app-login:warehouse", "uat"].text
        assert ("key:warehouse", "uat") not in lines
