"""Buttons of a form pressed late, twice, at the same moment, by the wrong person or with made-up data."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from db.inbox import InboxRow
from eservices import forms
from sandbox.pending import Update
from sandbox.seen import Seen
from tests.eservices.build import form
from tests.scenarios.steps import (
    Filling,
    asks,
    data_of,
    labels,
    live_buttons,
    open_form,
    question,
    reference_in,
    said,
    shown_reference,
    start_of,
    state_of,
    submissions_of,
    tickets_of,
    with_form,
)
from tests.stage import Stage

SMALL = form(
    question("choice", "kind"),
    question("choices", "needs"),
    question("text", "remark", optional=True),
    question("files", "papers", optional=True),
)


async def _small(stage: Stage, until: str = "kind") -> Filling:
    with_form(stage, "clinic", SMALL)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until(until)
    return filling


def _twice(stage: Stage, label: str) -> tuple[Update, Update]:
    """Two taps before anything could come back."""
    return stage.mina.press(label), stage.mina.press(label)


async def _seen_at_each_step(filling: Filling) -> list[Seen]:
    """Answer to the end; what was seen on the way, with the buttons it had then."""
    seen = []
    while True:
        seen.append(await filling.asked())
        if filling.state.at == forms.REVIEW:
            return seen
        await filling.answer()


async def test_every_button_of_every_earlier_step_only_says_that_it_is_old(stage: Stage) -> None:
    filling = await _small(stage)
    *earlier, review = await _seen_at_each_step(filling)
    before = await state_of(stage, stage.mina)
    for seen in earlier:
        for label in labels(seen):
            pressed = stage.mina.press(data=data_of(seen, label), message_id=seen.message_id)
            answer = await stage.mina.sees_answer(pressed)
            assert answer.text == said(stage.mina, "press.stale_step"), label
    assert await state_of(stage, stage.mina) == before
    assert [seen.message_id for seen in live_buttons(stage.mina)] == [review.message_id]


async def test_every_button_of_a_filed_form_says_its_number_and_files_nothing(stage: Stage) -> None:
    filling = await _small(stage)
    seen = await _seen_at_each_step(filling)
    stage.mina.press(said(stage.mina, "form.send"))
    done = await stage.mina.sees(start_of(stage.mina, "form.filed"))
    reference = reference_in(done.text)
    for one in seen:
        for label in labels(one):
            pressed = stage.mina.press(data=data_of(one, label), message_id=one.message_id)
            answer = await stage.mina.sees_answer(pressed)
            assert shown_reference(reference) in answer.text, label
    (ticket,) = await tickets_of(stage, stage.mina)
    assert ticket.reference == reference


async def test_every_button_of_a_dropped_form_says_so(stage: Stage) -> None:
    filling = await _small(stage)
    seen = await _seen_at_each_step(filling)
    stage.mina.press(said(stage.mina, "form.cancel"))
    sure = await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.drop"))
    await stage.mina.sees(said(stage.mina, "form.cancelled"))
    for one in [*seen, sure]:
        for label in labels(one):
            if not (data := data_of(one, label)).startswith("f:"):
                continue
            answer = await stage.mina.sees_answer(stage.mina.press(data=data, message_id=one.message_id))
            assert answer.text == said(stage.mina, "form.cancelled_already"), label
    assert await tickets_of(stage, stage.mina) == []
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled"]


async def test_two_taps_on_apply_open_one_form(stage: Stage) -> None:
    with_form(stage, "clinic", SMALL)
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک کسب‌وکار")
    _twice(stage, said(stage.mina, "services.apply"))
    await stage.settled()
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["open"]
    assert len([seen for seen in stage.mina.screen if SMALL.intro.fa == seen.text.split("\n")[-1]]) == 1
    (asked,) = live_buttons(stage.mina)
    assert "kind را بگویید." in asked.text


async def test_two_taps_on_a_choice_answer_one_question(stage: Stage) -> None:
    await _small(stage)
    _, second = _twice(stage, "پول و نقدینگی")
    answer = await stage.mina.sees_answer(second)
    assert answer.text == said(stage.mina, "press.stale_step")
    assert (await state_of(stage, stage.mina))["at"] == "needs"


async def test_two_taps_on_a_mark_leave_it_marked(stage: Stage) -> None:
    filling = await _small(stage, "needs")
    _twice(stage, "☐ نیروی کار")
    await filling.sees_button("☑ نیروی کار")
    assert (await state_of(stage, stage.mina))["drafts"] == {"needs": ["people"]}
    _twice(stage, "☑ نیروی کار")
    await filling.sees_button("☐ نیروی کار")
    assert (await state_of(stage, stage.mina))["drafts"] == {"needs": []}


async def test_two_marks_at_the_same_moment_both_count(stage: Stage) -> None:
    filling = await _small(stage, "needs")
    stage.mina.press("☐ نیروی کار")
    stage.mina.press("☐ بازار و فروش")
    await filling.sees_button("☑ نیروی کار")
    await filling.sees_button("☑ بازار و فروش")
    stage.mina.press(said(stage.mina, "form.finish"))
    await stage.mina.sees("remark را بگویید.")
    assert (await state_of(stage, stage.mina))["answers"]["needs"] == ["market", "people"]


@pytest.mark.parametrize(
    ("at", "label", "leads_to"),
    [("needs", "form.back", "kind"), ("remark", "form.skip", "papers"), ("remark", "form.back", "needs")],
)
async def test_two_taps_on_back_or_skip_go_one_step(stage: Stage, at: str, label: str, leads_to: str) -> None:
    await _small(stage, at)
    _twice(stage, said(stage.mina, label))
    assert (await state_of(stage, stage.mina))["at"] == leads_to
    assert len(live_buttons(stage.mina)) == 1


async def test_two_taps_on_done_and_on_taking_a_file_out(stage: Stage) -> None:
    filling = await _small(stage, "papers")
    stage.mina.photo()
    await filling.sees_button(said(stage.mina, "form.take_out"))
    stage.mina.document("plan.pdf", b"%PDF-1.4 plan")
    await stage.mina.sees("۲ فایل")
    _twice(stage, said(stage.mina, "form.take_out"))
    assert [file["name"] for file in (await state_of(stage, stage.mina))["drafts"]["papers"]] == ["photo.jpg"]
    _twice(stage, said(stage.mina, "form.finish"))
    state = await state_of(stage, stage.mina)
    assert (state["at"], len(state["answers"]["papers"])) == (forms.REVIEW, 1)


async def test_two_taps_on_a_change_or_on_cancel(stage: Stage) -> None:
    await _small(stage, forms.REVIEW)
    _twice(stage, said(stage.mina, "form.change", label="برچسب remark"))
    await asks(stage.mina, "remark را بگویید.")
    assert (await state_of(stage, stage.mina))["at"] == "remark"
    _twice(stage, said(stage.mina, "form.cancel"))
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    await stage.settled()
    _twice(stage, said(stage.mina, "form.drop"))
    await stage.settled()
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled"]


async def test_two_taps_on_start_afresh_begin_one_form(stage: Stage) -> None:
    await _small(stage, "needs")
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک کسب‌وکار")
    stage.mina.press(said(stage.mina, "services.apply"))
    await stage.mina.sees("نیمه‌کاره مانده است")
    _twice(stage, said(stage.mina, "form.anew"))
    await stage.settled()
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled", "open"]


async def test_two_taps_on_send_file_once(stage: Stage) -> None:
    await _small(stage, forms.REVIEW)
    _, second = _twice(stage, said(stage.mina, "form.send"))
    done = await stage.mina.sees(start_of(stage.mina, "form.filed"))
    answer = await stage.mina.sees_answer(second)
    assert shown_reference(reference_in(done.text)) in answer.text
    await _filed_once(stage)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_many_taps_on_send_with_two_processes_file_once(stage: Stage) -> None:
    await _small(stage, forms.REVIEW)
    await stage.join()
    for _ in range(6):
        stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))
    await _filed_once(stage)


async def _filed_once(stage: Stage) -> None:
    await stage.settled()
    (ticket,) = await tickets_of(stage, stage.mina)
    assert len([seen for seen in stage.mina.screen if start_of(stage.mina, "form.filed") in seen.text]) == 1
    (card,) = live_buttons(stage.staff, "g:")
    assert shown_reference(ticket.reference) in card.text


MADE_UP = (
    "f:{id}:{rev}:zz", "f:{id}:{rev}:c:nosuch", "f:{id}:{rev}:on:nosuch", "f:{id}:{rev}:on", "f:{id}:{rev}:out:x",
    "f:{id}:{rev}:e:nosuch", "f:{id}:{rev}:file", "f:{id}:{rev}:k", "f:{id}:{rev}:u", "f:{id}:{rev}:g",
    "f:{id}:{rev}:s", "f:{id}:{rev}:c:", "f:{id}:{rev}:answer", "f:{id}:999999999:c:money", "f:0:0:go",
    "f:999999999999999:0:go", "f:99999999999999999999:0:go", "f:{id}:-1:go", "f:{id}", "f:", "f", "m:pending",
    "m:nosuch", "s:nosuch", "s:nosuch:apply:1", "t:999:show", "k:nosuch:d:1", "a:999:useful", "h:q:999",
    "f:{id}:{rev}:c:money'; drop table tickets", "f:{id}:{rev}:c:پول", "\u202e", "0" * 64, "f:۱:۲:go",
)  # fmt: skip


async def test_made_up_data_is_answered_and_changes_nothing(stage: Stage) -> None:
    await _small(stage, "needs")
    asked = await asks(stage.mina, "needs را بگویید.")
    before = await state_of(stage, stage.mina)
    (submission,) = await submissions_of(stage, stage.mina)
    for made_up in MADE_UP:
        data = made_up.replace("{id}", str(submission.id)).replace("{rev}", str(before["revision"]))
        await stage.mina.sees_answer(stage.mina.press(data=data, message_id=asked.message_id))
        assert await state_of(stage, stage.mina) == before, data
    assert await stage.scalars(select(InboxRow.status).where(InboxRow.status != "done")) == []
    assert await tickets_of(stage, stage.mina) == []


async def test_eve_cannot_touch_the_form_of_mina(stage: Stage) -> None:
    await _small(stage, forms.REVIEW)
    review = await asks(stage.mina, start_of(stage.mina, "form.review"))
    before = await state_of(stage, stage.mina)
    stage.eve.say("/help")
    own = await stage.eve.sees("How can I help?")
    (submission,) = await submissions_of(stage, stage.mina)
    everything = [data_of(review, label) for label in labels(review)]
    for data in [*everything, *(f"f:{submission.id}:0:{action}" for action in ("go", "anew", "drop", "answer"))]:
        answer = await stage.eve.sees_answer(stage.eve.press(data=data, message_id=own.message_id))
        assert answer.text == said(stage.eve, "press.stale"), data
    assert await state_of(stage, stage.mina) == before
    assert await submissions_of(stage, stage.eve) == []
    assert not any("نیروی" in seen.text or "Sepahan" in seen.text for seen in stage.eve.screen)


async def test_a_button_without_its_message_still_answers(stage: Stage) -> None:
    """The messenger leaves the message out of a press when it is too old."""
    await _small(stage)
    asked = await asks(stage.mina, "kind را بگویید.")
    pressed: dict[str, Any] = {
        "update_id": 2_000_000_000,
        "callback_query": {
            "id": "old-press",
            "from": stage.mina.person.user(),
            "message": {"chat": stage.mina.chat.brief(), "message_id": asked.message_id, "date": 0},
            "chat_instance": "1",
            "data": data_of(asked, "پول و نقدینگی"),
        },
    }
    stage.world.inject(pressed)
    await stage.mina.sees("needs را بگویید.")


async def test_two_forms_side_by_side_do_not_mix(stage: Stage) -> None:
    await _small(stage)
    await open_form(stage, stage.mina, "general")
    await stage.mina.sees("۱ از ۲")
    clinic = next(seen for seen in live_buttons(stage.mina) if "kind" in seen.text)
    stage.mina.press("پول و نقدینگی", message_id=clinic.message_id)
    await stage.mina.sees("needs را بگویید.")
    found = {one.service: one.state["at"] for one in await submissions_of(stage, stage.mina)}
    assert found == {"clinic": "needs", "general": "need"}
