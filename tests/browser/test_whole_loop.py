"""The first minute of a newcomer, in a real browser: ask, file, staff answer, the owner reads it. Both languages.

Pictures of each station go to the folder SHOTS names, to be looked at; without it none are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from locales import load_texts
from sandbox import StandIn, World
from sandbox.cast import STAFF_CHAT_ID, set_stage
from tests.chromium import FLAGS, chromium
from tests.stage import TOKEN, process_for

pytestmark = pytest.mark.browser

WORDS: dict[str, dict[str, str]] = {
    "fa": {
        "owner": "مینا رضایی",
        "start": "شروع",
        "language": "فارسی",
        "question": "vasighe nadaram zemanat name midin?",
        "answer": "منبع:",
        "human": "/human",
        "asked": "در یک پیام",
        "matter": "برق سولهٔ ما سه روز است قطع است",
        "filed": "شمارهٔ پیگیری",
        "reply": "فردا کارشناس برق می‌آید.",
    },
    "en": {
        "owner": "Daniel Amini",
        "start": "Start",
        "language": "English",
        "question": "I have no collateral, can the guarantee fund help?",
        "answer": "Source:",
        "human": "/human",
        "asked": "in one message",
        "matter": "The power of our hall has been off for three days",
        "filed": "Reference number",
        "reply": "An electrician comes tomorrow.",
    },
}


@contextlib.asynccontextmanager
async def _page(url: str, language: str, width: int, height: int) -> AsyncIterator[Page]:
    path = await asyncio.to_thread(chromium)
    async with async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=path, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": height}, locale=language)
        await page.goto(url)
        if await page.locator("html").get_attribute("lang") != language:
            await page.locator("#language").click()
        yield page
        await browser.close()


def _said(phone: Locator, text: str) -> Locator:
    """The newest message that holds the text."""
    return phone.locator("li .text").filter(has_text=text).last


async def _say(phone: Locator, text: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")


async def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        await page.wait_for_timeout(400)
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_whole_loop_in_the_sandbox(language: str, seeded_sqlite: Path, tmp_path: Path) -> None:
    texts = load_texts()
    words = WORDS[language] | {
        "ended": str(texts.languages[language]["notice.solved"]).rpartition("{service}")[2].lstrip(")").strip(),
        "best": texts.plain(language, "requests.star", stars=5),
        "thanks": texts.plain(language, "requests.rated_thanks", stars=5),
    }
    database = tmp_path / "sanatyar.db"
    database.write_bytes(seeded_sqlite.read_bytes())
    async with StandIn(World(token=TOKEN), 0, stage=set_stage) as stand_in:
        settings: dict[str, Any] = {"staff_chat_id": STAFF_CHAT_ID}
        async with (
            process_for(f"sqlite:///{database}", stand_in.url, **settings),
            _page(stand_in.url, language, 1280, 860) as page,
        ):
            owner, staff = page.locator("#phone-owner"), page.locator("#phone-staff")
            await owner.locator("select").select_option(label=words["owner"])
            await owner.get_by_role("button", name=words["start"]).click()
            await owner.get_by_role("button", name=words["language"]).last.click()
            await expect(owner.get_by_role("button", name="⚙️").last).to_be_visible()
            await _picture(page, f"loop-{language}-menu")
            await _say(owner, words["question"])
            await expect(_said(owner, words["answer"])).to_be_visible()
            await _picture(page, f"loop-{language}-answer")
            await _say(owner, words["human"])
            await expect(_said(owner, words["asked"])).to_be_visible()
            await _say(owner, words["matter"])
            await expect(_said(owner, words["filed"])).to_be_visible()
            card = _said(staff, words["matter"])
            await expect(card).to_be_visible()
            await _reply(staff, words["matter"], words["reply"])
            await expect(_said(owner, words["reply"])).to_be_visible()
            await _picture(page, f"loop-{language}-reply")
            # the reply changes the card too; a press on the old one would only draw it anew
            await expect(_said(staff, words["matter"])).to_contain_text("در دست بررسی")
            await staff.get_by_role("button", name="✅").last.click()
            await expect(_said(owner, words["ended"])).to_be_visible()
            await owner.get_by_role("button", name=words["best"]).last.click()
            await expect(_said(owner, words["thanks"])).to_be_visible()
            await _picture(page, f"loop-{language}-rated")
            await page.set_viewport_size({"width": 360, "height": 780})
            await _picture(page, f"loop-{language}-phone")


async def _reply(phone: Locator, matter: str, text: str) -> None:
    """Answer the message that holds the matter: its reply button appears when it is pointed at."""
    bubble = phone.locator("li[data-id]").filter(has_text=matter).last
    await bubble.locator(".bubble").hover()
    await bubble.locator(".tools button").click()
    await _say(phone, text)
