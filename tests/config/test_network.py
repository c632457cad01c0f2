"""Trust and proxies: which certificates, which proxy, and what never goes to one."""

import ssl
from pathlib import Path

import pytest
import trustme

from bot.config import ca_bundle, forget, proxy_for, ssl_context
from bot.config.network import problems

PROXY = {"HTTPS_PROXY": "http://proxy.acme.example:3128"}
URL = "https://acme.my.salesforce.com/services/oauth2/token"


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:8443/x", "https://127.0.0.1/x", "http://127.8.9.1:1/api/",
        "https://[::1]:8443/", "wss://127.0.0.1:9/link", "https://uat.localhost:8443/",
    ],
)  # fmt: skip
def test_loopback_never_goes_to_a_proxy(url: str) -> None:
    assert proxy_for(url, PROXY) is None


def test_everything_else_goes_to_the_proxy() -> None:
    assert proxy_for(URL, PROXY) == PROXY["HTTPS_PROXY"]
    assert proxy_for("wss://wss-primary.slack.com/link", PROXY) == PROXY["HTTPS_PROXY"]
    assert proxy_for(URL, {}) is None
    assert proxy_for(URL, {"https_proxy": "p:1", **PROXY}) == "http://p:1"


@pytest.mark.parametrize(
    ("exceptions", "direct"),
    [
        ("*", True), ("acme.my.salesforce.com", True), ("salesforce.com", True),
        (".salesforce.com", True), ("*.salesforce.com", True), ("SALESFORCE.com", True),
        ("example.org, salesforce.com", True), ("salesforce.com:443", True),
        ("salesforce.com:8443", False), ("force.com", False), ("", False), (",", False),
        ("10.0.0.0/8", False),
    ],
)  # fmt: skip
def test_no_proxy_names_what_is_reached_directly(exceptions: str, *, direct: bool) -> None:
    assert (proxy_for(URL, {**PROXY, "NO_PROXY": exceptions}) is None) is direct


def test_no_proxy_takes_addresses_and_networks() -> None:
    inside = {**PROXY, "NO_PROXY": "10.0.0.0/8,fd00::/8,192.0.2.7"}
    assert proxy_for("https://10.1.2.3/", inside) is None
    assert proxy_for("https://[fd00::7]/", inside) is None
    assert proxy_for("https://192.0.2.7:8443/", inside) is None
    assert proxy_for("https://192.0.2.8/", inside) == PROXY["HTTPS_PROXY"]


def test_the_first_bundle_that_is_named_is_the_only_one_trusted(tmp_path: Path) -> None:
    first, second = tmp_path / "first.pem", tmp_path / "second.pem"
    trustme.CA(organization_name="First").cert_pem.write_to_path(first)
    trustme.CA(organization_name="Second").cert_pem.write_to_path(second)
    both = {"REQUESTS_CA_BUNDLE": str(first), "SSL_CERT_FILE": str(second)}
    assert ca_bundle(both) == first
    assert ca_bundle({"SSL_CERT_FILE": str(second)}) == second
    (trusted,) = ssl_context(both).get_ca_certs()
    assert "First" in str(trusted["subject"])


def test_the_context_checks_names_and_certificates() -> None:
    context = ssl_context({})
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_bundle_or_proxy_that_cannot_be_used_is_told_without_its_value(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    found = problems({"SSL_CERT_FILE": str(tmp_path / "empty.pem"), "HTTPS_PROXY": "http://u:pw@"})
    assert [problem.split()[0] for problem in found] == ["SSL_CERT_FILE", "HTTPS_PROXY"]
    assert "pw" not in " ".join(found)
    assert problems(PROXY) == []


def test_the_callers_environment_is_forgotten_but_not_the_shells() -> None:
    environ = {
        "SLACK_BOT_TOKEN": "x", "DATABASE_URL": "x", "https_proxy": "x", "PGHOST": "x",
        "REQUESTS_CA_BUNDLE": "x", "DBOS_SYSTEM_DATABASE_URL": "x", "PATH": "/bin", "HOME": "/root",
    }  # fmt: skip
    forget(environ)
    assert environ == {"PATH": "/bin", "HOME": "/root"}
