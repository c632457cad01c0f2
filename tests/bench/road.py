"""What does one user cost: HTTP requests to the org, and seconds from Approve to live?"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.orgs.faults import Delay
from tests.bench.figures import Figure
from tests.story.house import House, living_house

_OBJECTS = ["Account", "Contact", "Opportunity", "Lead", "Case", "Order"]


async def road(folder: Path, url_of: Callable[[Path], str]) -> list[Figure]:
    """Approve to live at three latencies of the org, with the requests that it received."""
    figures = []
    for number, latency in enumerate((0.0, 0.1, 0.3)):
        place = folder / f"road-{number}"
        place.mkdir()
        async with living_house(place, url_of(place)) as house:
            figures.append(await _one(house, latency))
    return figures


async def _one(house: House, latency: float) -> Figure:
    access = {f"perm:{name}": ["read"] for name in _OBJECTS}
    await house.ask(access, objects=_OBJECTS)
    await house.card()
    if latency:
        house.org.faults.add(Delay(latency), times=1000)
    before = house.org.journal.count
    begun = time.perf_counter()
    await house.approve()
    await house.ends("provisioned", "live", "blocked")
    made = house.org.journal.count - before
    await house.ends("live", "blocked")
    seconds = time.perf_counter() - begun
    whole = house.org.journal.count - before
    return Figure(
        what=f"Approve to live, 6 objects, org latency {latency * 1000:.0f} ms",
        values={
            "to provisioned, requests": str(made),
            "to live, requests": str(whole),
            "seconds": f"{seconds:.2f}",
            "requests x latency": f"{whole * latency:.2f}",
        },
    )
