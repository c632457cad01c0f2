"""Two make-believe Salesforce orgs over HTTPS on loopback, for unmodified clients.

async with SalesforceSandbox() as sf:
sf.sandbox.my_domain_url, sf.sandbox.provisioner, sf.ca_pem_path
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bot.sandbox.certs import write_authority
from bot.sandbox.orgs.faults import (
    API_LIMIT,
    DROP_AFTER,
    DROP_BEFORE,
    HANG,
    MAINTENANCE,
    OUT_OF_TIME,
    ROW_LOCKED,
    SESSION_EXPIRED,
    Delay,
    Hold,
    Reply,
)
from bot.sandbox.orgs.org import Org, Provisioner
from bot.sandbox.orgs.population import DOCUMENTED_RIGHTS, LEAST_RIGHTS, populate
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.switches import Switches
from bot.sandbox.orgs.world import App, World

__all__ = [
    "API_LIMIT",
    "DOCUMENTED_RIGHTS",
    "DROP_AFTER",
    "DROP_BEFORE",
    "HANG",
    "LEAST_RIGHTS",
    "MAINTENANCE",
    "OUT_OF_TIME",
    "ROW_LOCKED",
    "SESSION_EXPIRED",
    "App",
    "Delay",
    "Fact",
    "Hold",
    "Org",
    "Provisioner",
    "Refused",
    "Reply",
    "SalesforceSandbox",
    "Switches",
]

TAKEN = frozenset({"warehouse@integrations.acme.example", "sap@integrations.acme.example.uat"})
"""Usernames that orgs elsewhere in the world use (salesforce-provisioning 2.2)."""


def _now() -> datetime:
    return datetime.now(UTC)


class SalesforceSandbox:
    """A sandbox org and a production org, up while the context is open.

    `provisioner_rights` are the bot's user permissions, `bot_sees` the data objects it may read,
    `page_size` the records of a query page, `clock` the orgs' time.
    """

    def __init__(
        self,
        switches: Switches | None = None,
        *,
        provisioner_rights: frozenset[str] = LEAST_RIGHTS,
        bot_sees: Iterable[str] = ("Account",),
        page_size: int = 2000,
        clock: Callable[[], datetime] = _now,
        taken: Iterable[str] = TAKEN,
    ) -> None:
        family: list[World] = []
        shared = {one.lower() for one in taken}
        orgs = []
        for key, label, is_sandbox, seats in (
            ("uat", "UAT sandbox", True, (10, 10)),
            ("production", "Production", False, (5, 5)),
        ):
            world = World(
                key=key,
                label=label,
                is_sandbox=is_sandbox,
                switches=switches or Switches(),
                taken=shared,
                clock=clock,
                page_size=page_size,
                family=family,
            )
            family.append(world)
            bot = populate(world, rights=provisioner_rights, sees=bot_sees, seats=seats)
            orgs.append(Org(world, provisioner=bot))
        self.sandbox, self.production = orgs

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        self.ca_pem_path = write_authority(Path(self._folder.name) / "ca.pem")
        for org in (self.sandbox, self.production):
            org.ca = self.ca_pem_path
            await org.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for org in (self.sandbox, self.production):
            await org.server.stop()
        self._folder.cleanup()
