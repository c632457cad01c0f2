"""One make-believe Salesforce org as tests and the demo hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.orgs.faults import Faults
from bot.sandbox.orgs.hands import Hands
from bot.sandbox.orgs.journal import Entry, Journal
from bot.sandbox.orgs.server import Server
from bot.sandbox.orgs.world import App, Propagation, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioner:
    """The bot's own user with the app it logs in through."""

    username: str
    consumer_key: str
    private_key_pem: str = field(repr=False)


class Org(Hands):
    """An org: its address, its people, its faults, and what it received."""

    def __init__(self, world: World, *, provisioner: str) -> None:
        super().__init__(world)
        app = world.apps["provisioner"]
        self.ca = Path()
        self.faults = Faults()
        self.journal = Journal()
        self.provisioner = Provisioner(
            username=provisioner,
            consumer_key=app.consumer_key,
            private_key_pem=app.private_key_pem,
        )
        self.server = Server(world, self.faults, self.journal)

    @property
    def url(self) -> str:
        """Where the org listens; there is no other host than its My Domain."""
        return self.world.my_domain_url

    my_domain_url = url

    @property
    def label(self) -> str:
        """What people call the org."""
        return self.world.label

    @property
    def is_sandbox(self) -> bool:
        """Sandbox or production."""
        return self.world.is_sandbox

    @property
    def id(self) -> str:
        """The organization's id, 18 characters."""
        return self.world.organization_id

    @property
    def apps(self) -> Mapping[str, App]:
        """Apps that integrations log in through: warehouse, legacy, self_service."""
        return {key: app for key, app in self.world.apps.items() if key != "provisioner"}

    @property
    def propagation(self) -> Propagation:
        """How long app changes take to arrive."""
        return self.world.propagation

    @property
    def changes(self) -> list[str]:
        """Every committed change, one sentence each."""
        return self.world.changes

    @property
    def requests(self) -> list[Entry]:
        """Every HTTP request received."""
        return self.journal.entries
