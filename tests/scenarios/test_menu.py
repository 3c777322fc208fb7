"""The door, as a chat: greeting, menu, help, settings, cancelling, commands as the messenger shows them."""

from __future__ import annotations

import pytest

from bot.commands import introduce
from handlers.routes import COMMANDS
from tests.scenarios.steps import TEXTS, labels, said
from tests.stage import Stage


async def test_the_menu_leads_everywhere_and_back(stage: Stage) -> None:
    stage.emma.start()
    await stage.emma.sees("I am Sanatyar")
    stage.emma.press("English")
    menu = await stage.emma.sees("I will speak English")
    assert menu.buttons == [
        ["❓ Ask"],
        ["🗂 Six e-services and programmes"],
        ["📋 My requests", "👤 Talk to a person"],
        ["⚙️ Settings"],
    ]
    for label, words in (
        ("❓ Ask", "Type your question"),
        ("🗂 Six e-services and programmes", "The six e-services"),
        ("📋 My requests", "You have not filed a request yet"),
        ("👤 Talk to a person", "tell me in one message"),
        ("⚙️ Settings", "Choose your language"),
    ):
        stage.emma.press(label, message_id=menu.message_id)
        await stage.emma.sees(words)
    stage.emma.press("🏠 Menu")
    await stage.emma.sees("What would you like to do?")


@pytest.mark.parametrize("code", ["fa", "en"])
async def test_every_command_answers(stage: Stage, code: str) -> None:
    phone = stage.mina if code == "fa" else stage.emma
    for command in COMMANDS:
        mark = phone.mark()
        phone.say(f"/{command}")
        await phone.sees("", after=mark)
    phone.say("/HELP")
    await phone.sees(TEXTS.plain(code, "help.text").splitlines()[1])
    phone.say("/help@sanatyar_sandbox_bot")
    await phone.sees(TEXTS.plain(code, "help.text").splitlines()[1])


async def test_commands_and_descriptions_are_set_in_both_languages(stage: Stage) -> None:
    assert await introduce(stage.process.api, TEXTS)
    for language in ("fa", "en"):
        shown = await stage.process.api.call("getMyCommands", language_code=language)
        assert [entry["command"] for entry in shown] == list(COMMANDS)
        assert shown[0]["description"] == TEXTS.plain(language, "command.start")
        described = await stage.process.api.call("getMyDescription", language_code=language)
        assert described["description"] == TEXTS.plain(language, "about.description")
    default = await stage.process.api.call("getMyCommands")
    assert default[0]["description"] == TEXTS.plain("fa", "command.start")


async def test_help_names_commands_that_exist(stage: Stage) -> None:
    for language in ("fa", "en"):
        text = TEXTS.plain(language, "help.text")
        named = {word[1:] for word in text.split() if word.startswith("/")}
        assert named <= set(COMMANDS)
        assert {"services", "requests", "human", "language", "privacy", "cancel"} <= named


async def test_cancel_leaves_what_is_going_on(stage: Stage) -> None:
    stage.emma.say("/cancel")
    await stage.emma.sees("nothing going on")
    stage.emma.say("/human")
    await stage.emma.sees("what you need")
    stage.emma.say("/cancel")
    await stage.emma.sees("I have put that aside")
    stage.emma.say("hello")
    await stage.emma.sees("Hello and welcome")
    stage.emma.start("clinic")
    await stage.emma.sees("Business clinic")
    stage.emma.press(said(stage.emma, "services.apply"))
    await stage.emma.sees("Question")
    stage.emma.say("/cancel")
    await stage.emma.sees("keep the form for later")


async def test_an_old_or_made_up_button_says_so(stage: Stage) -> None:
    stage.emma.start()
    shown = await stage.emma.sees("I am Sanatyar")
    for data in ("m:nosuch", "zzz", "m:", "s:nosuch", "k:no.such:s:0", "s:land:apply", "r:", "p:everything"):
        press = stage.emma.press(data=data, message_id=shown.message_id)
        assert "out of date" in (await stage.emma.sees_answer(press)).text


async def test_what_was_useful_keeps_its_other_buttons(stage: Stage) -> None:
    stage.emma.say("What is a business clinic?")
    answer = await stage.emma.sees("Source:")
    assert "👍 Useful" in labels(answer)
    press = stage.emma.press("👍 Useful")
    assert "Thank you" in (await stage.emma.sees_answer(press)).text
    await stage.settled()
    kept = next(seen for seen in stage.emma.screen if seen.message_id == answer.message_id)
    assert labels(kept) == [label for label in labels(answer) if label not in ("👍 Useful", "👎 Not useful")]
    assert kept.text == answer.text


async def test_two_starts_in_a_row_greet_twice_and_spoil_nothing(stage: Stage) -> None:
    stage.mina.start()
    stage.mina.start()
    await stage.settled()
    assert len([seen for seen in stage.mina.screen if "من صنعت‌یارم" in seen.text]) == 2
    stage.mina.press("فارسی")
    await stage.mina.sees("با شما فارسی حرف می‌زنم")
