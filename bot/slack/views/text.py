"""How foreign words get into Slack's markup: escaped, disarmed and cut, here and only here.

Slack expands `&<>` before it counts (slack-platform 1.2), so what is counted is the escaped text,
and nothing is cut in the middle of an escape or of a `<…>` token. Formatting marks count only at
the edge of a word: `Invoice_Line__c` stays readable as it is, `_so_` would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

SECTION_MAX = 3000
"""Characters of a section's text (slack-platform 1.2)."""

MESSAGE_TEXT_MAX = 3000
"""Of a message's `text`: Slack recommends at most 4,000 (slack-platform 1.2)."""

OPTION_MAX = 75
"""Characters of an option's or a button's text (slack-platform 1.2)."""

LINE_MAX = 250
"""Characters of a value that stands in one line; the form lets through less."""

_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_ANGLES = str.maketrans({"<": "\u2039", ">": "\u203a"})
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_EDGE = re.compile(r"(?<![A-Za-z0-9_])_+|(?<!_)_++(?![A-Za-z0-9])|_{3,}")
"""A run of underscores is looked at once, from its beginning: thousands must not take seconds.

No API name has more than two in a row, and a long run could be cut so that it ends at an edge."""
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_QUOTE = "> "
_QUOTE_SIZE = 5  # what Slack makes of the mark before it counts


def amp(text: str) -> str:
    """Escape the three characters that Slack's markup is made of, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def esc(text: str) -> str:
    """Make foreign text harmless: no mention, link, formatting, emoji or turned direction."""
    return amp(_disarmed(_LINE_ENDS.sub("\n", text)))


def _disarmed(text: str) -> str:
    clean = _TURNS.sub("", text).translate(_LOOKALIKES)
    clean = _EDGE.sub(lambda found: "\u02cd" * len(found[0]), clean)
    return _EMOJI.sub("\u2236", clean)


def bare(text: str, most: int = LINE_MAX) -> str:
    """Foreign text for a plain string, harmless even if Slack should read markup in it.

    Nothing is escaped, because what is plain is shown as it is: `<` and `>` get lookalikes.
    """
    clean = _disarmed(" ".join(text.split())).translate(_ANGLES)
    return fit(clean, most) or "-"


def line(text: str, most: int = LINE_MAX) -> str:
    """Escape foreign text that has to stay in one line, at most `most` characters of it."""
    return cut(esc(" ".join(text.split())), most)


def quoted(text: str) -> list[str]:
    """Foreign text of several lines, as a quotation: it cannot pass for words of the bot."""
    return [f"{_QUOTE}{one}" for one in esc(text.strip()).split("\n")]


def code(text: str) -> str:
    """Show something that is copied exactly, such as a username, in a code span."""
    clean = _TURNS.sub("", " ".join(text.split())).replace("`", "\u02cb")
    return f"`{cut(amp(clean), LINE_MAX)}`"


def cut(text: str, limit: int) -> str:
    """Cut escaped text to `limit` characters, with an ellipsis, never inside an escape or token."""
    if len(text) <= limit:
        return text
    return text[: _safe(text, limit - 1)] + "…"


def fit(text: str, limit: int) -> str:
    """Cut unescaped plain text so that it has at most `limit` characters once Slack escapes it."""
    clean = _TURNS.sub("", text)
    if len(amp(clean)) <= limit:
        return clean
    sizes = accumulate(len(amp(one)) for one in clean)
    return clean[: sum(size < limit for size in sizes)] + "…"


def pieces(text: str, limit: int = SECTION_MAX) -> list[str]:
    """Split a long line without losing any of it, where possible after a comma or a space."""
    mark = _QUOTE if text.startswith(_QUOTE) else ""
    limit -= _size(mark) - len(mark)
    found, rest = [], text
    while len(rest) > limit:
        safe = _safe(rest, limit)
        space = max(rest.rfind(", ", 0, safe) + 2, rest.rfind(" ", len(mark), safe) + 1)
        at = space if space > limit // 2 and _safe(rest, space) == space else safe
        found.append(rest[:at].rstrip() or rest[:at])
        rest = mark + rest[at:]
    return [*found, rest]


def pack(lines: Iterable[str], limit: int = SECTION_MAX) -> list[list[tuple[int, str]]]:
    """Pack lines into texts of at most `limit` characters; each piece knows its line's number."""
    texts: list[list[tuple[int, str]]] = []
    size = limit + 1
    for number, one in enumerate(lines):
        for piece in pieces(one, limit):
            size += _size(piece) + 1
            if size > limit:
                texts.append([])
                size = _size(piece)
            texts[-1].append((number, piece))
    return texts


def _size(text: str) -> int:
    return len(text) + (_QUOTE_SIZE - len(_QUOTE)) * text.startswith(_QUOTE)


def some(names: Iterable[str], most: int = 3) -> str:
    """List some of several things, and say how many there are besides."""
    known = list(names)
    rest = len(known) - most
    return ", ".join(known[:most]) + (f" and {rest} more" if rest > 0 else "")


def _safe(text: str, limit: int) -> int:
    """Find the last place up to `limit` that is not inside an escape or a token."""
    opened = text.rfind("<", 0, limit)
    at = opened if opened > text.rfind(">", 0, limit) else limit
    escape = text.rfind("&", max(0, at - 4), at)
    return escape if escape >= 0 and ";" not in text[escape:at] else at
