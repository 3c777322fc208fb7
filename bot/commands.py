"""What the messenger shows of us: commands, name and descriptions, set once per language at the start."""

from __future__ import annotations

from typing import Any

from telegram.error import TelegramError

from bot.logs import log
from bot.transport import BotApi
from handlers.routes import COMMANDS
from locales import LANGUAGES, Texts

_LOG = log(__name__)


async def introduce(api: BotApi, texts: Texts) -> bool:
    """Set commands and descriptions; the default is Persian. False when the messenger refused something."""
    complete = True
    for code in (None, *LANGUAGES):
        language = code or "fa"
        commands = [{"command": name, "description": texts.plain(language, f"command.{name}")} for name in COMMANDS]
        calls: tuple[tuple[str, dict[str, Any]], ...] = (
            ("setMyCommands", {"commands": commands}),
            ("setMyName", {"name": texts.plain(language, "about.name")}),
            ("setMyDescription", {"description": texts.plain(language, "about.description")}),
            ("setMyShortDescription", {"short_description": texts.plain(language, "about.short")}),
        )
        for method, parameters in calls:
            try:
                await api.call(method, language_code=code, **parameters)
            except TelegramError as error:
                # cosmetic: the assistant works without it, and the messenger limits how often names change
                complete = False
                _LOG.warning("introduction_incomplete", method=method, reason=type(error).__name__)
    return complete
