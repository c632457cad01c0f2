"""Where do the rows of an org lie? In memory, with an undo log for roll-backs.

A row is never changed in place: `put` replaces it, so that the log only keeps references.
"""

from __future__ import annotations

from collections.abc import Iterator

Row = dict[str, object]


class Tables:
    """Rows by object and id."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Row]] = {}
        self._undo: list[tuple[str, str, Row | None]] = []
        self.deleted: set[str] = set()

    def rows(self, sobject: str) -> Iterator[Row]:
        """Every row of an object, in the order they were made."""
        return iter(tuple(self._rows.get(sobject, {}).values()))

    def where(self, sobject: str, **wanted: object) -> list[Row]:
        """The rows whose columns have exactly these values."""
        return [
            row
            for row in self._rows.get(sobject, {}).values()
            if all(row.get(key) == value for key, value in wanted.items())
        ]

    def get(self, sobject: str, row_id: str) -> Row | None:
        """One row, or None."""
        return self._rows.get(sobject, {}).get(row_id)

    def put(self, sobject: str, row: Row) -> Row:
        """Add or replace a row by its Id."""
        table = self._rows.setdefault(sobject, {})
        row_id = str(row["Id"])
        self._undo.append((sobject, row_id, table.get(row_id)))
        table[row_id] = row
        return row

    def remove(self, sobject: str, row_id: str) -> None:
        """Take a row away; its id is remembered as deleted."""
        row = self._rows[sobject].pop(row_id)
        self._undo.append((sobject, row_id, row))
        self.deleted.add(row_id)

    def mark(self) -> int:
        """A point to which `roll_back` returns."""
        return len(self._undo)

    def changed_since(self, mark: int) -> frozenset[str]:
        """Ids of the rows written since a mark."""
        return frozenset(row_id for _, row_id, _ in self._undo[mark:])

    def roll_back(self, mark: int) -> None:
        """Undo everything since a mark."""
        while len(self._undo) > mark:
            sobject, row_id, before = self._undo.pop()
            if before is None:
                self._rows[sobject].pop(row_id, None)
            else:
                self._rows[sobject][row_id] = before
                self.deleted.discard(row_id)
