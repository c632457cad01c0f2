"""How Slack reaches the bot: nothing that a person does may differ between the two."""

from typing import Literal

import pytest

Mode = Literal["socket", "http"]

MODES = ["socket", pytest.param("http", marks=pytest.mark.slow)]
"""Every story is told over both; FAST=1 leaves the second out."""

EACH_WITH_A_DATABASE = [
    ("sqlite_url", "socket"),
    pytest.param(("postgres_url", "http"), marks=pytest.mark.postgres),
]
"""What is settled by the database: both databases and both modes, in two runs and not in four."""
