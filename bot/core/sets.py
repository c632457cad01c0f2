"""Which permission sets does a request want, and under which names?

One set without a licence holds everything; where the org's sets are to be licensed by the
permission set licence, app access goes into a second set, because a licensed one cannot hold it
(salesforce-provisioning 1.7, auth-and-monitoring 2.4).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.core import naming, plan
from store.records import Grant, Request, WantedSet

_VARIANTS = 9


def candidates(request: Request, *, licensed: bool) -> tuple[tuple[str, ...], ...]:
    """Names of which the first row that is wholly free is taken; data first, then app access."""
    first = naming.set_name(request.id, request.asked.name)
    bases = (first, *(f"{first}_{number}" for number in range(2, _VARIANTS + 1)))
    if licensed and request.asked.app:
        return tuple((base, f"{base}_App") for base in bases)
    return tuple((base,) for base in bases)


def every_name(request: Request, *, licensed: bool) -> tuple[str, ...]:
    """Every name that has to be looked for before one is taken."""
    return tuple(name for names in candidates(request, licensed=licensed) for name in names)


def taken(
    request: Request,
    there: Mapping[str, str | None],
    own: Collection[str],
    *,
    licensed: bool,
    psl_id: str | None,
) -> frozenset[str]:
    """The names that cannot be used, of those that are `there` (each with its LicenseId).

    A set that the request made before (`own`) can be used again, but for one whose licence is
    another than is wanted now: that can never be changed (salesforce-provisioning 1.6).
    """
    ours = {name.lower() for name in own}
    bound = {names[0].lower(): licensed for names in candidates(request, licensed=licensed)}
    return frozenset(
        name
        for name, license_id in there.items()
        if name.lower() not in ours
        or not plan.fits(license_id, licensed=bound.get(name.lower(), False), psl_id=psl_id)
    )


def first_free(
    request: Request, taken: Collection[str], *, licensed: bool
) -> tuple[str, ...] | None:
    """The names that the request will use, or None; Salesforce compares names without case."""
    there = {name.lower() for name in taken}
    return next(
        (
            names
            for names in candidates(request, licensed=licensed)
            if there.isdisjoint(name.lower() for name in names)
        ),
        None,
    )


def wanted(
    request: Request,
    names: tuple[str, ...],
    grants: tuple[Grant, ...],
    *,
    app_id: str | None,
    licensed: bool,
) -> tuple[WantedSet, ...]:
    """Describe the sets under these names: one, or data and app access apart."""
    data, *apart = names
    one = WantedSet(
        name=data,
        label=naming.set_label(request.id, request.asked.name),
        description=naming.set_description(request.id, request.asked.system),
        licensed=licensed,
        grants=grants,
        app_id=None if apart else app_id,
    )
    apps = (
        WantedSet(
            name=name,
            label=naming.set_label(request.id, f"app access of {request.asked.name}"),
            description=one.description,
            licensed=False,
            grants=(),
            app_id=app_id,
        )
        for name in apart
    )
    return (one, *apps)
