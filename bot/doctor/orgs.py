"""Does an org answer, do the clocks agree, and is the bot let in? Then it is looked at inside."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from bot.config import Org
from bot.core import diagnosis
from bot.doctor import inside_org
from bot.doctor.database import Known
from bot.doctor.inside_org import Looked
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.salesforce.gateway import Refused, Unavailable
from bot.salesforce.inspection import Closed, FrontDoor, Inspection

_SKEW = timedelta(seconds=60)
_AFTER = "Nothing more could be looked at there"
_WHY = {
    "tls": (Page.TLS, "Name the authority that signed it in REQUESTS_CA_BUNDLE"),
    "proxy": (Page.ORG_AWAY, "Look at HTTPS_PROXY and NO_PROXY"),
    "timeout": (Page.ORG_AWAY, "Look at the network and the firewall"),
    "unreachable": (Page.ORG_AWAY, "Look at my_domain_url, the name server and the firewall"),
    "not_salesforce": (Page.ORG_AWAY, "Write the …my.salesforce.com address as my_domain_url"),
}


async def examine(org: Org, inspection: Inspection, known: Known, *, has_key: bool) -> Looked:
    """Look at one org: the door, the login, who it is, seats, rights, apps.

    Without a usable key (`has_key`) nothing is tried behind the door.
    """
    try:
        door = await inspection.front_door()
    except Closed as closed:
        page, remedy = _WHY[closed.why]
        text = f"{org.my_domain_url} does not answer as an org: {closed.detail}"
        return Looked((problem("connection", text, remedy, page),), None)
    host = urlsplit(org.my_domain_url).netloc
    lines: list[Line] = [ok("connection", f"{host} answers, and its certificate is trusted.")]
    lines += [_clock(door), _version(org, door)]
    if not has_key:
        text = f"No login was tried: the key cannot be used. {_AFTER}"
        lines.append(problem("login", text, "Mend the key first", Page.KEY))
        return Looked(tuple(lines), None)
    login, entered = await _login(org, inspection, host)
    lines.append(login)
    if not entered:
        return Looked(tuple(lines), None)
    try:
        inside = await inside_org.examine(org, inspection, known)
    finally:
        await inspection.leave()
    return Looked((*lines, *inside.lines), inside.identity)


def _clock(door: FrontDoor) -> Line:
    if door.date is None:
        text = "The org did not say what time it is"
        return warning("clock", text, "Compare the clock of this machine by hand", Page.NOT_LOOKED)
    apart = door.asked_at - door.date
    seconds = round(abs(apart).total_seconds())
    if abs(apart) > _SKEW:
        way = "ahead of" if apart > timedelta() else "behind"
        return warning(
            "clock",
            f"The clock of this machine is {seconds} s {way} the org's; a login is valid for 180 s",
            "Let the machine's clock be set by NTP",
            Page.CLOCK,
        )
    return ok("clock", f"The clocks differ by {seconds} s.")


def _version(org: Org, door: FrontDoor) -> Line:
    newest = door.versions[-1] if door.versions else "none"
    if org.api_version in door.versions:
        return ok("api-version", f"{org.api_version} is served; the newest is {newest}.")
    return problem(
        "api-version",
        f"The org does not serve {org.api_version}; the newest is {newest}",
        "Write an api_version that it serves; the bot takes 63.0 or newer",
        Page.VERSION,
    )


async def _login(org: Org, inspection: Inspection, host: str) -> tuple[Line, bool]:
    try:
        entered = await inspection.enter()
    except Refused as no:
        finding = diagnosis.explain(no.code, no.message, login=True)
        text = f"{finding.cause.rstrip('.')}. {_AFTER}"
        return problem("login", text, diagnosis.remedy_at_check(finding), Page.LOGIN), False
    except Unavailable as away:
        text = f"The login did not work: {away.reason}. {_AFTER}"
        return problem("login", text, "Run check again in a few minutes", Page.ORG_AWAY), False
    said = f"{org.username} by JWT, audience {entered.audience}"
    if entered.instance_host not in {"", host}:
        return warning(
            "login",
            f"{said}; but the org calls itself {entered.instance_host}",
            "Write that address as my_domain_url",
            Page.LOGIN,
        ), True
    return ok("login", f"{said}: the key fits the app's certificate."), True
