"""The gateway over simple-salesforce: blocking parts in threads, one connection per org.

What worked as audience is remembered per app, so that a later login needs one request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.activity import Traces
from bot.core.plan import Batch, Found
from bot.core.proof import Observation
from bot.salesforce import activity, jwt_login, look, reads, trial, writes
from bot.salesforce.access import OrgAccess
from bot.salesforce.gateway import Identity, Snapshot, Survey
from bot.salesforce.jwt_login import LoginRefused, Token
from bot.salesforce.rest import Rest, refusal_in
from bot.salesforce.session import OrgSession, Sent
from bot.salesforce.threads import Threads

_OWN_APP = ""


class Client:
    """One org, spoken to as the bot's own user; implements `gateway.Gateway`."""

    def __init__(
        self,
        access: OrgAccess,
        *,
        clock: Callable[[], datetime],
        sent: Callable[[Sent], None] | None = None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._threads = Threads(access.key)
        self._session = OrgSession(ca_bundle=access.ca_bundle, proxy=access.proxy, sent=sent)
        self._audiences: dict[str, str] = {}
        self._rest = self._connection(
            _OWN_APP,
            consumer_key=access.consumer_key,
            username=access.username,
            private_key=access.private_key,
        )

    @property
    def key(self) -> str:
        """The org's key in the configuration."""
        return self._access.key

    async def identity(self) -> Identity:
        """Read who the org is."""
        return await self._threads.call(lambda: look.identity(self._rest))

    async def snapshot(self) -> Snapshot:
        """Read what the catalogue keeps."""
        apps = {key: (app.kind, app.name) for key, app in self._access.apps.items()}
        return await self._threads.call(lambda: look.snapshot(self._rest, org=self.key, apps=apps))

    async def survey(
        self,
        *,
        usernames: Sequence[str],
        set_names: Sequence[str],
        app_key: str | None,
        objects: Sequence[str],
        name: str,
    ) -> Survey:
        """Look at the org for one request, read-only."""
        app = self._access.apps.get(app_key) if app_key else None
        return await self._threads.call(
            lambda: look.survey(
                self._rest,
                usernames=usernames,
                set_names=set_names,
                app=(app.kind, app.name) if app else None,
                objects=objects,
                name=name,
            )
        )

    async def own_rights(self) -> frozenset[str]:
        """Read the bot's own user permissions that are true."""
        return await self._threads.call(lambda: look.own_rights(self._rest))

    async def observe(self, *, username: str, set_names: Sequence[str]) -> Found:
        """Read what exists of one wanted state; two HTTP requests at most, besides a login."""
        return await self._threads.call(
            lambda: reads.observe(self._rest, username=username, set_names=set_names)
        )

    async def perform(self, batch: Batch, *, known: Mapping[str, str]) -> Mapping[str, str]:
        """Write one batch in one HTTP request and answer the ids made."""
        composite = writes.compose(batch, known=known, version=self._access.api_version)

        def write() -> dict[str, str]:
            answers = self._rest.composite(composite.parts, all_or_none=batch.all_or_none)
            told = refusal_in(answers, but=frozenset() if batch.all_or_none else writes.GONE)
            if told:
                told.refused.step = writes.said(composite, told.part, told.row)
                told.refused.sobject = writes.written(composite, told.part)
                raise told.refused
            return writes.made(composite, answers)

        return await self._threads.call(write)

    async def prove(
        self, *, app_key: str, username: str, objects: Sequence[str], forbidden: str | None
    ) -> Observation:
        """Log in as `username` through the app, try each object, then revoke the token."""
        app = self._access.apps[app_key]
        rest = self._connection(
            app_key,
            consumer_key=app.consumer_key,
            username=username,
            private_key=app.private_key,
        )

        def look_and_leave() -> Observation:
            try:
                rest.connect()
            except LoginRefused as no:
                return trial.refused_login(no, self._clock())
            try:
                seen = trial.observe(rest, objects=objects, forbidden=forbidden, now=self._clock())
            finally:
                revoked = rest.leave()
            return trial.with_revocation(seen, revoked=revoked)

        return await self._threads.call(look_and_leave)

    async def visible_rows(self, objects: Sequence[str]) -> Mapping[str, bool | None]:
        """Say per object whether the bot itself sees a row; None = it cannot look."""
        return await self._threads.call(lambda: trial.visible_rows(self._rest, objects))

    async def granted_objects(self, user_id: str) -> frozenset[str]:
        """Objects that any parent of the user (sets and profile) grants Read on."""
        return await self._threads.call(lambda: reads.granted_objects(self._rest, user_id))

    async def activity(
        self, *, own: Mapping[str, Sequence[datetime]], idle_after: timedelta, now: datetime
    ) -> Traces:
        """Read the signs of use of every integration user."""
        return await self._threads.call(
            lambda: activity.read(self._rest, own=own, idle_after=idle_after, now=now)
        )

    def _connection(
        self,
        app_key: str,
        *,
        consumer_key: str,
        username: str,
        private_key: Callable[[], str],
    ) -> Rest:
        def log_in() -> Token:
            token = jwt_login.log_in(
                self._session,
                my_domain_url=self._access.my_domain_url,
                consumer_key=consumer_key,
                username=username,
                private_key=jwt_login.usable(private_key),
                audiences=jwt_login.audiences(
                    self._access.my_domain_url,
                    self._access.kind,
                    audience=self._access.audience,
                    remembered=self._audiences.get(app_key),
                ),
                now=self._clock(),
            )
            self._audiences[app_key] = token.audience
            return token

        return Rest(
            my_domain_url=self._access.my_domain_url,
            api_version=self._access.api_version,
            session=self._session,
            log_in=log_in,
        )
