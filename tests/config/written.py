"""Configuration files for tests: the whole one of the documentation, and the smallest."""

from pathlib import Path

PEM = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n"

WHOLE = """
[slack]
mode = "socket"
host = "127.0.0.1"
port = 3000
approvals_channel = "C0APPROVE"
digest_channel = "C0LICENSES"
ops_channel = "C0OPS"
admins = ["S0ADMINS", "U0ADMIN"]

[health]
host = "127.0.0.1"
port = 3001

[database]
url = "sqlite:///integration-users.db"

[orgs.uat]
label = "UAT sandbox"
kind = "sandbox"
my_domain_url = "https://acme--uat.sandbox.my.salesforce.com"
audience = "https://test.salesforce.com"
username = "provisioner@acme.example.uat"
consumer_key = "3MVG9…"
private_key_file = "keys/provisioner-uat.pem"
api_version = "66.0"
username_domain = "integrations.acme.example.uat"
email_domains = ["acme.example"]
time_zone = "Europe/Berlin"
locale = "en_US"
permission_sets = "unlicensed"

[orgs.uat.apps.warehouse]
label = "Warehouse sync"
kind = "external_client_app"
name = "Warehouse_Sync"
consumer_key = "3MVG9…"
private_key_file = "keys/warehouse-uat.pem"

[approval]
approvers = ["S0SALESFORCE", "U0ADA"]
required = 1
expires_after = "3d"
remind_after = ["4h", "1d"]
valid_for = "14d"

[schedule]
time_zone = "Europe/Berlin"
tick = "1m"
catalogue = "1h"
digest = "mon 09:00"
stale = "daily 07:30"

[smoke]
propagation_wait = "10m"

[stale]
warn_after = "30d"
alert_after = "60d"
never_used_after = "14d"
grace = "14d"

[prices]
currency = "USD"
full_license_month = 165
integration_license_month = 10
"""

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_APP_TOKEN": "xapp-1-app"}


def org(**changes: str) -> str:
    """Write `[orgs.uat]` with these TOML values in place of, or besides, its smallest ones."""
    smallest = {
        "label": '"UAT sandbox"',
        "kind": '"sandbox"',
        "my_domain_url": '"https://acme--uat.sandbox.my.salesforce.com"',
        "username": '"provisioner@acme.example.uat"',
        "consumer_key": '"3MVG9"',
        "private_key_file": '"keys/uat.pem"',
        "username_domain": '"integrations.acme.example"',
    }
    lines = [f"{name} = {value}" for name, value in {**smallest, **changes}.items()]
    return "\n".join(["[orgs.uat]", *lines, ""])


def write(folder: Path, text: str) -> Path:
    file = folder / "integration-users.toml"
    file.write_text(text, encoding="utf-8")
    return file


def write_key(file: Path, text: str = PEM, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file
