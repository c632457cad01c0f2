"""Do keys and certificates fit each other, and when do certificates end? As far as one can read.

Salesforce shows nobody the certificate of an app (auth-and-monitoring 2.5). One that lies beside
its key is read; without one a login is the only proof.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.config import App, ConfigError, Org, Settings
from bot.doctor.report import Line, Page, ok, problem, warning

_SMALLEST = 2048
_SOON = timedelta(days=30)
"""Warned 30 days before, and never said that logins will fail (auth-and-monitoring 1.6)."""
_ENDINGS = (".crt", ".cer", ".cert")


def examine(settings: Settings, org: str, app: str | None, now: datetime) -> tuple[Line, ...]:
    """Look at one key, and at the certificate beside it.

    The lines are named `key` and `certificate`; those of an app have its name behind a colon.
    """
    mark = f":{app}" if app else ""
    try:
        pem = settings.private_key(org, app).get_secret_value()
    except ConfigError as error:
        text = "; ".join(error.problems)
        return (problem(f"key{mark}", text, "Mend it as the text says", Page.KEY),)
    key = _rsa(pem)
    if key is None:
        return (
            problem(
                f"key{mark}",
                "The private key is no RSA key that can be read",
                "Make a key and a certificate anew (docs/salesforce-setup.md, step 1)",
                Page.KEY,
            ),
        )
    if key.key_size < _SMALLEST:
        return (
            problem(
                f"key{mark}",
                f"The private key has {key.key_size} bits; Salesforce wants {_SMALLEST} or more",
                "Make a key and a certificate anew (docs/salesforce-setup.md, step 1)",
                Page.KEY,
            ),
        )
    holder = settings.orgs[org] if app is None else settings.orgs[org].apps[app]
    read = ok(f"key{mark}", f"An RSA key of {key.key_size} bits.")
    return (read, _certificate(f"certificate{mark}", key, _beside(holder), now))


def _rsa(pem: str) -> RSAPrivateKey | None:
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _beside(holder: Org | App) -> Path | None:
    """The certificate beside the key file: the same name, ending in .crt, .cer or .cert."""
    if holder.private_key_file is None:
        return None
    names = (holder.private_key_file.with_suffix(ending) for ending in _ENDINGS)
    return next((name for name in names if name.is_file()), None)


def _certificate(name: str, key: RSAPrivateKey, file: Path | None, now: datetime) -> Line:
    if file is None:
        return warning(
            name,
            "The certificate in the app cannot be read from outside: when it ends is not known",
            "Put it beside its key file, with the same name and .crt at the end; beside a key from "
            "a variable none can lie, so note the day",
            Page.CERTIFICATE_UNSEEN,
        )
    try:
        found = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        text = f"{file} is no certificate that can be read"
        return warning(name, text, "Put the one there that the app has", Page.CERTIFICATE_UNSEEN)
    if found.public_key() != key.public_key():
        return problem(
            name,
            f"{file} belongs to another key than the one that is configured",
            "Upload the certificate of this key to the app, or name the key of that certificate",
            Page.CERTIFICATE,
        )
    return _ending(name, file, found.not_valid_after_utc, now)


def _ending(name: str, file: Path, end: datetime, now: datetime) -> Line:
    day = f"{end:%Y-%m-%d}"
    remedy = "Make a new key and certificate, upload the certificate, then change the key"
    if end <= now:
        text = f"{file} ended on {day}; whether Salesforce still takes it is not said anywhere"
        return warning(name, text, remedy, Page.CERTIFICATE)
    if end - now < _SOON:
        return warning(name, f"{file} ends on {day}", remedy, Page.CERTIFICATE)
    return ok(name, f"{file} fits the key and ends on {day}.")
