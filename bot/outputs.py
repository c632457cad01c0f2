"""What the command line prints of requests: the contract's JSON, and the same for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from store import ledger
from store.database import Database
from store.records import JournalLine, Request


async def listing(database: Database) -> list[dict[str, Any]]:
    """Every request, newest first: id, state, org, name, username."""
    async with database.read() as conn:
        return [_brief(one) for one in await ledger.search(conn)]


async def one(database: Database, number: int) -> dict[str, Any] | None:
    """One request with votes, finding, plan and journal; None when there is none."""
    async with database.read() as conn:
        request = await ledger.get(conn, number)
        if request is None:
            return None
        lines = await ledger.journal(conn, number)
    return {
        **_brief(request),
        "withdrawing": request.withdrawing,
        "user_id": request.user_id,
        "permission_sets": [{"name": ref.name, "id": ref.id} for ref in request.permission_sets],
        "app": request.asked.app,
        "votes": [
            {"who": vote.who, "decision": vote.decision, "at": moment(vote.at)}
            for vote in request.votes
        ],
        "finding": request.finding.to_json() if request.finding else None,
        "plan": list(request.preflight.plan) if request.preflight else [],
        "journal": [_line(line) for line in lines],
    }


def _brief(request: Request) -> dict[str, Any]:
    return {
        "id": request.label,
        "state": str(request.state),
        "org": request.asked.org,
        "name": request.asked.name,
        "username": request.username,
    }


def _line(line: JournalLine) -> dict[str, Any]:
    return {
        "at": moment(line.at),
        "actor": line.actor,
        "source": str(line.source),
        "event": line.event,
        "detail": line.detail,
        "before": line.before,
        "after": line.after,
    }


def moment(at: datetime) -> str:
    """ISO 8601 in UTC with a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def table(requests: Sequence[Mapping[str, Any]]) -> str:
    """The list for people."""
    if not requests:
        return "There are no requests yet."
    columns = ("id", "state", "org", "name", "username")
    widths = {key: max(len(str(row[key])) for row in requests) for key in columns}
    return "\n".join(
        "  ".join(str(row[key]).ljust(widths[key]) for key in columns).rstrip() for row in requests
    )


def page(request: Mapping[str, Any]) -> str:
    """One request for people."""
    lines = [f"{request['id']} {request['name']}: {request['state']} in {request['org']}"]
    if request["username"]:
        lines.append(f"username {request['username']}")
    finding = request["finding"]
    if finding:
        lines.append(f"finding {finding['code']}: {finding['cause']} {finding['remedy']}")
    lines += [f"  {number}. {text}" for number, text in enumerate(request["plan"], start=1)]
    lines += [
        f"{line['at']} {line['actor']} {line['event']}: {line['detail']}"
        for line in request["journal"]
    ]
    return "\n".join(lines)
