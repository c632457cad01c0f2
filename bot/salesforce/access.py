"""How one org is reached: what the composition root takes from the configuration for a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAccess:
    """An app that integrations log in through; its key is read only when it is needed."""

    kind: str
    name: str
    consumer_key: str
    private_key: Callable[[], str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgAccess:
    """One org and the bot's own user in it."""

    key: str
    kind: str
    my_domain_url: str
    audience: str | None
    api_version: str
    username: str
    consumer_key: str
    private_key: Callable[[], str] = field(repr=False)
    apps: Mapping[str, AppAccess]
    ca_bundle: str | None
    proxy: str | None
