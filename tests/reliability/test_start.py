"""What cannot start ends with one plain sentence that names the place, and exit code 2."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.reliability.bot_process import ROOT, TOKEN, BotProcess, environment

PASSWORD = "the-password-of-nobody"
SETTINGS = {
    "BOT_TOKEN": "abc",
    "BOT_API_URL": "ftp://example.org",
    "PROXY_URL": f"socks5://u:{PASSWORD}@127.0.0.1:1",
    "DATABASE_URL": f"mysql://u:{PASSWORD}@127.0.0.1/x",
    "HTTP_PORT": "99999",
    "SANDBOX_PORT": "-1",
    "PUBLIC_URL": "example.org",
    "WEBHOOK_SECRET": "two words",
    "STAFF_CHAT_ID": "the group",
    "ADMIN_IDS": "12,omid",
    "LOG_LEVEL": "LOUD",
}


class Starter:
    """Starts processes that should refuse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "sanatyar.db"
        self.begun: list[BotProcess] = []

    def process(self, where: Path = ROOT, **settings: str) -> BotProcess:
        """Not yet started; the messenger is away, which hinders no start."""
        settings = {"database_url": f"sqlite:///{self.database}"} | settings
        env = environment("http://127.0.0.1:9", **settings)
        made = BotProcess(env, self.folder / f"{len(self.begun)}.log", folder=where)
        self.begun.append(made)
        return made

    async def refused(self, **settings: str) -> str:
        """The one sentence."""
        return await self.refused_at(ROOT, **settings)

    async def refused_at(self, where: Path, **settings: str) -> str:
        """The one sentence of a program in another folder."""
        bot = self.process(where, **settings)
        await bot.start()
        code = await bot.ended()
        said = bot.text
        assert code == 2, said
        assert said.endswith(".\n"), said
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
        assert TOKEN not in said
        assert PASSWORD not in said
        return said


@pytest.fixture
async def starter(tmp_path: Path, seeded_sqlite: Path) -> AsyncIterator[Starter]:
    """With a database that is in order."""
    made = Starter(tmp_path)
    shutil.copy(seeded_sqlite, made.database)
    yield made
    for bot in made.begun:
        await bot.close()


@pytest.mark.parametrize("name", SETTINGS)
async def test_wrong_setting_is_named(starter: Starter, name: str) -> None:
    assert name in await starter.refused(**{name.lower(): SETTINGS[name]})


async def test_address_that_is_not_ours(starter: Starter) -> None:
    assert "HTTP_HOST" in await starter.refused(http_host="203.0.113.7")


async def test_port_that_is_taken(starter: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        assert f"127.0.0.1:{port}" in await starter.refused(http_port=port)


async def test_database_server_that_is_away(starter: Starter) -> None:
    said = await starter.refused(database_url=f"postgresql://somebody:{PASSWORD}@127.0.0.1:1/sanatyar")
    assert "127.0.0.1:1/sanatyar" in said


async def test_database_of_another_server_does_not_exist(starter: Starter, postgres: str) -> None:
    said = await starter.refused(database_url=postgres.replace("/postgres?", "/nothing_here?"))
    assert "nothing_here" in said


@pytest.mark.parametrize("path", ["/proc/sanatyar/x.db", "/dev/null/x.db"])
async def test_database_folder_that_cannot_be_made(starter: Starter, path: str) -> None:
    assert path.rsplit("/", 1)[0] in await starter.refused(database_url=f"sqlite:///{path}")


async def test_database_file_that_is_none(starter: Starter) -> None:
    starter.database.write_text("This is a letter, not a database. " * 100)
    assert starter.database.name in await starter.refused()


async def test_database_path_that_is_a_folder(starter: Starter) -> None:
    starter.database.unlink()
    starter.database.mkdir()
    assert starter.database.name in await starter.refused()


async def test_database_in_memory_is_refused(starter: Starter) -> None:
    assert "DATABASE_URL" in await starter.refused(database_url="sqlite://")


async def test_database_of_a_newer_version(starter: Starter) -> None:
    with sqlite3.connect(starter.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "9999" in await starter.refused()


async def test_second_process_on_one_sqlite_file(starter: Starter) -> None:
    first = starter.process()
    await first.start()
    await first.ready()
    assert starter.database.name in await starter.refused()
    assert first.running
    assert await first.stop() == 0


async def _answers(bot: BotProcess) -> float:
    """Start, and wait until questions are answered: the processor time of it, with that of its children."""
    await bot.start()
    async with asyncio.timeout(120):
        while "words (no encoder)" not in (await bot.get("/readyz"))[1]:
            await asyncio.sleep(0.02)
    times = Path(f"/proc/{bot.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, times[11:15])) / os.sysconf("SC_CLK_TCK")


def _events(bot: BotProcess) -> list[str]:
    return [line["event"] for line in bot.lines()]


@pytest.mark.skipif(sys.platform != "linux", reason="processor time is looked up in /proc")
async def test_a_second_start_builds_and_reads_nothing_again(starter: Starter) -> None:
    """What the first start built is in files beside the database. They may be deleted."""
    bot = starter.process()
    first = await _answers(bot)
    assert await bot.stop() == 0
    (kept,) = (starter.folder / "kept").glob("words-*.bin")
    inode = kept.stat().st_ino
    second = await _answers(bot)
    assert await bot.stop() == 0
    assert kept.stat().st_ino == inode
    assert second < 0.7 * first, "seconds of the processor"
    kept.write_bytes(b"broken")
    await _answers(bot)
    assert await bot.stop() == 0
    assert kept.stat().st_size > 1000
    assert "index_not_kept" not in _events(bot)


async def test_without_a_place_to_keep_the_index_it_starts_and_says_so_once(starter: Starter) -> None:
    (starter.folder / "kept").write_text("A letter, not a folder.")
    bot = starter.process()
    await _answers(bot)
    assert await bot.stop() == 0
    assert _events(bot).count("index_not_kept") == 1


# Broken files: each in a copy of the program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program whose files may be broken."""
    folder = tmp_path_factory.mktemp("program")
    leave = shutil.ignore_patterns("__pycache__", "static")
    for name in ("bot", "handlers", "desk", "eservices", "knowledge", "db", "locales"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    shutil.copy(ROOT / "config.py", folder)
    return folder


def _unreadable(text: str) -> str:
    return text + "\n  - {: [\n"


def _other_shape(_text: str) -> str:
    return "- 1\n- 2\n"


_FILES = (
    "knowledge/content/land.yaml",
    "knowledge/sources.yaml",
    "eservices/catalogue/clinic.yaml",
    "eservices/provinces.yaml",
    "locales/fa.yaml",
    "locales/en.yaml",
    "desk/hours.yaml",
)


@pytest.mark.parametrize("damage", [_unreadable, _other_shape])
@pytest.mark.parametrize("file", _FILES)
async def test_broken_file_is_named(starter: Starter, program: Path, file: str, damage: Callable[[str], str]) -> None:
    path = program / file
    good = path.read_text(encoding="utf-8")
    path.write_text(damage(good), encoding="utf-8")
    try:
        assert Path(file).name in await starter.refused_at(program)
    finally:
        path.write_text(good, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("knowledge/content/land.yaml", "\n  short:", "\n  shrt:"),
        ("eservices/catalogue/clinic.yaml", "type: long_text", "type: longest_text"),
        ("eservices/catalogue/clinic.yaml", "team: clinic", "team: 5"),
        ("locales/fa.yaml", "  parked:", "  perked:"),
        ("locales/en.yaml", "{number}", "{nummer}"),
        ("desk/hours.yaml", ":", ""),
    ],
)
async def test_wrong_value_in_a_file_is_named(
    starter: Starter, program: Path, file: str, before: str, after: str
) -> None:
    path = program / file
    good = path.read_text(encoding="utf-8")
    assert before in good
    path.write_text(good.replace(before, after), encoding="utf-8")
    try:
        assert Path(file).name in await starter.refused_at(program)
    finally:
        path.write_text(good, encoding="utf-8")


async def test_a_content_folder_without_entries_is_named(starter: Starter, program: Path) -> None:
    content, aside = program / "knowledge" / "content", program / "aside"
    content.rename(aside)
    content.mkdir()
    try:
        assert f"{content}: no content files" in await starter.refused_at(program)
    finally:
        content.rmdir()
        aside.rename(content)


async def test_settings_file_that_is_not_text(starter: Starter, program: Path) -> None:
    path = program / ".env"
    path.write_bytes(b"BOT_TOKEN=\xff\xfe\x00")
    try:
        assert ".env" in await starter.refused_at(program)
    finally:
        path.unlink()
