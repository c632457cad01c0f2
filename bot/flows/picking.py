"""What pickers can offer: the configured apps, and the catalogue's objects and fields."""

from __future__ import annotations

from bot.core.form import ALL, EVERY_FIELD
from bot.flows.context import Context
from store import catalogue

_EVERY = 10_000  # no object has more fields; what a picker shows is cut where it is shown
Choices = list[tuple[str, str]]
"""Pairs of value and label."""


async def apps(ctx: Context, org: str, text: str) -> Choices:
    """The org's apps whose label or key contains `text`."""
    known = ctx.settings.orgs.get(org)
    wanted = text.strip().casefold()
    return [
        (key, app.label)
        for key, app in (known.apps.items() if known else ())
        if wanted in app.label.casefold() or wanted in key.casefold()
    ]


async def objects(ctx: Context, org: str, text: str) -> Choices:
    """Objects that can be granted in the org, best match first."""
    async with ctx.database.read() as conn:
        found = await catalogue.objects(conn, org, text)
    return [(name, _named(name, label)) for name, label in found]


async def fields(ctx: Context, org: str, name: str, text: str, *, edit: bool) -> Choices:
    """Fields of one object; read-only ones are not offered for editing. All of them come first."""
    async with ctx.database.read() as conn:
        found = await catalogue.fields(conn, org, name, text, _EVERY)
    every = EVERY_FIELD[edit]
    shown = not text.strip() or text.strip().casefold() in every.casefold()
    return [
        *([(ALL, every)] if shown or text.strip() == ALL else []),
        *(
            (one.name, _named(one.name, one.label))
            for one in found
            if not (edit and one.editable is False)
        ),
    ]


def _named(name: str, label: str) -> str:
    return f"{label} ({name})" if label and label != name else name
