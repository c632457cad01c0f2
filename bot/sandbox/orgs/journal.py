"""What did the org receive? One entry per HTTP request, never a token or a body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.sandbox.orgs.refusal import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing a request does: a composite has several. `sobject` is written, read or queried."""

    method: str
    path: str
    sobject: str | None = None
    reference: str | None = None


@dataclass(slots=True, kw_only=True)
class Entry:
    """One HTTP request: who, what, and how it ended (status None = no answer was sent)."""

    number: int
    method: str
    path: str
    user: str | None
    parts: tuple[Part, ...]
    status: int | None = None
    refusals: tuple[Fact, ...] = ()

    @property
    def writes(self) -> tuple[str, ...]:
        """What it writes, e.g. `POST User`."""
        return tuple(
            f"{part.method} {part.sobject}"
            for part in self.parts
            if part.sobject and part.method != "GET"
        )


Listener = Callable[[Entry], Awaitable[None] | None]


@dataclass(slots=True)
class Journal:
    """Every request received; `on_request` is called with each before it is done."""

    entries: list[Entry] = field(default_factory=list)
    on_request: Listener | None = None

    @property
    def count(self) -> int:
        """HTTP requests received."""
        return len(self.entries)

    def add(self, *, method: str, path: str, user: str | None, parts: tuple[Part, ...]) -> Entry:
        """Remember a request that has just come in."""
        entry = Entry(
            number=len(self.entries) + 1, method=method, path=path, user=user, parts=parts
        )
        self.entries.append(entry)
        return entry
