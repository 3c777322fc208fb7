"""`python -m knowledge synonyms`: list, add, change and remove words that stand for one idea, in the database.

Exit codes: 0 done, 1 refused, 2 no database to work on. Refusals are one sentence on stderr, from locales.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from sqlalchemy.exc import DBAPIError

from db import migrate
from db.away import DatabaseAway
from db.engine import Database, Unit
from knowledge import teaching
from knowledge.synonyms import TermsRefused, terms_in
from knowledge.teaching import Idea
from locales import Texts, load_texts

REFUSED: Final = 1
AWAY: Final = 2
ACTOR: Final = "command"
LANGUAGE: Final = "en"
_ISOLATES: Final = dict.fromkeys((0x2066, 0x2068, 0x2069))
"""Signs of direction that a messenger needs and a terminal may show as boxes."""


def arguments(synonyms: argparse.ArgumentParser) -> None:
    """What the command understands."""
    synonyms.usage = "python -m knowledge synonyms [WORD | add TERM, TERM | change KEY TERM, TERM | remove KEY]"
    synonyms.description = (
        "Without more it lists all ideas, with a WORD those that have it. `add` prints the key of the new idea; "
        "`remove` can be taken back with `change`."
    )
    synonyms.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    synonyms.set_defaults(parser=synonyms)


def run(options: argparse.Namespace, url: str) -> int:
    """Runs the command on the database at this address (with its asynchronous driver); the exit code."""
    return asyncio.run(_run(options, url))


async def _run(options: argparse.Namespace, url: str) -> int:
    texts = load_texts()
    try:
        database = Database(url)
        try:
            return await _on(database, options, texts)
        finally:
            await database.close()
    except TermsRefused as error:
        print(_plain(texts, error.key, **error.values), file=sys.stderr)
        return REFUSED
    except (DatabaseAway, DBAPIError) as error:
        away = error if isinstance(error, DatabaseAway) else type(error.orig or error).__name__
        print(away, file=sys.stderr)
        return AWAY


async def _on(database: Database, options: argparse.Namespace, texts: Texts) -> int:
    edit = _edit(options)
    await database.check()
    at = await migrate.present(database)
    if at != migrate.newest():
        print(_plain(texts, "teaching.old_database", at=at or "-", needed=migrate.newest()), file=sys.stderr)
        return AWAY
    if edit is None:
        async with database.reading() as session:
            _show(await teaching.ideas(session, " ".join(options.words)))
        return 0
    async with database.unit() as work:
        idea = await edit(work)
        near = teaching.sharing(await teaching.ideas(work.session), idea.terms)
    if options.words[0] == "remove":
        print(idea.key)
        return 0
    _show([idea])
    others = [one.key for one in near if one.key != idea.key]
    if others:
        print(_plain(texts, "teaching.in_others", ideas=", ".join(others)), file=sys.stderr)
    return 0


def _edit(options: argparse.Namespace) -> Callable[[Unit], Awaitable[Idea]] | None:
    """What is to be done with the database; None: only look. Ends the process when words are missing."""
    match options.words:
        case ["add", _, *_]:
            return lambda work: teaching.add(work, ACTOR, terms_in(" ".join(options.words[1:])))
        case ["change", key, _, *_]:
            return lambda work: teaching.change(work, ACTOR, key, terms_in(" ".join(options.words[2:])))
        case ["remove", key]:
            return lambda work: teaching.remove(work, ACTOR, key)
        case ["add" | "change" | "remove", *_]:
            options.parser.error("add needs terms, change a key and terms, remove a key")
    return None


def _show(ideas: Iterable[Idea]) -> None:
    for idea in ideas:
        print(f"{idea.key}: {', '.join(idea.terms)}")


def _plain(texts: Texts, key: str, **values: object) -> str:
    return texts.plain(LANGUAGE, key, **values).translate(_ISOLATES)
