"""A whole world to be examined: a workspace, two orgs, a configuration, and what check says."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.doctor import command
from bot.doctor.report import Line, Status
from bot.sandbox import configuration
from bot.sandbox.orgs import LEAST_RIGHTS, Org, SalesforceSandbox, Switches
from bot.sandbox.orgs.keys import key_pair
from bot.sandbox.workspace import SlackWorkspace

ROOT = Path(__file__).parents[2]
SCOPES = frozenset(
    {"commands", "chat:write", "users:read", "usergroups:read", "channels:read", "groups:read"}
)


@dataclass
class Clinic:
    """The world, and the shortest words for examining it."""

    slack: SlackWorkspace
    salesforce: SalesforceSandbox
    folder: Path
    file: Path
    environ: dict[str, str]
    ahead: timedelta = timedelta()
    lines: tuple[Line, ...] = field(default=())

    @property
    def org(self) -> Org:
        """The sandbox org, `uat` in the configuration."""
        return self.salesforce.sandbox

    async def check(self, accept: str | None = None) -> tuple[Line, ...]:
        """Examine everything; `ahead` is how far our clock is ahead of the world's."""
        self.lines = await command.examine(
            self.file, self.environ, clock=lambda: datetime.now(UTC) + self.ahead, accept=accept
        )
        return self.lines

    def said(self, name: str, org: str | None = None) -> list[Line]:
        """What was said under a name about an org, or about none."""
        return [line for line in self.lines if (line.name, line.org) == (name, org)]

    def one(self, name: str, org: str | None = None) -> Line:
        """The only line under a name."""
        (line,) = self.said(name, org)
        return line

    def not_ok(self) -> dict[tuple[str, str | None], Line]:
        """Everything that is not well, by name and org."""
        return {(one.name, one.org): one for one in self.lines if one.status is not Status.OK}

    def change(self, old: str, new: str) -> None:
        """Change the text of the file."""
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    async def process(self, *arguments: str) -> tuple[int, str, str]:
        """Run the real command: its exit code, stdout and stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--config", str(self.file), *arguments,
            cwd=ROOT, env=self.environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def json(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """Run `check --json`."""
        code, out, _ = await self.process("check", "--json", *arguments)
        return code, json.loads(out)


def keep_private(database_url: str) -> None:
    """Let nobody else read the SQLite file, as a careful operator would."""
    if database_url.startswith("sqlite:///"):
        Path(database_url.removeprefix("sqlite:///")).chmod(0o600)


def certificates(folder: Path) -> None:
    """Put each app's certificate beside its key, as docs/salesforce-setup.md has it."""
    for org in ("uat", "prod"):
        for name, key in (("bot", "provisioner"), ("warehouse", "warehouse"), ("legacy", "legacy")):
            file = folder / "keys" / f"{org}-{name}.crt"
            file.write_text(key_pair(key).certificate_pem, encoding="utf-8")


@asynccontextmanager
async def living_clinic(
    folder: Path,
    database_url: str,
    *,
    scopes: Iterable[str] = SCOPES,
    rights: frozenset[str] = LEAST_RIGHTS,
    switches: Switches | None = None,
    both: bool = False,
) -> AsyncIterator[Clinic]:
    """Build the world, of which nothing is broken; `both` = production is configured too."""
    async with (
        SlackWorkspace(bot_scopes=scopes) as slack,
        SalesforceSandbox(switches=switches or Switches(), provisioner_rights=rights) as salesforce,
    ):
        orgs = {"uat": salesforce.sandbox}
        if both:
            orgs["prod"] = salesforce.production
        for org in orgs.values():
            del org.world.apps["self_service"]
        file = configuration.write(folder, orgs=orgs)
        certificates(folder)
        environ = {
            "PATH": os.environ.get("PATH", ""),
            **configuration.environment(folder, slack, salesforce),
            "DATABASE_URL": database_url,
        }
        keep_private(database_url)
        yield Clinic(slack, salesforce, folder, file, environ)
        assert slack.complaints == []
        assert not [call for call in slack.calls if call.method.startswith(("chat.", "views."))]
