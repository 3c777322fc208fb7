"""Messages in the middle of a form beside plain answers: albums, edits, forwards, markup, long texts."""

from __future__ import annotations

from tests.eservices.build import form
from tests.scenarios.steps import Filling, asks, live_buttons, question, said, start_of, state_of, with_form
from tests.stage import Stage

PAPERS = form(question("files", "papers", max=3), question("text", "remark"))


async def test_an_album_gives_all_its_pictures(stage: Stage) -> None:
    with_form(stage, "clinic", PAPERS)
    await Filling.begin(stage, stage.mina, "clinic")
    stage.mina.album([b"one", b"two"], caption="خط تولید")
    await asks(stage.mina, "۲ فایل از ۳")
    stage.mina.document("فهرست قیمت.xlsx", b"prices")
    await asks(stage.mina, "۳ فایل از ۳")
    assert len(live_buttons(stage.mina)) == 1
    stage.mina.press(said(stage.mina, "form.finish"))
    await stage.mina.sees("remark را بگویید.")
    state = await state_of(stage, stage.mina)
    assert [one["name"] for one in state["answers"]["papers"]] == ["photo.jpg", "photo-2.jpg", "فهرست قیمت.xlsx"]


async def test_one_file_too_many_is_refused_and_the_last_can_be_taken_out(stage: Stage) -> None:
    with_form(stage, "clinic", PAPERS)
    await Filling.begin(stage, stage.mina, "clinic")
    stage.mina.album([b"one", b"two", b"three", b"four"])
    await asks(stage.mina, said(stage.mina, "field.files.too_many", max=3))
    stage.mina.press(said(stage.mina, "form.take_out"))
    await asks(stage.mina, "تا اینجا: ۲ فایل")
    stage.mina.photo(data=b"five")
    await asks(stage.mina, "۳ فایل از ۳")


async def test_the_same_file_twice_counts_once(stage: Stage) -> None:
    with_form(stage, "clinic", PAPERS)
    await Filling.begin(stage, stage.mina, "clinic")
    sent = stage.mina.photo()
    await asks(stage.mina, "یک فایل از ۳")
    stage.mina.send({"photo": sent["message"]["photo"]})
    await asks(stage.mina, "یک فایل از ۳")
    assert len((await state_of(stage, stage.mina))["drafts"]["papers"]) == 1


async def test_an_edited_answer_changes_nothing_and_says_how_to_change_it(stage: Stage) -> None:
    await Filling.begin(stage, stage.mina, "clinic")
    sent = stage.mina.say("کفش")
    await stage.mina.sees("واحد الان در چه وضعی است؟")
    stage.mina.edit(sent["message"]["message_id"], "کیف")
    await stage.mina.sees(said(stage.mina, "form.edited"))
    state = await state_of(stage, stage.mina)
    assert (state["at"], state["answers"]["industry"]) == ("state", "کفش")


async def test_a_forwarded_text_is_an_answer_like_any_other(stage: Stage) -> None:
    await Filling.begin(stage, stage.mina, "clinic")
    stage.mina.forward("قالب‌سازی و تزریق پلاستیک")
    await stage.mina.sees("واحد الان در چه وضعی است؟")
    assert (await state_of(stage, stage.mina))["answers"]["industry"] == "قالب‌سازی و تزریق پلاستیک"


async def test_markup_and_direction_marks_in_an_answer_stay_harmless(stage: Stage) -> None:
    await Filling.begin(stage, stage.emma, "clinic")
    stage.emma.say("<b>Shoes</b> & \u202ebags\u202c <a href='https://example.com'>here</a>")
    await stage.emma.sees("How is the unit doing now?")
    stage.emma.press("◀️ Back")
    again = await asks(stage.emma, "What does your unit make?")
    assert "<b>Shoes</b> &" in again.text
    assert "\u202e" not in again.text


LONG = form(*(question("long_text", f"story{i}") for i in range(3)))


async def test_long_answers_of_many_lines_are_all_reviewed_and_reach_the_staff(stage: Stage) -> None:
    with_form(stage, "clinic", LONG)
    await Filling.begin(stage, stage.mina, "clinic")
    story = "\n".join(f"سطر {i}: فروش ما <کم> شد & ماند، چون مشتری‌های بزرگ رفتند." for i in range(30))
    for name in ("story1", "story2", ""):
        stage.mina.say(story)
        await asks(stage.mina, f"{name} را بگویید." if name else "اگر درست است بفرستید")
    await stage.settled()
    shown = "\n".join(seen.text for seen in stage.mina.screen)
    assert shown.count("سطر 29") == 6  # as it was typed, and in the review
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))
    await stage.settled()
    staff = "\n".join(seen.text for seen in stage.staff.screen)
    assert staff.count("سطر 29") == 3
    told = [seen for seen in [*stage.mina.screen, *stage.staff.screen] if seen.author == "bot" and "سطر" in seen.text]
    assert all(seen.entities for seen in told), "a part lost its markup"
