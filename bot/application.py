"""python-telegram-bot's Application inside our unit of work: routes an update to its handler, lets failures through.

Also what is said when a turn ends badly. Not here: routes (handlers/routes.py), units (worker.py).
"""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import Bot, Update, User
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseUpdateProcessor, ContextTypes, ExtBot

from bot.logs import log
from bot.transport import AiohttpRequest, BotApi
from db import outbox
from db.engine import Unit
from db.message import Message
from desk import people
from desk.errors import DeskError as Refused
from handlers import routes
from handlers.house import House
from handlers.notices import say_parked_to_staff
from handlers.turn import Context, Turn, current_turn

__all__ = ["Refused", "SanatyarApplication", "build"]
_LOG = log(__name__)
_AppBase = Application[Bot, Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]


class SanatyarApplication(_AppBase):
    """Raises what a handler raised, so that the unit rolls back."""

    __slots__ = ("api", "background")

    api: BotApi
    background: set[asyncio.Task[None]]

    async def process_error(self, update: object, error: Exception, job: Any = None, coroutine: Any = None) -> bool:
        raise error

    async def act(self, work: Unit, update: Update, turn: Turn) -> None:
        """Let the handlers act on an update inside this unit."""
        turn.work, turn.toast, turn.spoken, turn.person, turn.conversation = work, "", "", None, None
        visitor = visitor_of(update)
        if visitor is not None:
            turn.person, turn.conversation = await people.arrive(work, visitor)
        token = current_turn.set(turn)
        try:
            await self.process_update(update)
        finally:
            current_turn.reset(token)

    async def say_refusal(self, work: Unit, update: Update, turn: Turn, refusal: Refused) -> None:
        """Tell whoever asked why it was not done."""
        turn.toast = ""
        visitor = visitor_of(update)
        if visitor is not None:
            person, _ = await people.arrive(work, visitor)
            text = turn.house.texts.html(person.language, refusal.key, **refusal.values)
            outbox.say(work, person.chat_id, Message(text))
        elif update.effective_chat is not None and turn.house.is_staff_chat(update.effective_chat.id):
            values = turn.house.texts.plain("fa", refusal.key, **refusal.values)
            if update.callback_query is not None:
                turn.toast = values[:200]
            else:
                reply_to = update.effective_message.message_id if update.effective_message else None
                text = turn.house.texts.html("fa", refusal.key, **refusal.values)
                outbox.say(work, update.effective_chat.id, Message(text, reply_to=reply_to))

    async def say_parked(self, work: Unit, update: Update | None, house: House, inbox_id: int) -> None:
        """A bug gave up on an update: the person hears it once, staff see it."""
        visitor = visitor_of(update) if update else None
        if visitor is not None:
            person, _ = await people.arrive(work, visitor)
            text = house.texts.html(person.language, "failure.parked", number=inbox_id)
            outbox.say(work, person.chat_id, Message(text))
        say_parked_to_staff(work, house, inbox_id)

    async def close_press(self, update: Update, turn: Turn) -> None:
        """Stop the button's spinning; best effort, outside of all units."""
        if update.callback_query is not None:
            self._try("answerCallbackQuery", callback_query_id=update.callback_query.id, text=turn.toast or None)

    async def show_typing(self, update: Update) -> None:
        """Show that an answer is on its way; best effort."""
        if update.effective_chat is not None:
            self._try("sendChatAction", chat_id=update.effective_chat.id, action="typing")

    def _try(self, method: str, **parameters: Any) -> None:
        task = asyncio.create_task(self._best_effort(method, parameters))
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def _best_effort(self, method: str, parameters: dict[str, Any]) -> None:
        try:
            await self.api.call(method, read_timeout=5, **parameters)
        except TelegramError as error:
            _LOG.debug("best_effort_failed", method=method, reason=type(error).__name__)


def visitor_of(update: Update) -> people.Visitor | None:
    """Who writes in a private chat; None for groups and updates without a person."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None or user is None or chat.type != ChatType.PRIVATE or chat.id != user.id:
        return None
    return people.Visitor(
        chat_id=chat.id,
        name=" ".join(part for part in (user.first_name, user.last_name) if part),
        username=(user.username or None) and user.username[:64],
        language_code=user.language_code,
    )


class OfflineBot(ExtBot[None]):
    """The library's bot without its start-up call: the messenger may be away while the inbox is worked off."""

    __slots__ = ("me",)

    def __init__(self, token: str, api_url: str, request: AiohttpRequest) -> None:
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._unfreeze()
        self.me = User(int(token.partition(":")[0]), "", is_bot=True, username="")

    async def initialize(self) -> None:
        return

    async def shutdown(self) -> None:
        return

    @property
    def bot(self) -> User:
        return self.me

    def learn(self, me: dict[str, Any]) -> None:
        """Who we are, once the messenger has said so; the name matters for commands in groups."""
        self.me = User.de_json(me, None)


class _OneByOne(BaseUpdateProcessor):
    """Concurrency is the worker's; the library is to add none."""

    async def do_process_update(self, update: object, coroutine: Any) -> None:
        await coroutine

    async def initialize(self) -> None:
        return

    async def shutdown(self) -> None:
        return


def build(token: str, request: AiohttpRequest, api: BotApi, api_url: str) -> SanatyarApplication:
    """The application with all routes; without the library's updater, job queue and persistence."""
    application = (
        ApplicationBuilder()
        .application_class(SanatyarApplication)
        .bot(OfflineBot(token, api_url, request))
        .updater(None)
        .job_queue(None)
        .concurrent_updates(_OneByOne(1))
        .context_types(ContextTypes(context=Context))
        .build()
    )
    assert isinstance(application, SanatyarApplication)
    application.api = api
    application.background = set()
    routes.register(application)
    return application
