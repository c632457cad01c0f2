"""What is everything called: username, permission set, alias? Names that Salesforce accepts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import count
from typing import Final

USERNAME_MAX: Final = 80  # the only place that says so (salesforce-provisioning 1.5)
SET_NAME_MAX: Final = 80
SET_LABEL_MAX: Final = 80
DESCRIPTION_MAX: Final = 255
LAST_NAME_MAX: Final = 80

_LATIN: Final = "æ ae œ oe ø o ł l đ d ð d þ th ı i ħ h ŧ t ŋ n"  # noqa: RUF001 - Turkish is meant
_GREEK: Final = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s τ t υ y φ f χ ch "  # noqa: RUF001 - Greek is meant
    "ψ ps ω o"
)
_CYRILLIC: Final = (
    "а a б b в v г g д d е e ж zh з z и i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts "  # noqa: RUF001 - Cyrillic is meant
    "ч ch ш sh щ shch ы y э e ю yu я ya і i є ye ґ g ђ dj ј j љ lj њ nj ћ c џ dz"  # noqa: RUF001 - Cyrillic is meant
)
_PAIRS: Final = f"{_LATIN} {_GREEK} {_CYRILLIC}".split()
_SILENT: Final = dict.fromkeys("'\u2019\u044a\u044c", "")
_ROMAN: Final = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)) | _SILENT)

_WORD: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_EMAIL_SHAPE: Final = re.compile(
    rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@{_WORD}(?:\.{_WORD})+", re.ASCII
)


def slug(name: str) -> str:
    """Write a name as lower case ASCII words joined by `-`; `integration` when nothing is left.

    Latin, Greek and Cyrillic letters are romanised, accents dropped; other scripts have no
    spelling here.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    roman = "".join(one for one in plain if not unicodedata.combining(one)).translate(_ROMAN)
    return re.sub(r"[^a-z0-9]+", "-", roman).strip("-") or "integration"


def propose_username(name: str, domain: str, taken: Collection[str]) -> str:
    """Propose `<slug>@<domain>`, or the next free `-2`, `-3`; lower case, at most 80 characters.

    `taken` are usernames known to be in use, in any case (usernames are unique over all orgs and
    case-insensitive: salesforce-provisioning 1.5). A domain that leaves no room for a name raises
    ValueError.
    """
    used = {one.lower() for one in taken}
    variants = (_username(slug(name), domain.lower(), number) for number in count(1))
    return next(one for one in variants if one not in used)


def next_username(username: str, taken: Collection[str]) -> str:
    """Propose the next free name after one that is taken: `sync@a.example`, `sync-2@a.example`.

    `taken` are usernames known to be in use, in any case; at most 80 characters (1.5).
    """
    local, _, domain = username.lower().partition("@")
    found = re.fullmatch(r"(.+)-([2-9]|[1-9]\d{1,3})", local)
    words, number = (found[1], int(found[2])) if found else (local, 1)
    used = {one.lower() for one in taken}
    variants = (_username(words, domain, after) for after in count(number + 1))
    return next(one for one in variants if one not in used)


def check_username(text: str) -> str | None:
    """Say what is wrong with a username, or None (salesforce-provisioning 1.5)."""
    if not text.isascii():
        return "Use only plain letters a to z, digits and . _ - + in the username."
    if text != text.lower():
        return f"Write the username in lower case: {text.lower()[:USERNAME_MAX]}"
    if len(text) > USERNAME_MAX:
        over = len(text) - USERNAME_MAX
        return f"Make the username {over} characters shorter: {USERNAME_MAX} is the most."
    if not _EMAIL_SHAPE.fullmatch(text):
        return "Write the username like an email address, such as sync@integrations.acme.example."
    return None


def set_name(request_id: int, name: str) -> str:
    """Name the permission set of a request: `Integration_Warehouse_Sync_IU17`.

    Letters, digits and single underscores, from a letter to a digit (salesforce-provisioning 1.6);
    at most 74 characters, so that a variant such as `_2`, `_App` or `_2_App` stays within 80.
    """
    words = "_".join(word.capitalize() for word in slug(name).split("-"))
    ending = f"_IU{request_id}"
    room = SET_NAME_MAX - len("_9_App") - len("Integration_") - len(ending)
    return f"Integration_{words[:room].rstrip('_')}{ending}"


def set_label(request_id: int, name: str) -> str:
    """Label the permission set as people read it in Setup; at most 80 characters (1.6)."""
    ending = f" (IU-{request_id})"
    return f"Integration {name}"[: SET_LABEL_MAX - len(ending)].rstrip() + ending


def set_description(request_id: int, system: str) -> str:
    """Describe the permission set: whose it is, and who keeps it; at most 255 characters (1.6)."""
    text = (
        f"Access of the integration with {system}. Made for request IU-{request_id} by the "
        "integration user bot: ask it for changes."
    )
    return text[:DESCRIPTION_MAX]


def alias(request_id: int) -> str:
    """Make the user's alias, `iu17`: at most 8 characters, need not be unique (1.5)."""
    return f"iu{request_id % 10**6}"


def user_attributes(
    *, request_id: int, name: str, username: str, email: str, time_zone: str, locale: str
) -> Mapping[str, str]:
    """Fill the User fields that a create call requires, without ProfileId (1.5).

    The language stays English: its keys are a picklist that does not follow from the locale.
    """
    return {
        "Username": username,
        "LastName": name[:LAST_NAME_MAX],
        "Alias": alias(request_id),
        "Email": email,
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "LocaleSidKey": locale,
        "TimeZoneSidKey": time_zone,
    }


def _username(words: str, domain: str, number: int) -> str:
    ending = f"@{domain}" if number == 1 else f"-{number}@{domain}"
    room = USERNAME_MAX - len(ending)
    if room < 1:
        raise ValueError(f"the username domain {domain} is too long: it leaves no room")
    return words[:room].rstrip("-") + ending
