"""How one org is reached: what a client takes from the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.config import Settings, ca_bundle, proxy_for


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


def read(settings: Settings, key: str, environ: Mapping[str, str]) -> OrgAccess:
    """Read how an org of the configuration is reached, proxies and trust included."""
    org = settings.orgs[key]
    bundle = ca_bundle(environ)
    return OrgAccess(
        key=key,
        kind=org.kind,
        my_domain_url=org.my_domain_url,
        audience=org.audience,
        api_version=org.api_version,
        username=org.username,
        consumer_key=org.consumer_key,
        private_key=partial(_key, settings, key, None),
        apps={
            name: AppAccess(
                kind=app.kind,
                name=app.name,
                consumer_key=app.consumer_key,
                private_key=partial(_key, settings, key, name),
            )
            for name, app in org.apps.items()
        },
        ca_bundle=str(bundle) if bundle else None,
        proxy=proxy_for(org.my_domain_url, environ),
    )


def _key(settings: Settings, org: str, app: str | None) -> str:
    """Read a private key now; it is kept nowhere."""
    return settings.private_key(org, app).get_secret_value()
