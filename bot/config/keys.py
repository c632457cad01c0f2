"""Where private keys come from, and which ones are refused."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from bot.config.problems import ConfigError

_A_FILE = re.compile(r"[\w-]{1,60}(?:\.[a-z]{2,5}){1,2}")
"""How key files are called; without a dot it may be a piece of a key, and is not quoted."""
_CUSTOMARY = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
"""A variable's name as people write them. Lower case does as well, and is not quoted: a password
or a piece of a key may look like that."""


def read_key(
    place: str, *, file: Path | None, variable: str | None, keys: Mapping[str, SecretStr]
) -> SecretStr:
    """Read the PEM text of the key that the table at `place` names.

    Raises ConfigError: no key is named, it cannot be read, others may read it, or it is no key.
    What stands in the configuration is quoted only where it is no secret: the key itself may have
    been written in the place of its file or variable.
    """
    if file is not None:
        name = f"{place}.private_key_file"
        problem = readable_by_others(name, file)
        if problem:
            raise ConfigError([problem])
        text = _text(name, file)
    elif variable is not None:
        name = f"{place}.private_key_env"
        if variable not in keys:
            raise ConfigError([f"{name}: {_unset(variable)}"])
        text = keys[variable].get_secret_value()
    else:
        raise ConfigError([f"{place} names no key: write private_key_file or private_key_env."])
    problem = _not_a_key(text)
    if problem:
        raise ConfigError([f"{name} {problem}"])
    return SecretStr(text)


def readable_by_others(name: str, file: Path) -> str | None:
    """Say that anybody on this machine may read the key, or None; a missing file is not judged.

    A group may: that is how secrets are mounted for a process that is not root.
    """
    try:
        mode = file.stat().st_mode
    except OSError:
        return None
    if mode & stat.S_IROTH:
        return f"{name}: everybody on this machine may read {file}: run chmod 600 on it."
    return None


def _unset(variable: str) -> str:
    if _CUSTOMARY.fullmatch(variable):
        return f"set {variable}, or {variable}_FILE to the path of a file."
    return (
        "the variable of that name is not set: set it, or the one with _FILE at its end to the "
        "path of a file. The key itself never stands here."
    )


def _text(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        why = "it is not a text in PEM form"
    which = f"the file {file}" if _A_FILE.fullmatch(file.name) else "the file"
    raise ConfigError([f"{name}: {which} cannot be read ({why})."])


def _not_a_key(text: str) -> str | None:
    """Look at the outside only; the one who signs with it finds out the rest."""
    if "-----BEGIN" not in text:
        return "holds no key in PEM form: write a file that begins with -----BEGIN."
    if "ENCRYPTED" in text:
        return "holds a key with a passphrase: write one without (openssl pkey -in OLD -out NEW)."
    if "PRIVATE KEY-----" not in text:
        return "holds no private key: a certificate goes into the app, its key goes here."
    if "BEGIN EC " in text:
        return (
            "holds an elliptic-curve key, which Salesforce refuses: make an RSA key of 2048 bits."
        )
    return None
