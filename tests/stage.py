"""The stage for scenarios: the real process against the stand-in, a fixed cast, a clock that tests can move.

Mina and Reza write Persian, Emma English; Sara and Omid are staff. Eve should see nothing of anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import process as bot_process
from bot.process import Process
from bot.setup import build_house
from config import Settings
from db.engine import Database
from db.inbox import InboxRow
from db.outbox import OutboxRow
from handlers.house import House
from knowledge.engine import Engine
from sandbox import Faults, StandIn, World
from sandbox.driver import Group, Phone

TOKEN = "123456789:stage-token-that-opens-only-the-stand-in"
STAFF_CHAT = -1001234567


class Clock:
    """Real time plus what the test added."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, step: timedelta) -> None:
        self.ahead += step


@dataclass
class Stage:
    """The parts that a scenario speaks with."""

    url: str
    world: World
    stand_in: StandIn
    clock: Clock
    mina: Phone
    reza: Phone
    emma: Phone
    eve: Phone
    sara: Phone
    omid: Phone
    staff: Group
    process: Process
    settings: Settings
    extra: list[Process] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.process.database

    async def restart(self) -> None:
        """Stop the process cleanly and start it again on the same database."""
        await bot_process.stop(self.process)
        self.process = await _begin(self.settings, self.clock)

    async def join(self) -> Process:
        """One more process on the same database."""
        self.extra.append(await _begin(self.settings, self.clock))
        return self.extra[-1]

    async def settled(self, seconds: float = 60) -> None:
        """Wait until every update is worked off and everything said is delivered or given up."""
        async with asyncio.timeout(seconds):
            while True:
                async with self.database.reading() as session:
                    if not self.world.pending_updates() and not await _waiting(session):
                        return
                await asyncio.sleep(0.02)

    async def rows(self, statement: Any) -> list[Any]:
        """What a query finds, for looking behind the scene."""
        async with self.database.reading() as session:
            return list((await session.execute(statement)).all())

    async def scalars(self, statement: Any) -> list[Any]:
        """The same, first column."""
        async with self.database.reading() as session:
            return list((await session.scalars(statement)).all())


async def _waiting(session: AsyncSession) -> int:
    updates = await session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.status == "open"))
    rows = await session.scalar(
        select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("ready", "sending")))
    )
    return (updates or 0) + (rows or 0)


async def _begin(settings: Settings, clock: Clock, own_house: bool = False) -> Process:
    process = await bot_process.assemble(settings, None if own_house else await _house(settings))
    process.database.clock = clock
    await bot_process.start(process)
    return process


async def _house(settings: Settings) -> House:
    """The house of an earlier stage with fresh state: building the index anew for each test costs seconds.
    Nobody renews its knowledge."""
    if not _BUILT:
        database = Database(settings.async_database_url())
        built = await build_house(settings.model_copy(update={"encoder": "none"}), database)
        built.house.knowledge.close()
        _BUILT.append(built.house)
        await database.close()
    kept = _BUILT[0]
    engine = Engine(kept.knowledge.index, kept.knowledge.revision)
    return replace(
        kept, knowledge=engine, moved={}, staff_chat_id=settings.staff_chat_id, admin_ids=settings.admin_ids
    )


_BUILT: list[House] = []


def settings_for(url: str, api_url: str, **overrides: Any) -> Settings:
    """Settings of a test: nothing of the machine's environment decides."""
    values: dict[str, Any] = {
        "bot_token": SecretStr(TOKEN),
        "bot_api_url": api_url,
        "database_url": SecretStr(url),
        "http_port": 0,
        "staff_chat_id": STAFF_CHAT,
        "encoder": "none",
    }
    return Settings(_env_file=None, **(values | overrides))


@contextlib.asynccontextmanager
async def process_for(url: str, api_url: str, **overrides: Any) -> AsyncIterator[Process]:
    """Only the process, for a stand-in with a cast of its own."""
    process = await _begin(settings_for(url, api_url, **overrides), Clock())
    try:
        yield process
    finally:
        await bot_process.stop(process)


@contextlib.asynccontextmanager
async def raised(
    url: str, faults: Faults | None = None, own_house: bool = False, **overrides: Any
) -> AsyncIterator[Stage]:
    """A stage with everything running; all of it is taken down again. With a house of its own the process renews
    its knowledge, and starts some seconds later."""
    world = World(token=TOKEN, faults=faults or Faults(seed=7))
    async with StandIn(world, port=0) as stand_in:
        cast: dict[str, Any] = {
            "mina": world.phone(501, "مینا", last_name="کریمی", language_code="fa"),
            "reza": world.phone(502, "رضا", language_code="fa"),
            "emma": world.phone(503, "Emma", language_code="en"),
            "eve": world.phone(504, "Eve", language_code="en"),
            "sara": world.phone(601, "سارا", language_code="fa"),
            "omid": world.phone(602, "امید", language_code="fa"),
        }
        staff = world.group(STAFF_CHAT, "کارشناسان", members=[cast["sara"], cast["omid"]])
        settings, clock = settings_for(url, stand_in.url, **overrides), Clock()
        process = await _begin(settings, clock, own_house)
        stage = Stage(url, world, stand_in, clock, staff=staff, process=process, settings=settings, **cast)
        try:
            yield stage
        finally:
            for other in stage.extra:
                await bot_process.stop(other)
            await bot_process.stop(stage.process)
