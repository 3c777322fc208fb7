"""The page in a real browser with a small echo bot behind it, and what can be checked of its files without one.

The requests it makes are in test_control.py.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from sandbox import StandIn, World
from sandbox.acts import PIXEL
from sandbox.cast import STAFF_CHAT_ID, set_stage
from sandbox.control import STATIC
from sandbox.driver import Group
from tests.chromium import FLAGS, chromium
from tests.sandbox.conftest import until


def test_texts_are_equal_in_both_languages_and_all_used_ones_exist() -> None:
    texts = json.loads((STATIC / "texts.json").read_text())
    assert texts["fa"].keys() == texts["en"].keys()
    for key, sentence in texts["fa"].items():
        assert re.findall(r"\{\w+\}", sentence) == re.findall(r"\{\w+\}", texts["en"][key]), key
        words = re.sub(r"\{\w+\}", "", sentence)
        assert key == "otherLanguage" or not re.search(r"[يكة]|[A-Za-z]", words), key
    code = "".join(path.read_text() for path in STATIC.glob("*.js"))
    used = set(re.findall(r"\btext\('(\w+)'", code))
    used |= set(re.findall(r'data-text="(\w+)"', (STATIC / "index.html").read_text()))
    assert used <= texts["en"].keys()


def test_nothing_is_built_from_markup_or_fetched_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        if path.suffix in {".js", ".html", ".css"}:
            source = path.read_text()
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source), path.name
            assert not re.search(r"(src|href|url\()=?[\"'(]*https?://", source), path.name


async def echo(world: World) -> None:
    """Repeats words with a button, answers presses, thanks for photos."""
    offset = 0
    while True:
        for update in await world.updates.poll(offset, 100, 50):
            offset = update["update_id"] + 1
            if "callback_query" in update:
                query = update["callback_query"]
                alert = "هشدار" in query["message"]["text"]
                world.call("answerCallbackQuery", callback_query_id=query["id"], text="پسندیده شد", show_alert=alert)
                here = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
                world.call("editMessageText", **here, text="<b>سپاس</b>", parse_mode="HTML")
            elif "photo" in update.get("message", {}):
                world.call("sendMessage", chat_id=update["message"]["chat"]["id"], text="عکس رسید")
            elif "message" in update:
                chat, words = update["message"]["chat"]["id"], update["message"].get("text", "?")
                markup = {"inline_keyboard": [[{"text": "پسند", "callback_data": "like"}]]}
                world.call("sendMessage", chat_id=chat, text=f"گفتید: {words}", reply_markup=markup)


@pytest.fixture
async def served(world: World) -> AsyncIterator[StandIn]:
    async with StandIn(world, stage=set_stage) as running:
        bot = asyncio.create_task(echo(world))
        yield running
        bot.cancel()
        await asyncio.gather(bot, return_exceptions=True)


@pytest.fixture
async def page(served: StandIn) -> AsyncIterator[Page]:
    path = await asyncio.to_thread(chromium)
    assert path is not None, "No Chromium was found; ./run.sh test brings one."
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=path, args=FLAGS)
        context = await browser.new_context(locale="fa-IR", viewport={"width": 1280, "height": 800})
        opened = await context.new_page()
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        await opened.goto(served.url)
        yield opened
        await browser.close()
        assert problems == []


@pytest.mark.browser
async def test_an_owner_chats(page: Page, world: World, tmp_path: Path) -> None:
    owner = page.locator("#phone-owner")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await owner.get_by_role("button", name="شروع").click()
    await expect(owner.locator(".other .text").last).to_have_text("گفتید: /start")
    field = owner.get_by_role("textbox")
    hostile = "سلام <img src=x onerror=alert(1)> & <b>x</b>"
    await field.fill(hostile)
    await field.press("Enter")
    await expect(owner.locator(".own .text").last).to_have_text(hostile)
    await expect(owner.locator(".other .text").last).to_have_text(f"گفتید: {hostile}")
    await expect(field).to_have_value("")

    await owner.get_by_role("button", name="پسند").last.click()
    await expect(owner.locator(".toast")).to_have_text("پسندیده شد")
    await expect(owner.locator(".other .text").last.locator("strong")).to_have_text("سپاس")
    await expect(owner.locator(".other .facts").last).to_contain_text("ویرایش‌شده")

    await field.fill("هشدار")
    await owner.get_by_role("button", name="فرستادن").click()
    await expect(owner.locator(".other .text").last).to_have_text("گفتید: هشدار")
    await owner.get_by_role("button", name="پسند").last.click()
    await expect(page.locator("#alert p")).to_have_text("پسندیده شد")
    await page.get_by_role("button", name="باشد").click()
    await expect(page.locator("#alert")).to_be_hidden()

    picture = tmp_path / "picture.png"
    picture.write_bytes(PIXEL)
    await owner.locator("input[data-kind=photo]").set_input_files(picture)
    await expect(owner.locator(".own .picture img")).to_be_visible()
    await expect(owner.locator(".other .text").last).to_have_text("عکس رسید")

    for kind, label in (("video", "فیلم"), ("audio", "فایل صوتی")):
        await owner.get_by_role("button", name="پیوست").click()
        await owner.get_by_role("menuitem", name=label).click()
        await expect(owner.locator(".own .card")).to_have_count(1 if kind == "video" else 2)
        sent = next(message for message in reversed(world.chats[501].messages.values()) if kind in message.message)
        file = sent.message[kind]
        world.call(f"send{kind.capitalize()}", chat_id=501, caption="از ما", **{kind: file["file_id"]})
        await expect(owner.locator(".own .card").last).to_contain_text(file["file_name"])
        await expect(owner.locator(".other .card").last).to_contain_text(f"{label}، ")
        await expect(owner.locator(".other .text").last).to_have_text("از ما")


@pytest.mark.browser
async def test_reply_edit_keyboard_and_staff(page: Page, world: World) -> None:
    owner, staff = page.locator("#phone-owner"), page.locator("#phone-staff")
    await owner.get_by_role("button", name="شروع").click()
    await owner.locator(".own .line").first.hover()
    await owner.locator(".own").first.get_by_role("button", name="ویرایش").click()
    field = owner.get_by_role("textbox")
    await field.fill("سلام")
    await field.press("Enter")
    await expect(owner.locator(".own .text").first).to_have_text("سلام")

    keys = {"keyboard": [["درخواست‌های من"]]}
    world.call("sendMessage", chat_id=501, text="برگزینید", reply_markup=keys)
    await owner.get_by_role("button", name="درخواست‌های من").click()
    await expect(owner.locator(".other .text").last).to_have_text("گفتید: درخواست‌های من")

    group = Group(world, world.chats[STAFF_CHAT_ID])
    topic = world.call("createForumTopic", chat_id=STAFF_CHAT_ID, name="زمین")["message_thread_id"]
    world.call("sendMessage", chat_id=STAFF_CHAT_ID, message_thread_id=topic, text="کارت درخواست")
    await staff.get_by_role("button", name="زمین", exact=True).click()
    await staff.locator(".other .line").last.hover()
    await staff.locator(".other").last.get_by_role("button", name="پاسخ").click()
    await staff.get_by_role("textbox").fill("پاسخ کارمند")
    await staff.get_by_role("button", name="فرستادن").click()
    await expect(staff.locator(".own .quote")).to_contain_text("کارت درخواست")
    said = next(message for message in group.screen if message.text == "پاسخ کارمند")
    assert (said.thread_id, said.author) == (topic, "user")


@pytest.mark.browser
async def test_language_guests_and_misbehaviour(page: Page, world: World) -> None:
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")
    owner = page.locator("#phone-owner")
    await owner.get_by_role("combobox").select_option("guest")
    await owner.get_by_role("button", name="Start").click()
    await expect(owner.locator(".other .text")).to_have_text("گفتید: /start")
    assert any("Guest" in person.first_name for person in world.people.values())
    await page.get_by_role("button", name="Misbehave").click()
    await page.get_by_role("switch", name="Complete outage").check()
    await until(lambda: world.faults.out)
    await page.get_by_role("button", name="Switch all off").click()
    await until(lambda: not world.faults.out)
    await page.keyboard.press("Escape")
    await expect(page.locator("#faults")).to_be_hidden()


@pytest.mark.browser
async def test_nothing_is_cut_off_on_a_small_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 780})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await expect(page.locator("#phone-owner")).to_be_visible()
    await expect(page.locator("#phone-staff")).to_be_hidden()
    await page.get_by_role("tab", name="کارمندان").click()
    await expect(page.locator("#phone-staff")).to_be_visible()
    small = await page.evaluate(
        "[...document.querySelectorAll('button, select, a, textarea')].filter(e => e.offsetParent)"
        ".filter(e => e.offsetHeight < 44).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
