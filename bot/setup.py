"""From settings to the shared parts: database migrated and seeded, texts, catalogue, knowledge, hours.

Every fault of a file or setting becomes one plain sentence (CannotStart). Not here: running anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bot.logs import log
from config import Settings
from db import chats, inbox, leases, migrate, outbox
from db.away import DatabaseAway
from db.engine import Database
from desk.hours import HoursError, load_hours
from eservices.catalogue import Catalogue, CatalogueError
from eservices.catalogue import load as load_catalogue
from eservices.provinces import ProvincesError, provinces
from handlers.house import House
from knowledge import seeded, seeding
from knowledge.choosing import choose
from knowledge.engine import Engine
from knowledge.faults import ContentError
from knowledge.kept import Folder
from knowledge.layout import ServiceWords
from knowledge.load import load_content, load_outside
from knowledge.renewing import Renewer
from knowledge.sources import load_sources
from knowledge.stored import StoredContentError
from knowledge.synonyms import load_synonyms
from locales import TextsError, load_texts

CATALOGUE = Path(__file__).resolve().parents[1] / "eservices" / "catalogue"
_LOG = log(__name__)


class CannotStart(Exception):
    """Why the process cannot start: one plain sentence that names the place."""


@dataclass
class Built:
    """The shared parts, and what keeps the knowledge among them true."""

    house: House
    renewer: Renewer


async def open_database(settings: Settings) -> Database:
    """Connect and migrate. Raises CannotStart."""
    try:
        database = Database(settings.async_database_url())
        await database.check()
        if await migrate.upgrade(database):
            _LOG.info("database_migrated", revision=migrate.newest())
    except DatabaseAway as error:
        raise CannotStart(str(error)) from None
    return database


async def build_house(settings: Settings, database: Database, index_later: bool = False) -> Built:
    """Read all files and the database's content. With `index_later` questions wait until the renewer has built the
    index. Raises CannotStart."""
    try:
        texts = load_texts()
        provinces()
        catalogue = load_catalogue(CATALOGUE)
        hours = load_hours()
        sources = load_sources()
        services, outside = _services(catalogue), load_outside()
        await _seed(database)
    except (TextsError, CatalogueError, ProvincesError, ContentError, HoursError) as error:
        raise CannotStart(str(error)) from None
    encoder = choose(settings, asyncio.get_running_loop())
    folder = Folder(settings.kept_folder(), _LOG.warning)
    renewer = Renewer(database, services, outside, encoder, folder)
    try:
        renewed = None if index_later else await renewer.build()
        entries = renewed.entries if renewed is not None else await renewer.read()
    except StoredContentError as error:
        raise CannotStart(str(error)) from None
    async with database.reading() as session:
        moved = await chats.moved(session)
    house = House(
        texts=texts,
        catalogue=catalogue,
        knowledge=Engine(renewed.index, renewed.revision, encoder)
        if renewed is not None
        else Engine(None, -1, encoder),
        entries=entries,
        sources=sources,
        hours=hours,
        staff_chat_id=settings.staff_chat_id,
        admin_ids=settings.admin_ids,
        moved=moved,
        outside={kind.id: kind for kind in outside},
    )
    return Built(house, renewer)


async def _seed(database: Database) -> None:
    """Bring the content's files into the database, unless they are there. Raises ContentError."""
    key = await asyncio.to_thread(seeded.files_key)
    async with database.reading() as session:
        if await seeded.is_seeded(session, key):
            return
    entries, synonyms = load_content(), load_synonyms()
    async with database.unit() as work:
        content = await seeding.seed(work, entries)
        words = await seeding.seed_synonyms(work, synonyms)
        # conflicts are told at every start, until somebody looks into them
        if not content.conflicts and not words.conflicts:
            await seeded.remember(work, key, [entry.id for entry in entries])
    for event, done in (("content_seeded", content), ("synonyms_seeded", words)):
        if done:
            _LOG.info(event, added=len(done.added), updated=len(done.updated), conflicts=done.conflicts)


def _services(catalogue: Catalogue) -> tuple[ServiceWords, ...]:
    """How people speak of the services: what knowledge.load reads from their files, without reading them twice."""
    every = sorted(catalogue, key=lambda service: service.id)
    return tuple(
        ServiceWords(one.id, (one.name.fa, one.name.en), one.aliases.fa + one.aliases.en, one.needs.fa + one.needs.en)
        for one in every
    )


async def release_claims(database: Database) -> None:
    """The only process on this database begins: whatever a former one held is free."""
    async with database.unit() as work:
        await inbox.release_all(work)
        await outbox.release_all(work)
        await leases.release_all(work)
