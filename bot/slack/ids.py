"""Ids shared by listeners and views; the contract's names (section 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

COMMAND = "/integration-user"
SHORTCUT = "integration_user_new"

VIEW_DETAILS = "request_details"
VIEW_ACCESS = "request_access"
VIEW_REJECT = "reject_request"
VIEW_REQUEST = "request_view"

APPROVE = "approve"
REJECT = "reject"
DETAILS = "details"
RECHECK = "recheck"
WITHDRAW = "withdraw"
RETRY = "retry"
CONFIRM_LIVE = "confirm_live"
NEW_USERNAME = "new_username"

REASON = "reason"

ORG_ACTION = "org_chosen"
APP_ACTION = "pick_app"
OBJECTS_ACTION = "pick_objects"
FIELDS_ACTION = "pick_fields"
"""Action ids of pickers; what resets a picker on a change of org is appended after a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What a form carries in private_metadata: a draft id and the org's key, never a secret."""

    org: str
    draft: str = ""

    def write(self) -> str:
        """Write for private_metadata."""
        return json.dumps({"org": self.org, "draft": self.draft})

    @classmethod
    def read(cls, text: str) -> FormState:
        """Read from private_metadata; raises ValueError when it is none of ours."""
        data = _object(text)
        return cls(org=str(data.get("org", "")), draft=str(data.get("draft", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a button's value names: a request and the wanted state that was shown."""

    request: int
    wanted: str = ""

    def write(self) -> str:
        """Write for a button's value; ids and versions only, never authority."""
        return json.dumps({"request": self.request, "wanted": self.wanted})

    @classmethod
    def read(cls, text: str) -> Target:
        """Read a button's value; raises ValueError when it is none of ours."""
        data = _object(text)
        number, wanted = data.get("request"), data.get("wanted")
        if not isinstance(number, int) or not isinstance(wanted, str):
            raise ValueError("this button's value names no request")  # noqa: TRY004 - not a type
        return cls(request=number, wanted=wanted)


def _object(text: str) -> dict[str, Any]:
    data = json.loads(text or "{}")
    if not isinstance(data, dict):
        raise ValueError("this is no JSON object")  # noqa: TRY004 - not a type
    return data
