"""What did somebody type? Text is cleaned of what nobody can see, or refused with the reason.

What draws nothing must neither pass for a name nor hide in one: two spellings of the same letters
are the same name, and nothing that was typed can turn the direction of the words beside it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

UNSEEN: Final = "Nobody can see the characters in this field."
_ONE_LINE: Final = "Please write this in one line."
_TURNED: Final = (
    "This text holds hidden marks that turn the direction of writing. Please type it by hand,"
    " without them."
)
_CONTROL: Final = (
    "This text holds control characters that nobody can see, perhaps from copying. Please type it"
    " by hand."
)

_LINE_END: Final = re.compile("\r\n|[\r\u2028\u2029]")
_TURNS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_JOINERS: Final = frozenset("\u200c\u200d")
_SELECTORS: Final = frozenset(
    chr(one)
    for first, last in ((0xFE00, 0xFE0F), (0x180B, 0x180D), (0x180F, 0x180F), (0xE0100, 0xE01EF))
    for one in range(first, last + 1)
)
_CLINGING: Final = _JOINERS | _SELECTORS
"""They shape emoji and some scripts together with their neighbours, and mean nothing elsewhere."""

_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols that are drawn as an empty space: fillers, a blank Braille cell, no note."""

_NOTHING: Final = frozenset("\u034f\u17b4\u17b5\u2065") | frozenset(map(chr, range(0xFFF0, 0xFFF9)))
"""Drawn as nothing, beside the format characters: a joiner, two vowels, unassigned ones."""

_KEYCAP: Final = "\u20e3"
_VIRAMA: Final = 9  # combining class of the sign that takes a consonant's vowel away

_MAILBOX_LOCAL: Final = re.compile(r"(?!\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")
_BESIDE: Final = re.compile(r"[\s,;:<>()\[\]\"\\]")


def clean(raw: str, *, one_line: bool) -> tuple[str, str | None]:
    """Clean what was typed; answers the text and what is wrong with it, if anything.

    The text is empty when nothing of it can be seen. Marks that turn the direction of writing and
    control characters are refused, what else cannot be seen is left out. One line is answered in
    Unicode's composed form (NFC), whichever keyboard it comes from.
    """
    text = _LINE_END.sub("\n", raw).replace("\t", " ").strip()
    if one_line and "\n" in text:
        return text, _ONE_LINE
    if any(unicodedata.bidirectional(one) in _TURNS for one in text):
        return text, _TURNED
    if any(unicodedata.category(one) in {"Cc", "Cs"} and one != "\n" for one in text):
        return text, _CONTROL
    text = unicodedata.normalize("NFC", text) if one_line else text
    seen = _without_stray("".join(_drawn(one) for one in text)).strip()
    seen = unicodedata.normalize("NFC", seen) if one_line else seen  # what is left may join now
    return (seen if any(map(_visible, seen)) else ""), None


def mailbox_problem(text: str) -> str | None:
    """Say what is wrong with an address, or None.

    Salesforce takes what the mail standards take before the `@`, and dots anywhere but at the
    beginning (Salesforce Help, "Email Address Format Technical Standards Validation"); other
    scripts only where an org was set up for them. What it refuses all the same is
    INVALID_EMAIL_ADDRESS (salesforce-provisioning 2.1).
    """
    local, _, domain = text.rpartition("@")
    if not local or "@" in local or _BESIDE.search(text):
        return "Please write one address, and only the address, such as sync@acme.example."
    if not text.isascii():
        return (
            "Please give an address of plain letters, without accents or other scripts: not every"
            " Salesforce org takes those."
        )
    if not _MAILBOX_LOCAL.fullmatch(local):
        return (
            "Please check the part before the @: it may have 64 characters and cannot begin with"
            " a dot."
        )
    if not _MAILBOX_DOMAIN.fullmatch(domain):
        return "Please check the part after the @: it is a whole domain, such as acme.example."
    return None


def _drawn(one: str) -> str:
    """The character as it is drawn: itself, an empty space, or nothing."""
    if one in _BLANKS:
        return " "
    if one in _CLINGING:
        return one
    ignored = one in _NOTHING or unicodedata.category(one) == "Cf" or _is_unused(ord(one))
    return "" if ignored else one


def _is_unused(code: int) -> bool:
    """Noncharacters, and the plane of tags where what is unassigned is drawn as nothing."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE or 0xE0000 <= code <= 0xE0FFF


def _without_stray(text: str) -> str:
    """Leave out joiners and selectors where they join and select nothing."""
    kept: list[str] = []
    for one, after in zip(text, f"{text[1:]} ", strict=False):
        if one not in _CLINGING or _clings(one, kept[-1] if kept else " ", after):
            kept.append(one)
    return "".join(kept)


def _clings(one: str, before: str, after: str) -> bool:
    if one in _SELECTORS:
        return _shapes(before) or (before not in _CLINGING and after == _KEYCAP)
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return (_shapes(before) or before in _SELECTORS) and _shapes(after)


def _shapes(one: str) -> bool:
    """Say whether a neighbour of a joiner or selector can be drawn in another way for it."""
    return not one.isascii() and not one.isspace() and one not in _CLINGING


def _visible(one: str) -> bool:
    """Letters, digits, punctuation, symbols; what is unassigned may be a newer emoji."""
    return unicodedata.category(one)[0] in "LNPS" or unicodedata.category(one) == "Cn"
