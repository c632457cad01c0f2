"""One user's connection to one org: simple-salesforce's `restful` and `query`, errors translated.

Blocking; runs in a thread. A session that expired is renewed once (HTTP 401 means nothing was
done). The library's own refresh is not used: it drops headers and may recurse without end
(salesforce-provisioning 4.1).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import structlog
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from bot.salesforce.absence import NO_ORG, no_answer, unavailable
from bot.salesforce.gateway import Refused, Unavailable
from bot.salesforce.jwt_login import Token, revoke

_log = structlog.get_logger(__name__)
UNKNOWN = "UNKNOWN"
_QUERIES_AT_ONCE = 5
"""Queries in one composite, and of any kind of subrequest (salesforce-provisioning 3)."""
_PARTS_AT_ONCE = 25
_PASSING_STATUS = frozenset({408, 425, 429}) | NO_ORG
HALTED = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})


class _ExpiredError(Refused):
    """HTTP 401: nothing was done, because the session is over."""


class Rest:
    """REST calls as one user; `log_in` makes a token when there is none or it expired.

    Whatever only asks raises `Unavailable` for an error that passes by itself.
    """

    def __init__(
        self,
        *,
        my_domain_url: str,
        api_version: str,
        session: requests.Session,
        log_in: Callable[[], Token],
    ) -> None:
        self._my_domain_url = my_domain_url
        self._api_version = api_version
        self._session = session
        self._log_in = log_in
        self._lock = threading.Lock()
        self._client: Salesforce | None = None
        self.token: Token | None = None
        self._former: Token | None = None

    def connect(self) -> None:
        """Log in now; raises what the login raises."""
        self._connect()

    def leave(self) -> bool:
        """Revoke the token, if there is one; False when the org did not confirm it.

        The one before it too: that the org called it expired once does not prove that it is.
        """
        if self.token is None:
            return False
        if self._former is not None:
            revoke(self._session, self._my_domain_url, self._former)
        return revoke(self._session, self._my_domain_url, self.token)

    def query(self, soql: str) -> list[dict[str, Any]]:
        """Answer every record of a query, page after page."""
        return self._all_pages(self._look(lambda client: client.query(soql)))

    def get(self, path: str) -> Any:
        """GET a path below /services/data/vXX.0/."""
        return self._look(lambda client: client.restful(path))

    def composite(
        self, subrequests: Sequence[dict[str, Any]], *, all_or_none: bool, collate: bool = False
    ) -> list[dict[str, Any]]:
        """POST one composite; answer its subresponses in the order asked, errors inside them."""
        body = {
            "allOrNone": all_or_none,
            "collateSubrequests": collate,
            "compositeRequest": list(subrequests),
        }
        answer = self._call(
            lambda client: client.restful("composite", method="POST", json=body), write=True
        )
        if not isinstance(answer, dict) or "compositeResponse" not in answer:
            raise Unavailable("the answer is no composite", unknown=True)
        found = {one["referenceId"]: one for one in answer["compositeResponse"]}
        return [found[one["referenceId"]] for one in subrequests]

    def queries(
        self, soqls: Sequence[str], *, keep_late: bool = False
    ) -> list[list[dict[str, Any]] | Refused]:
        """Run queries, five in one HTTP request; one that is refused answers its refusal.

        One that runs out of time twice raises `Unavailable`; with `keep_late` that is its answer,
        because it may lie in what was asked and last.
        """
        paths = [f"query?q={quote(soql)}" for soql in soqls]
        return [
            one if isinstance(one, Refused) else self._all_pages(one)
            for one in self._gets(paths, at_once=_QUERIES_AT_ONCE, keep_late=keep_late)
        ]

    def describes(self, names: Sequence[str]) -> list[dict[str, Any] | Refused]:
        """Describe objects, 25 in one HTTP request; one that is refused answers its refusal."""
        paths = [f"sobjects/{name}/describe" for name in names]
        return self._gets(paths, at_once=_PARTS_AT_ONCE, keep_late=True)

    def _gets(
        self, paths: Sequence[str], *, at_once: int, keep_late: bool
    ) -> list[dict[str, Any] | Refused]:
        """GET each path; what ran out of time once more, because that may have been bad luck."""
        answers = self._asked(paths, at_once=at_once)
        late = [at for at, one in enumerate(answers) if isinstance(one, Refused) and one.is_late]
        again = self._asked([paths[at] for at in late], at_once=at_once)
        for at, answer in zip(late, again, strict=True):
            if isinstance(answer, Refused) and answer.is_late and not keep_late:
                raise answer.waited_for()
            answers[at] = answer
        return answers

    def _asked(self, paths: Sequence[str], *, at_once: int) -> list[dict[str, Any] | Refused]:
        """GET each path below /services/data/vXX.0/, several in one composite."""
        answers: list[dict[str, Any] | Refused] = []
        for start in range(0, len(paths), at_once):
            parts = [
                {
                    "method": "GET",
                    "url": f"/services/data/v{self._api_version}/{path}",
                    "referenceId": f"q{number}",
                }
                for number, path in enumerate(paths[start : start + at_once])
            ]
            answers += [_answer(one) for one in self._composite_of_looks(parts)]
        return answers

    def _composite_of_looks(self, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            return self.composite(parts, all_or_none=False, collate=True)
        except Refused as no:
            raise _of_a_look(no) from None

    def _all_pages(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        records = list(page["records"])
        while not page.get("done", True):
            path = page["nextRecordsUrl"].split(f"/v{self._api_version}/", 1)[1]
            page = self.get(path)
            records.extend(page["records"])
        return records

    def _look(self, work: Callable[[Salesforce], Any]) -> Any:
        try:
            return self._call(work)
        except Refused as no:
            raise _of_a_look(no) from None

    def _call(self, work: Callable[[Salesforce], Any], *, write: bool = False) -> Any:
        client = self._connect()
        try:
            return self._translated(work, client, write=write)
        except _ExpiredError:
            fresh = self._connect(instead_of=client)
        return self._translated(work, fresh, write=write)

    def _connect(self, instead_of: Salesforce | None = None) -> Salesforce:
        with self._lock:
            if self._client is None or self._client is instead_of:
                self._former, self.token = self.token, self._log_in()
                if self.token.instance_host not in {"", urlsplit(self._my_domain_url).netloc}:
                    _log.warning("org.instance_url", host=self.token.instance_host)
                self._client = Salesforce(
                    session_id=self.token.value,
                    instance_url=self._my_domain_url,
                    version=self._api_version,
                    session=self._session,
                )
            return self._client

    @staticmethod
    def _translated(work: Callable[[Salesforce], Any], client: Salesforce, *, write: bool) -> Any:
        try:
            return work(client)
        except SalesforceError as error:
            raise _translate(error, write=write) from None
        except requests.RequestException as error:
            raise no_answer(error, unknown=write) from None


def _translate(error: SalesforceError, *, write: bool) -> Exception:
    """Read a status from 300 on; a body that is no Salesforce error is a gateway's page (2.1).

    Of those, what a client did wrong is refused, because it will not pass by itself.
    """
    status, content = error.status, error.content
    if _is_absence(status):
        return unavailable(status, unknown=write)
    if status == requests.codes.unauthorized:
        expired = _refused(content)
        code = "INVALID_SESSION_ID" if expired.code == UNKNOWN else expired.code
        return _ExpiredError(code, expired.message)
    if status < requests.codes.bad_request:
        return Unavailable(f"HTTP {status} without a Salesforce answer", unknown=write)
    refused = _refused(content)
    if refused.code == UNKNOWN:
        return Refused(f"HTTP_{status}", refused.message)
    if refused.code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" in refused.message.lower():
        words = "too many concurrent long calls run in the org"
        return Unavailable(words, code=refused.code)
    return refused


def _is_absence(status: int) -> bool:
    return status >= requests.codes.server_error or status in _PASSING_STATUS


def _of_a_look(no: Refused) -> Exception:
    """What a call that only asked raises when it was refused as a whole."""
    return no.waited_for() if no.passes else no


def _answer(part: dict[str, Any]) -> dict[str, Any] | Refused:
    """Read one subresponse of a look; raises `Unavailable` when it says that the org is busy."""
    status = int(part["httpStatusCode"])
    if status < requests.codes.bad_request:
        body: dict[str, Any] = part["body"]
        return body
    refused = _refused(part["body"])
    if _is_absence(status) and not refused.is_late:
        raise unavailable(status)
    if refused.passes and not refused.is_late:
        raise refused.waited_for()
    return refused


def _refused(body: Any) -> Refused:
    """Read an error: a list of them, or one object as the token endpoint's and some gateways'."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return Refused(UNKNOWN, "")
    code = first.get("errorCode") or first.get("statusCode") or first.get("error") or UNKNOWN
    message = first.get("message") or first.get("error_description") or ""
    return Refused(str(code), str(message), fields=tuple(first.get("fields") or ()))


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal and where it stands in a composite: which subrequest, which row of it."""

    refused: Refused
    part: int
    row: int


def refusal_in(
    answers: Sequence[dict[str, Any]], *, but: frozenset[str] = frozenset()
) -> Told | None:
    """Find the real refusal of a composite: the first one that is no mere roll-back (2.1).

    Codes in `but` are no refusals, such as the absence of what was to be deleted.
    """
    told = [
        Told(refused, part, row)
        for part, answer in enumerate(answers)
        for row, refused in _refusals(answer)
    ]
    seen = [one for one in told if one.refused.code not in but]
    real = [one for one in seen if one.refused.code not in HALTED]
    return next(iter(real or seen), None)


def _refusals(answer: dict[str, Any]) -> list[tuple[int, Refused]]:
    body = answer["body"]
    if answer["httpStatusCode"] >= requests.codes.bad_request:
        return [(0, _refused(body))]
    if not isinstance(body, list):
        return []
    return [
        (number, _refused(row["errors"]))
        for number, row in enumerate(body)
        if not row.get("success", True)
    ]
