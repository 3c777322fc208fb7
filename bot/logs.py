"""The logs: one JSON object a line, ids and counts only. Tokens are taken out even from tracebacks.

Not here: what is logged. Rule: never text of people, phone numbers or secrets.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{20,}")
# Everything between quotes in a database error may be what somebody typed.
_PARAMETERS = re.compile(r"\[parameters: .*", re.DOTALL)
# PostgreSQL quotes the whole row in its details, its driver the value that it could not use.
_DETAIL = re.compile(
    r"(DETAIL: |invalid input for query argument \$\d+: ).*?(?=\n\[SQL: |\n\nThe above exception|\Z)", re.DOTALL
)


def hide_secrets(text: str) -> str:
    """The text without bot tokens and without the parameters of database statements."""
    text = _PARAMETERS.sub("[parameters hidden]", _TOKEN.sub("<token>", text))
    return _DETAIL.sub(r"\1hidden", text)


def _hide(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: hide_secrets(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up(level: str) -> None:
    """Send our own and the libraries' logs to standard output, in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _hide,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These write addresses with the token, or a line for every call.
    for noisy in ("httpx", "httpcore", "aiohttp.access", "asyncio", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The library writes whole updates and replies into its errors. Whatever it raises is logged by us, without them.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


def log(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: `log(__name__).info("update_parked", inbox=5)`; a fixed event name, then ids."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return bound
