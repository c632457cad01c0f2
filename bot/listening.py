"""An HTTP server that strangers may reach: nothing is inflated, and noise is no error of ours."""

from __future__ import annotations

import logging

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

_log = structlog.get_logger(__name__)


def runner(app: web.Application, *, ending: float) -> web.AppRunner:
    """A runner for `app`; its `cleanup` takes at most twice `ending` seconds.

    By itself aiohttp inflates a compressed body while it arrives, a thousandfold and before anybody
    has asked for it; and it logs bytes that are no HTTP as an error, with a traceback.
    """
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_ours)
    return web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        logger=logger,
        shutdown_timeout=ending,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """Is it about us? What somebody sent that is no HTTP gets a line of its own instead."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError):
        return True
    _log.warning("http.malformed", error=type(error).__name__)
    return False
