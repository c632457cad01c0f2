"""A fresh pair of orgs for every test, the bot's session, and a user in the making."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.orgs import Org, SalesforceSandbox
from tests.sandbox.orgs.callers import Caller, log_in


@pytest.fixture
async def sf() -> AsyncIterator[SalesforceSandbox]:
    async with SalesforceSandbox() as made:
        yield made


@pytest.fixture
def org(sf: SalesforceSandbox) -> Org:
    return sf.sandbox


@pytest.fixture
async def bot(org: Org) -> Caller:
    return await log_in(org, org.provisioner.username, "provisioner")
