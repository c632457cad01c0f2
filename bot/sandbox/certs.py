"""Who vouches for the sandbox's HTTPS? A throw-away authority, made once per process."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import trustme


@cache
def authority() -> trustme.CA:
    """The throw-away certificate authority of this process."""
    return trustme.CA(organization_name="integration-user-bot sandbox")


@cache
def _loopback() -> trustme.LeafCert:
    return authority().issue_cert("localhost", "127.0.0.1", "::1")


def server_context() -> ssl.SSLContext:
    """A TLS context for a server on loopback."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _loopback().configure_cert(context)
    return context


def authority_pem() -> bytes:
    """The authority's certificate, for clients that verify."""
    return authority().cert_pem.bytes()


def write_authority(path: Path) -> Path:
    """Write the authority's certificate to a file, e.g. for REQUESTS_CA_BUNDLE; answer it."""
    path.write_bytes(authority_pem())
    return path
