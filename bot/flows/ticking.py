"""One request of a tick must not stop the others: what goes wrong with it stays with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from store.ledger import Conflict, gave_way

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def on_its_own(part: str, request_id: int) -> AsyncIterator[None]:
    """Do the block for one request, and log why when it fails: the next tick tries again.

    Who was first leaves nothing to do now. Raises what the database says when it is away: that is
    no matter of one request.
    """
    try:
        yield
    except Conflict:
        return
    except (OperationalError, InterfaceError) as error:
        if not gave_way(error):
            raise
    except Exception:  # noqa: BLE001 - whatever it is, the other requests are not to wait for it
        _log.exception("tick.failed", part=part, request_id=f"IU-{request_id}")
