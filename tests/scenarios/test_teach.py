"""Admins teach words in the chat: looking, adding, extending, leaving it. Others cannot, and answers follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from db.synonyms import Synonym, SynonymChange
from knowledge import teaching
from sandbox.seen import Seen
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals
from tests.scenarios.steps import TEXTS, labels
from tests.stage import Stage, raised

EMMA, SARA = 503, 601
WORD = "خرمالوطور"
PATIENCE = 20
"""Seconds on a busy machine; five are promised on a free one."""


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """Emma and Sara are admins."""
    async with raised(database_url, admin_ids=(EMMA, SARA)) as built:
        yield built


async def terms_of(stage: Stage, key: str) -> list[str]:
    found: list[list[str]] = await stage.scalars(select(Synonym.terms).where(Synonym.key == key))
    return found[0] if found else []


async def history(stage: Stage) -> list[tuple[str, str | None, str]]:
    changes = select(SynonymChange.kind, SynonymChange.key, SynonymChange.actor).order_by(SynonymChange.id)
    return [tuple(row) for row in await stage.rows(changes)]


async def asked(stage: Stage, words: str) -> Seen:
    stage.emma.say(f"/synonym {words}")
    return await stage.emma.sees("Shall I learn it?")


async def test_an_admin_looks_at_the_words(stage: Stage) -> None:
    stage.emma.say("/synonyms")
    shown = await stage.emma.sees("There are 90 more ideas.")
    assert "activity" in shown.text.splitlines()[0]
    assert len(shown.text.splitlines()) == 21
    stage.emma.say("/synonyms وام")
    shown = await stage.emma.sees("loan")
    assert "\n" not in shown.text
    assert "تسهیلات" in shown.text
    stage.emma.say("/synonyms خرمالو")
    await stage.emma.sees("No idea has this word.")
    stage.emma.say("/synonym")
    await stage.emma.sees("with commas between them")
    await no_refusals(stage)


async def test_an_admin_extends_an_idea_after_a_look(stage: Stage) -> None:
    before = await terms_of(stage, "loan")
    shown = await asked(stage, f"وام، {WORD}")
    assert WORD in shown.text
    assert labels(shown) == ["✅ Add to \u2068loan\u2069", "➕ A new idea", "✖️ No, leave it"]
    assert await terms_of(stage, "loan") == before, "nothing is learned without a yes"
    press = stage.emma.press(labels(shown)[0])
    again = stage.emma.press(labels(shown)[0])
    await stage.emma.sees("Learned; it works", after=0)
    assert (await stage.emma.sees_answer(press)).text == ""
    assert "out of date" in (await stage.emma.sees_answer(again)).text
    await stage.settled()
    assert await terms_of(stage, "loan") == [*before, WORD]
    assert await history(stage) == [("changed", "loan", f"admin:{EMMA}")]
    now = next(seen for seen in stage.emma.screen if seen.message_id == shown.message_id)
    assert labels(now) == []
    await no_refusals(stage)


async def test_an_admin_adds_an_idea_or_thinks_better_of_it(stage: Stage) -> None:
    shown = await asked(stage, f"{WORD}، persimmonlike")
    assert labels(shown) == ["➕ A new idea", "✖️ No, leave it"]
    stage.emma.press("✖️ No, leave it")
    await stage.emma.sees("nothing has changed")
    press = stage.emma.press(data=await _data(stage, "new"), message_id=shown.message_id)
    assert "out of date" in (await stage.emma.sees_answer(press)).text
    shown = await asked(stage, f"{WORD}\npersimmonlike")
    stage.emma.press("➕ A new idea")
    await stage.emma.sees("own-1")
    assert await terms_of(stage, "own-1") == [WORD, "persimmonlike"]
    assert await history(stage) == [("dropped", None, f"admin:{EMMA}"), ("added", "own-1", f"admin:{EMMA}")]


async def _data(stage: Stage, what: str) -> str:
    return f"y:{(await stage.scalars(select(SynonymChange.id)))[-1]}:{what}"


async def test_what_changed_meanwhile_is_shown_anew_instead_of_overwritten(stage: Stage) -> None:
    shown = await asked(stage, f"وام، {WORD}")
    async with stage.database.unit() as work:
        await teaching.change(work, "admin:9", "loan", ("وام", "بدهی بانکی"))
    press = stage.emma.press(labels(shown)[0])
    assert "changed meanwhile" in (await stage.emma.sees_answer(press)).text
    await stage.settled()
    assert await terms_of(stage, "loan") == ["وام", "بدهی بانکی"]
    now = next(seen for seen in stage.emma.screen if seen.message_id == shown.message_id)
    assert "بدهی بانکی" in now.text
    stage.emma.press(labels(now)[0], message_id=now.message_id)
    await stage.emma.sees("Learned", after=0)
    assert await terms_of(stage, "loan") == ["وام", "بدهی بانکی", WORD]
    stale = await asked(stage, f"وام، {WORD}تر")
    async with stage.database.unit() as work:
        await teaching.change(work, "admin:9", "loan", ("وام", f"{WORD}تر"))
    stage.emma.press("➕ A new idea")
    await stage.emma.sees("has all of these terms", after=0)
    assert next(seen for seen in stage.emma.screen if seen.message_id == stale.message_id).text.endswith("terms.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("وام", "At least two terms"),
        ("وام، تسهیلات", "has all of these terms"),
        ("خرمالو، برای", "stands in any sentence"),
        ("خرمالو، خرمالوها", "is there twice"),
        ("خرمالو، یک دو سه چهار", "has more than 3 words"),
        ("خرمالو، <b>، B", "<b>\u2069” is there twice"),
    ],
)
async def test_what_cannot_be_learned_is_said_in_one_sentence(stage: Stage, words: str, said: str) -> None:
    stage.emma.say(f"/synonym {words}")
    await stage.emma.sees(said)
    assert await history(stage) == []
    await no_refusals(stage)


async def test_in_the_group_admins_teach_in_persian_and_others_cannot(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.staff.say(stage.omid, f"/synonym وام، {WORD}")
    stage.staff.say(stage.omid, "/synonyms")
    await stage.settled()
    assert not await stage.rows(select(SynonymChange.id)), "Omid is no admin"
    assert not any("وام" in seen.text for seen in stage.staff.screen if seen.author == "bot")
    stage.staff.say(stage.sara, f"/synonym وام، {WORD}", reply_to=card.message_id)
    shown = await stage.staff.sees("یاد بگیرم؟")
    foreign = stage.staff.press(stage.omid, labels(shown)[0], message_id=shown.message_id)
    assert (await stage.omid.sees_answer(foreign)).text == ""
    await stage.settled()
    assert await history(stage) == [("proposed", None, f"admin:{SARA}")]
    stage.staff.press(stage.sara, labels(shown)[0], message_id=shown.message_id)
    await stage.staff.sees("یاد گرفتم", after=0)
    assert WORD in await terms_of(stage, "loan")
    stage.staff.say(stage.sara, "/synonym وام")
    await stage.staff.sees("دست‌کم دو واژهٔ هم‌معنا لازم است")
    await stage.settled()
    assert not any(WORD in seen.text for seen in stage.mina.screen), "what staff teach goes to no owner"


async def test_to_others_the_commands_are_unknown_and_the_buttons_out_of_date(stage: Stage) -> None:
    await asked(stage, f"وام، {WORD}")
    for words in ("/synonyms", f"/synonym وام، {WORD}", "/nosuchcommand"):
        stage.eve.say(words)
        await stage.eve.sees(TEXTS.plain("en", "command.unknown"))
    answers = {seen.text for seen in stage.eve.screen if seen.author == "bot"}
    assert len(answers) == 1, "nothing tells these from a command that does not exist"
    menu = stage.eve.screen[-1]
    for what in ("new", "drop", "0123abcd"):
        press = stage.eve.press(data=await _data(stage, what), message_id=menu.message_id)
        assert "out of date" in (await stage.eve.sees_answer(press)).text
    assert await history(stage) == [("proposed", None, f"admin:{EMMA}")]


async def test_a_taught_word_finds_its_topic_within_five_seconds(database_url: str) -> None:
    """In every process; the owner asks again and again until it is there."""
    async with raised(database_url, own_house=True, admin_ids=(EMMA,)) as stage:
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.index is None:
                await asyncio.sleep(0.01)
        mina, title = stage.mina, stage.process.house.entries["exhibition.list"].title.fa
        mina.say(f"کی {WORD} برگزار میشه؟")
        await mina.sees(TEXTS.plain("fa", "ask.nothing")[:40])
        shown = await asked(stage, f"نمایشگاه، {WORD}")
        before = stage.process.house.knowledge.revision
        stage.emma.press(labels(shown)[0])
        await stage.emma.sees("Learned", after=0)
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.revision == before:
                await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - began < PATIENCE
        mina.say(f"کی {WORD} برگزار میشه؟")
        await mina.sees(title)
