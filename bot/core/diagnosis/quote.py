"""How words of an org are quoted: short, on one line, and never with a secret in them."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300
_SECRETS = re.compile(
    r"-----BEGIN.*?(?:-----END[^-]*-----|\Z)"  # keys and certificates
    r"|\beyJ[\w-]+(?:\.[\w-]*)*"  # JSON web tokens
    r"|\b00D\w{9,15}(?:!|%21)\S+"  # session ids (salesforce-auth-and-monitoring 1.3)
    r"|\bBearer\s+\S+"
    r"|\b(?:assertion|(?:access|refresh)_token|client_secret|password|sid|authorization)"
    r"[\"']?\s*[=:]\s*[\"']?[^\s\"'&]+"
    r"|[\w+/=.-]{60,}",  # whatever else looks like key material
    re.IGNORECASE | re.DOTALL,
)


def quote(text: str, longest: int = LONGEST) -> str:
    """Clean foreign text for people: no secrets, no control characters, cut at `longest`."""
    text = _SECRETS.sub("[removed]", text.replace("<br>", " "))
    text = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in text
        if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"}
    )
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
