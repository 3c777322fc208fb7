"""The whole durable path of Sanatyar with an echo for its only handler: inbox, unit of work, outbox, SQLite file."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr
from telegram import Update
from telegram.ext import MessageHandler, filters

from bot import logs
from bot.process import run_loop, running
from config import Settings
from handlers.turn import Context


async def echo(update: Update, context: Context) -> None:
    assert update.message is not None
    if context.house.knowledge.index is None:
        await context.house.knowledge.ask("")  # the first echo waits until the start is over
    context.say(context.html("ask.plain", text=update.message.text or ""))


async def main() -> int:
    token, api_url = sys.argv[1:3]
    logs.set_up("WARNING")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            bot_token=SecretStr(token),
            bot_api_url=api_url,
            database_url=SecretStr(sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{Path(folder) / 'echo.db'}"),
            http_port=0,
            encoder="none",
        )
        async with running(settings) as process:
            process.application.handlers.clear()
            process.application.add_handler(MessageHandler(filters.TEXT, echo))
            await stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(run_loop(main()))
