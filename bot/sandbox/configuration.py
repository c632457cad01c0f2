"""The configuration that a bot needs to live in the sandbox: a TOML file, keys and environment.

Written as text, because the sandbox knows nothing of the bot. What differs from a real installation
is only the addresses and the throw-away certificate authority.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.orgs import Org, SalesforceSandbox
from bot.sandbox.workspace import SlackWorkspace

Tables = Mapping[str, Mapping[str, Any]]


def write(
    folder: Path,
    *,
    orgs: Mapping[str, Org],
    tables: Tables | None = None,
) -> Path:
    """Write integration-users.toml and the key files into `folder`; answers the file.

    `tables` adds or replaces keys, such as `{"approval": {"required": 2}, "orgs.uat": {…}}`;
    None leaves a key out.
    """
    made = _base()
    for key, org in orgs.items():
        made |= _org(folder, key, org)
    for name, values in (tables or {}).items():
        merged = {**made.get(name, {}), **values}
        made[name] = {key: value for key, value in merged.items() if value is not None}
    text = "\n\n".join(f"[{name}]\n{_lines(values)}" for name, values in made.items())
    file = folder / "integration-users.toml"
    file.write_text(text + "\n", encoding="utf-8")
    return file


def environment(
    folder: Path, workspace: SlackWorkspace, salesforce: SalesforceSandbox
) -> dict[str, str]:
    """The variables that the bot reads: tokens, Slack's address, the certificate authority."""
    return {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "REQUESTS_CA_BUNDLE": str(salesforce.ca_pem_path),
        "DATABASE_URL": f"sqlite:///{folder / 'integration-users.db'}",
    }


def _base() -> dict[str, dict[str, Any]]:
    return {
        "slack": {
            "mode": "socket",
            "approvals_channel": "C0APPROVE",
            "digest_channel": "C0LICENSES",
            "ops_channel": "C0OPS",
            "admins": ["S0ADMINS"],
        },
        "health": {"port": 0},
        "approval": {"approvers": ["S0SALESFORCE"], "required": 1},
        "smoke": {"propagation_wait": "10m"},
    }


def _org(folder: Path, key: str, org: Org) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {
        f"orgs.{key}": {
            "label": org.label,
            "kind": "sandbox" if org.is_sandbox else "production",
            "my_domain_url": org.my_domain_url,
            "username": org.provisioner.username,
            "consumer_key": org.provisioner.consumer_key,
            "private_key_file": _key(folder, f"{key}-bot", org.provisioner.private_key_pem),
            "username_domain": f"integrations.acme.example.{key}",
            "email_domains": ["acme.example"],
        }
    }
    for name, app in org.apps.items():
        made[f"orgs.{key}.apps.{name}"] = {
            "label": app.label,
            "kind": app.kind,
            "name": app.name,
            "consumer_key": app.consumer_key,
            "private_key_file": _key(folder, f"{key}-{name}", app.private_key_pem),
        }
    return made


def _key(folder: Path, name: str, pem: str) -> str:
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    file = keys / f"{name}.pem"
    file.touch(mode=0o600)
    file.write_text(pem, encoding="utf-8")
    return f"keys/{name}.pem"


def _lines(values: Mapping[str, Any]) -> str:
    """TOML of plain values, which JSON writes the same way."""
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
