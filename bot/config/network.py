"""How outgoing connections are trusted and which proxy they take (contract section 2)."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def ca_bundle(environ: Mapping[str, str]) -> Path | None:
    """Find the certificates to trust: REQUESTS_CA_BUNDLE, else SSL_CERT_FILE, else the system's.

    A file, or a folder of hashed names. None when this system keeps none where OpenSSL looks.
    """
    for name in _VARIABLES:
        if environ.get(name):
            return Path(environ[name]).absolute()
    system = ssl.get_default_verify_paths()
    for found in (Path(system.openssl_cafile), Path(system.openssl_capath)):
        if found.is_file() or (found.is_dir() and any(found.iterdir())):
            return found
    return None


def ssl_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Make the one context that Slack and Salesforce are reached with.

    Raises OSError (ssl.SSLError among them) when the bundle cannot be read; see `problems`.
    """
    bundle = ca_bundle(environ)
    if bundle is None:
        return ssl.create_default_context()
    if bundle.is_dir():
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """Name the proxy for a URL, or None: HTTPS_PROXY, unless NO_PROXY or loopback.

    The answer may hold a password: never log it. NO_PROXY takes `*`, hosts, domains, ports,
    addresses and networks; small letters do as well.
    """
    proxy = _variable("HTTPS_PROXY", environ)
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not proxy or not host or _is_loopback(host):
        return None
    exceptions = _variable("NO_PROXY", environ) or ""
    port = parts.port or (443 if parts.scheme in {"https", "wss"} else 80)
    if _bypasses(host, port, exceptions):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def problems(environ: Mapping[str, str]) -> list[str]:
    """Say what is wrong with these variables, without their values: a proxy's has a password."""
    found = []
    bundle = next((name for name in _VARIABLES if environ.get(name)), None)
    if bundle:
        try:
            ssl_context(environ)
        except OSError:
            found.append(
                f"{bundle} names no certificates that can be read: write the path of a PEM file."
            )
    proxy = _variable("HTTPS_PROXY", environ)
    if proxy:
        try:
            parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            usable = bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            found.append("HTTPS_PROXY is not an address: write http://HOST:PORT.")
    return found


def _variable(name: str, environ: Mapping[str, str]) -> str | None:
    """The small letters win, as they do in curl and in the standard library."""
    return environ.get(name.lower()) or environ.get(name) or None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bypasses(host: str, port: int, exceptions: str) -> bool:
    """Tell whether NO_PROXY names this host: itself, its domain, its network or everything."""
    address = _address(host)
    for entry in exceptions.lower().replace(" ", ",").split(","):
        name, colon, only = entry.rpartition(":")
        if colon and only.isdigit() and not _address(entry):
            if port != int(only):
                continue
            entry = name  # noqa: PLW2901 - the port has been looked at
        domain = entry.removeprefix("*").removeprefix(".")
        if entry == "*" or (domain and (host == domain or host.endswith(f".{domain}"))):
            return True
        if address is not None and "/" in entry and _in_network(address, entry):
            return True
    return False


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
