"""Keeps the knowledge of this process true: what is published anywhere answers here within seconds.

What is built, and when, is in knowledge/renewing.py.
"""

from __future__ import annotations

import asyncio

from bot.logs import log
from db.away import is_away
from handlers.house import House
from knowledge.renewing import Renewed, Renewer
from knowledge.stored import StoredContentError

AGAIN_SECONDS = 3.0
_LOG = log(__name__)


async def run(renewer: Renewer, house: House) -> None:
    """For ever, whatever happens to the database."""

    def publish(renewed: Renewed) -> None:
        house.entries = renewed.entries
        house.knowledge.replace(renewed.index, renewed.revision)

    while True:
        try:
            await renewer.run(publish, _LOG.info)
        except StoredContentError as error:
            _LOG.error("knowledge_not_renewed", reason=str(error))
        except Exception as error:
            if not (is_away(error) or isinstance(error, TimeoutError)):
                _LOG.exception("renewal_broken")
            _LOG.warning("renewal_failed", reason=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)
