"""The crash test: owners file requests while the process that serves them is killed again and again (SIGKILL).

Used by the short test in CI and by `python -m bench.crash`. What is claimed in the end is checked in `verdict`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from db.engine import Database
from db.inbox import InboxRow
from db.models import Person, Submission, Ticket, TicketMessage
from db.outbox import OutboxRow
from sandbox import StandIn, World
from sandbox.state import Call
from tests.reliability.bot_process import STAFF_CHAT, TOKEN, BotProcess, environment
from tests.reliability.owners import Owner, all_file, owners

# Sends that show something; the others change what is shown, or nothing.
_SHOWING = ("sendMessage", "sendPhoto", "sendDocument")
# About what one owner gets to see; it spreads the kills over the whole run.
_MESSAGES_EACH = 9


@dataclass(frozen=True)
class Plan:
    """How many owners and kills, on which database, under which seed."""

    database_url: str
    folder: Path
    owners: int = 6
    kills: int = 5
    seed: int = 1
    patience: float = 50.0
    cleanly: bool = False  # stop with SIGTERM instead


@dataclass
class Result:
    """What was counted; `broken` names each promise that was not kept, and is empty when all is well."""

    owners: int
    kills: int = 0
    updates: int = 0
    lost: int = 0
    tickets: int = 0
    sent: int = 0
    said: int = 0
    doubles: int = 0
    doubles_allowed: int = 0
    undecorated: int = 0  # changes of buttons that were given up; they may be, messages may not
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


async def play(plan: Plan) -> Result:
    """One run: everybody files, the process dies `kills` times; then the books are compared."""
    world = World(token=TOKEN)
    world.group(STAFF_CHAT, "کارشناسان", members=[world.phone(601, "سارا")])
    crowd = owners(world, plan.owners, plan.patience)
    result = Result(owners=plan.owners)
    database = Database(plan.database_url)
    started = time.monotonic()
    async with StandIn(world, port=0) as stand_in:
        bot = BotProcess(environment(stand_in.url, database_url=plan.database_url), plan.folder / "bot.log")
        try:
            await bot.start()
            await bot.ready()
            await _file_and_kill(plan, world, bot, database, crowd, result)
            await settled(world, database)
            result.seconds = time.monotonic() - started
            await verdict(result, world, database, crowd)
            if await bot.stop() != 0:
                result.broken.append("the last process did not stop cleanly")
        finally:
            await bot.close()
            await database.close()
    return result


async def _file_and_kill(
    plan: Plan, world: World, bot: BotProcess, database: Database, crowd: list[Owner], result: Result
) -> None:
    killing = asyncio.create_task(_kill_often(plan, world, bot, database, result))
    try:
        await all_file(crowd, plan.seed, spread=plan.kills * 0.8)
    except* AssertionError as group:
        result.broken += [f"waited in vain: {str(error).splitlines()[0]}" for error in group.exceptions]
    finally:
        await killing


async def _kill_often(plan: Plan, world: World, bot: BotProcess, database: Database, result: Result) -> None:
    """Kill after a random number of messages and a random pause, or at a random moment of the start; start again."""
    dice = random.Random(plan.seed)
    a_share = max(2, plan.owners * _MESSAGES_EACH // plan.kills)
    while result.kills < plan.kills:
        if result.kills % 4 == 3 and not plan.cleanly:
            await asyncio.sleep(dice.uniform(0, 1.5))
        else:
            await messages_sent(world, dice.randint(1, a_share))
            await asyncio.sleep(dice.uniform(0, 0.03))
        if plan.cleanly:
            await bot.stop()
        else:
            await bot.kill()
        result.kills += 1
        if not (plan.cleanly or database.is_sqlite):
            await let_leases_end(database)
        await bot.start()
    await bot.ready()


async def messages_sent(world: World, more: int) -> None:
    """Until the process sent so many more messages, or seems to have nothing left to say."""
    wanted = world.count("sendMessage") + more
    end = time.monotonic() + 6
    while world.count("sendMessage") < wanted and time.monotonic() < end:
        await world.next_change(end - time.monotonic())


async def let_leases_end(database: Database) -> None:
    """Stands for the minute after which claims of a dead process end; SQLite's only process frees them itself."""
    async with database.unit() as work:
        for statement in (
            "UPDATE inbox SET ready_at = :now WHERE status = 'open' AND claimed_by IS NOT NULL",
            "UPDATE outbox SET ready_at = :now WHERE state = 'sending'",
            "UPDATE leases SET until_at = :now",
        ):
            await work.session.execute(text(statement), {"now": work.now})


async def settled(world: World, database: Database, seconds: float = 180) -> None:
    """Until everything is worked off and delivered; what is not by then shows in the verdict."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        open_updates = await _all(database, select(InboxRow.id).where(InboxRow.status == "open"))
        waiting = await _all(database, select(OutboxRow.id).where(OutboxRow.state.in_(("ready", "sending"))))
        if not world.pending_updates() and not open_updates and not waiting:
            return
        await asyncio.sleep(0.05)


async def _all(database: Database, statement: Any) -> list[Any]:
    async with database.reading() as session:
        return list((await session.execute(statement)).all())


async def verdict(result: Result, world: World, database: Database, crowd: list[Owner]) -> None:
    """Compare what owners did and saw with what the database holds; each difference is named."""
    await _check_inbox(result, database, crowd)
    await _check_tickets(result, database, crowd)
    await _check_outbox(result, world, database, crowd)


async def _check_inbox(result: Result, database: Database, crowd: list[Owner]) -> None:
    """Nothing that owners did is lost, all of it is done, in the order of each chat."""
    rows = await _all(
        database, select(InboxRow.update_id, InboxRow.status, InboxRow.lane, InboxRow.done_at).order_by(InboxRow.id)
    )
    status = {row.update_id: row.status for row in rows}
    for owner in crowd:
        result.updates += len(owner.acts)
        for act in owner.acts:
            if status.get(act["update_id"]) != "done":
                result.lost += 1
                result.broken.append(f"update {act['update_id']} is {status.get(act['update_id'], 'lost')}")
        done = [row.done_at for row in rows if row.lane == owner.phone.user_id and row.done_at is not None]
        if done != sorted(done):
            result.broken.append(f"chat {owner.phone.user_id} was not worked off in order")
    if len(status) != len(rows):
        result.broken.append("an update is in the inbox twice")


async def _check_tickets(result: Result, database: Database, crowd: list[Owner]) -> None:
    """One ticket each, under the number that the owner saw, with the owner's words in it."""
    rows = await _all(
        database,
        select(Person.chat_id, Ticket.reference, Ticket.service, TicketMessage.text)
        .join(Ticket, Ticket.person_id == Person.id)
        .join(TicketMessage, TicketMessage.ticket_id == Ticket.id),
    )
    result.tickets = len(rows)
    for owner in crowd:
        own = [row for row in rows if row.chat_id == owner.phone.user_id]
        if [(row.reference, row.service) for row in own] != [(owner.reference, owner.service)]:
            result.broken.append(f"owner {owner.phone.user_id} has {len(own)} tickets, or another number")
        elif not all(words.strip() in own[0].text for words in owner.words):
            result.broken.append(f"the ticket of owner {owner.phone.user_id} lacks words of theirs")
    submissions = await _all(database, select(Submission.status))
    if [row.status for row in submissions] != ["filed"] * len(crowd):
        result.broken.append(f"{len(submissions)} submissions, not all of them filed")


async def _check_outbox(result: Result, world: World, database: Database, crowd: list[Owner]) -> None:
    """Every message arrived, in the order in which it was said; few arrived twice."""
    rows = await _all(
        database,
        select(OutboxRow.chat_id, OutboxRow.kind, OutboxRow.state, OutboxRow.payload).order_by(
            OutboxRow.priority, OutboxRow.id
        ),
    )
    lost = Counter(row.state for row in rows if row.state != "sent" and row.kind == "send")
    result.undecorated = sum(1 for row in rows if row.state != "sent" and row.kind != "send")
    if lost:
        result.broken.append(f"not delivered: {dict(lost)}")
    shown = [call for call in world.ledger if call.method in _SHOWING]
    result.sent = len(shown)
    result.said = sum(1 for row in rows if row.kind == "send")
    result.doubles = result.sent - result.said
    # a chat has one message on its way at a time, so a kill can double one message in each chat
    result.doubles_allowed = result.kills * (len(crowd) + 1)
    if not 0 <= result.doubles <= result.doubles_allowed:
        result.broken.append(f"{result.doubles} messages came twice, {result.doubles_allowed} may")
    for owner in crowd:
        said = [row.payload["text"] for row in rows if row.chat_id == owner.phone.user_id and row.kind == "send"]
        if _without_repeats(shown, owner.phone.user_id) != _squeezed(said):
            result.broken.append(f"owner {owner.phone.user_id} saw messages in another order than they were said")


def _without_repeats(shown: list[Call], chat_id: int) -> list[str]:
    """Texts as they were sent; a text that comes again right after itself counts once."""
    return _squeezed([str(call.params.get("text")) for call in shown if int(call.params["chat_id"]) == chat_id])


def _squeezed(texts: list[str]) -> list[str]:
    return [one for place, one in enumerate(texts) if place == 0 or texts[place - 1] != one]
