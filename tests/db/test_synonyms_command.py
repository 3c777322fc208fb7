"""`python -m knowledge synonyms` as operators run it, on both databases: keys, refusals, exit codes, the history."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from db import migrate
from db.engine import Database
from db.synonyms import Synonym, SynonymChange
from knowledge import __main__ as commands
from knowledge import seeding, teaching
from knowledge.synonyms import MOST_IDEAS, TermsRefused, load_synonyms

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command; its exit code, and what it wrote to stdout and stderr."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def command(*words: str) -> tuple[int, str, str]:
        code = commands.main(["synonyms", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def rows(url: str, statement: Any) -> list[Any]:
    async def read() -> list[Any]:
        database = Database(url)
        async with database.reading() as session:
            found = list(await session.execute(statement))
        await database.close()
        return found

    return asyncio.run(read())


def test_an_idea_is_added_changed_removed_and_brought_back(run: Any, database_url: str) -> None:
    code, out, err = run("add", "پروژکتور،", "ویدئو", "پروژکتور,projector")
    assert (code, out, err) == (0, "own-1: پروژکتور, ویدئو پروژکتور, projector\n", "")
    assert run("projector")[1] == "own-1: پروژکتور, ویدئو پروژکتور, projector\n"
    assert run("change", "own-1", "projector,", "beamer") == (0, "own-1: projector, beamer\n", "")
    assert run("remove", "own-1") == (0, "own-1\n", "")
    assert run("beamer") == (0, "", "")
    assert run("change", "own-1", "beamer, projector")[:2] == (0, "own-1: beamer, projector\n")
    code, out, err = run("add", "beamer, tax")
    assert (code, out) == (0, "own-2: beamer, tax\n"), "keys are never used twice"
    assert err == "Terms of it are in other ideas too: own-1, tax.\n"
    what = select(SynonymChange.kind, SynonymChange.key, SynonymChange.before, SynonymChange.terms)
    history = rows(database_url, what.order_by(SynonymChange.id))
    first = ["پروژکتور", "ویدئو پروژکتور", "projector"]
    assert [tuple(row) for row in history] == [
        ("added", "own-1", [], first),
        ("changed", "own-1", first, ["projector", "beamer"]),
        ("removed", "own-1", ["projector", "beamer"], []),
        ("changed", "own-1", [], ["beamer", "projector"]),
        ("added", "own-2", [], ["beamer", "tax"]),
    ]
    assert {row[0] for row in rows(database_url, select(SynonymChange.actor))} == {"command"}


def test_the_list_shows_all_or_those_with_a_word(run: Any) -> None:
    everything = run()[1].splitlines()
    assert len(everything) == len(load_synonyms())
    assert everything == sorted(everything, key=lambda line: line.partition(":")[0])
    assert [line.partition(":")[0] for line in run("وام")[1].splitlines()] == ["loan"]
    assert "title-deed" in run("title-deed")[1]
    assert run("هیچ‌جا‌نیست") == (0, "", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "وام"), "At least two terms that mean the same are needed, with commas between them."),
        (("add", "خرمالو، برای"), "“برای” stands in any sentence and tells no meaning."),
        (("add", "خرمالو، خرمالوها"), "“خرمالو” is there twice."),
        (("add", "خرمالو، یک دو سه چهار"), "“یک دو سه چهار” has more than 3 words."),
        (("add", f"خرمالو، {'x' * 61}"), f"“{'x' * 60}” is longer than 60 characters."),
        (("add", "خرمالو، !!"), "There is no letter or digit in “!!”."),
        (("add", ",".join(f"x{n}" for n in range(31))), "An idea takes no more than 30 terms."),
        (("add", "تسهیلات، وام"), "The idea loan has all of these terms."),
        (("change", "nowhere", "a1, b1"), "There is no idea nowhere."),
        (("change", "bank", "بانک، bank"), "The idea bank has just these terms."),
        (("remove", "nowhere"), "There is no idea nowhere."),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(
    run: Any, database_url: str, words: tuple[str, ...], sentence: str
) -> None:
    before = run()[1]
    assert run(*words) == (1, "", f"{sentence}\n")
    assert run()[1] == before
    assert not rows(database_url, select(SynonymChange.id))


def test_missing_words_are_told(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("add",), ("change", "loan"), ("remove",), ("remove", "loan", "bank")):
        with pytest.raises(SystemExit) as ended:
            run(*words)
        assert ended.value.code == 2
        assert "add needs terms" in capsys.readouterr().err


def test_a_database_that_cannot_be_used_ends_with_two(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    code, out, err = run()
    assert (code, out) == (2, "")
    assert err == f"The tables of the database are at -, but {migrate.newest()} is needed; start the service once.\n"
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hidden-word@127.0.0.1:1/none")
    code, out, err = run("add", "a1, b1")
    assert (code, out) == (2, "")
    assert err.startswith("The database ")
    assert "hidden-word" not in err
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/x")
    assert run()[0] == 2


def test_a_shell_gets_readable_persian(seeded_sqlite: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a.db"
    copy.write_bytes(seeded_sqlite.read_bytes())
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{copy}"}
    command = [sys.executable, "-m", "knowledge", "synonyms", "وام"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("loan: وام, تسهیلات, اعتبار, loan")


async def test_no_more_ideas_than_there_is_room_for(database: Database) -> None:
    async with database.unit() as work:
        await work.session.execute(delete(Synonym))
        for number in range(MOST_IDEAS):
            hashed = {"content_hash": "", "seed_hash": ""}
            terms = [f"term {number}", f"other {number}"]
            work.session.add(Synonym(key=f"k{number}", terms=terms, updated_at=work.now, **hashed))
    with pytest.raises(TermsRefused, match="too many ideas"):
        async with database.unit() as work:
            await teaching.add(work, "admin:1", ("خرمالو", "persimmon"))
    async with database.unit() as work:
        await teaching.remove(work, "admin:1", "k1")
        await teaching.add(work, "admin:1", ("خرمالو", "persimmon"))
    with pytest.raises(TermsRefused, match="too many ideas"):
        async with database.unit() as work:
            await teaching.change(work, "admin:1", "k1", ("one more", "still more"))


async def test_two_who_add_at_once_get_two_keys(database: Database) -> None:
    async def add(terms: tuple[str, ...]) -> str:
        async with database.unit() as work:
            return (await teaching.add(work, "admin:1", terms)).key

    keys = await asyncio.gather(add(("a1", "a2")), add(("b1", "b2")), add(("c1", "c2")))
    assert sorted(keys) == ["own-1", "own-2", "own-3"]
    async with database.reading() as session:
        assert await seeding.revision(session) >= 3


async def test_a_row_that_the_matcher_refuses_is_shown_and_can_be_mended(database: Database) -> None:
    async with database.unit() as work:
        (await work.session.get_one(Synonym, "loan")).terms = json.loads('{"a": 1}')
        (await work.session.get_one(Synonym, "fair")).terms = [1, "b"]
    async with database.unit() as work:
        shown = {idea.key: idea.terms for idea in await teaching.ideas(work.session)}
        assert (shown["loan"], shown["fair"]) == ((), ("1", "b"))
        await teaching.change(work, "admin:1", "loan", ("وام", "قرض"))
        assert (await work.session.get_one(Synonym, "loan")).terms == ["وام", "قرض"]
