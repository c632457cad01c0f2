"""Where a secret could come out, and the search for it: used by the story of the secrets."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

_SHORTEST = 12
_CUTS = re.compile(r"[@/:?#]")
"""Where the parser of an address cuts a password that somebody did not escape."""


@dataclass
class Sinks:
    """What came out, by the name of where."""

    came_out: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, sink: str, what: Any) -> None:
        """Remember what came out somewhere: text, bytes, or anything that JSON can write."""
        if isinstance(what, str):
            what = what.encode()
        elif not isinstance(what, bytes):
            what = json.dumps(what, default=str, ensure_ascii=False).encode()
        self.came_out.setdefault(sink, []).append(what)

    def holds(self, sink: str, word: str) -> bool:
        """Whether a harmless word is there: a sink that caught nothing would prove nothing."""
        return any(word.encode() in one for one in self.came_out.get(sink, []))

    def leaks(self, secrets: Mapping[str, str]) -> list[str]:
        """Name every secret that is found, and where, in whatever form."""
        return sorted(
            {
                f"{name} in {sink}"
                for name, secret in secrets.items()
                for form in forms(secret)
                for sink, pieces in self.came_out.items()
                if any(form in piece for piece in pieces)
            }
        )


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it is, each line of a key, quoted for a URL, in base64, the signature alone.

    Of one with an @ also what an address falls apart into when nobody escaped it.
    """
    text = secret.strip()
    assert len(text) >= _SHORTEST, "too short to be told from other text"
    lines = [one for one in text.splitlines() if one and not one.startswith("-----")]
    yield from (one.encode() for one in lines if len(one) >= _SHORTEST)
    if len(lines) > 1:
        return
    yield quote(text, safe="").encode()
    if "@" in text:
        yield from (piece.encode() for piece in _CUTS.split(text))
    yield base64.b64encode(text.encode()).rstrip(b"=")[:-1]
    if text.startswith("eyJ"):
        yield from (part.encode() for part in text.split(".")[1:])


def sqlite_bytes(folder: Path) -> bytes:
    """Everything in the database's files, the log of what is not yet written back included."""
    files = sorted(folder.glob("*.db*"))
    assert files
    return b"".join(file.read_bytes() for file in files)


def postgres_rows(url: str) -> str:
    """Every row of every table in every schema of ours and the engine's, as text."""
    found: list[str] = []
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table))
            found += [f"{schema}.{table} {row[0]}" for row in connection.execute(query)]
    return "\n".join(found)
