"""What approvers agree to: the wanted end state, its hash, and what preflight found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from store.records.access import Finding, Grant, Seats, Tier
from store.records.plain import Json, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSet:
    """A permission set as it shall be; `licensed` = bound to the integration PSL, else None."""

    name: str
    label: str
    description: str
    licensed: bool
    grants: tuple[Grant, ...]
    app_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The end state that approvers agree to. Its hash covers every field, never a difference.

    `user` holds the User attributes that are sent (Username, LastName, Alias, …) without ProfileId,
    which follows from the licence and from what the org has. In `grants` the closure is done and
    `edit_all` is resolved. `objects_order` lists masters before their details.
    """

    org_id: str
    user: Mapping[str, str]
    sets: tuple[WantedSet, ...]
    objects_order: tuple[str, ...]
    app_key: str | None
    app_kind: str | None
    app_name: str | None

    @property
    def username(self) -> str:
        """The username the new user gets."""
        return self.user["Username"]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Wanted:
        """Read what `to_json` wrote."""
        sets = tuple(
            WantedSet(**{**one, "grants": tuple(Grant.from_json(grant) for grant in one["grants"])})
            for one in data["sets"]
        )
        rest = {key: value for key, value in data.items() if key not in {"sets", "objects_order"}}
        return cls(**rest, sets=sets, objects_order=tuple(data["objects_order"]))

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))

    def digest(self) -> str:
        """SHA-256 over canonical JSON: what an approval binds to."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """What a live, read-only look at the org said about one request.

    `problems` prevent the request from being asked about; `risks` are lines for the card. `seats`
    (licence and PSL) are counted live, without the request itself.
    """

    at: datetime
    wanted: Wanted | None
    plan: tuple[str, ...]
    risks: tuple[str, ...]
    problems: tuple[Finding, ...]
    license_seats: Seats | None
    psl_seats: Seats | None
    tier: Tier

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preflight:
        """Read what `to_json` wrote."""
        wanted, license_seats, psl_seats = data["wanted"], data["license_seats"], data["psl_seats"]
        return cls(
            at=datetime.fromisoformat(data["at"]),
            wanted=Wanted.from_json(wanted) if wanted else None,
            plan=tuple(data["plan"]),
            risks=tuple(data["risks"]),
            problems=tuple(Finding.from_json(problem) for problem in data["problems"]),
            license_seats=Seats(**license_seats) if license_seats else None,
            psl_seats=Seats(**psl_seats) if psl_seats else None,
            tier=Tier(data["tier"]),
        )

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        data = {name: getattr(self, name) for name in ("plan", "risks", "tier")}
        data["at"] = self.at.isoformat()
        data["wanted"] = self.wanted.to_json() if self.wanted else None
        data["problems"] = [problem.to_json() for problem in self.problems]
        data["license_seats"] = asdict(self.license_seats) if self.license_seats else None
        data["psl_seats"] = asdict(self.psl_seats) if self.psl_seats else None
        return plain(data)
