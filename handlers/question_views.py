"""How a form looks in chat: a question with its buttons, the offer of known answers, the review.

Not here: what a press leads to (filing.py), what may be answered (eservices).
"""

from __future__ import annotations

from collections.abc import Iterable

from db import outbox
from db.message import Button, KeyboardButton, Rows
from db.outbox import About
from eservices import forms
from eservices.forms import Ask, Refused, State
from eservices.provinces import provinces
from eservices.questions import Field
from eservices.submissions import OpenForm
from eservices.values import show as shown_value
from handlers.displays import display_in, plain_in
from handlers.turn import Context
from locales import Html

_WIDE = 18  # longer labels get a row of their own


def slot(opened: OpenForm, state: State) -> str:
    """The name under which a question is said, so that it can be changed later."""
    return f"form:{opened.submission.id}:{state.revision}"


def show(context: Context, opened: OpenForm, again: bool) -> None:
    """Say the question of the moment; `again`: the message that asked before loses its buttons."""
    text, rows = question(context, opened)
    asks = forms.ask(opened.form, opened.state)
    _say_live(context, opened, text, rows, again)
    keyboard = _keyboard(context, asks.field)
    if keyboard:
        # contact and place can only be shared from the keyboard, which cannot stand under the same message
        context.say(context.html(f"form.keyboard.{asks.field.type if asks.field else ''}"), keyboard=keyboard)


def _say_live(context: Context, opened: OpenForm, text: str, rows: Rows, again: bool) -> None:
    """Say what can be pressed now: of all messages of a form only the last one has buttons."""
    name = slot(opened, opened.state)
    if again:
        outbox.unbutton(context.work, context.person.chat_id, slot=name)
    context.say(text, rows, about=About(slot=name))


def _keyboard(context: Context, field: Field | None) -> tuple[tuple[KeyboardButton, ...], ...]:
    if field is None or field.type not in ("phone", "place"):
        return ()
    if field.type == "phone":
        return ((KeyboardButton(context.label("form.share_phone"), "contact"),),)
    return ((KeyboardButton(context.label("form.share_place"), "location"),),)


def has_keyboard(opened: OpenForm, state: State) -> bool:
    """Did the question of this state bring a keyboard of its own."""
    field = opened.form.field(state.at)
    return field is not None and field.type in ("phone", "place")


def question(context: Context, opened: OpenForm) -> tuple[str, Rows]:
    """Text and buttons of the question, the offer, or the review."""
    asks = forms.ask(opened.form, opened.state)
    match asks.stage:
        case "known":
            return _known(context, opened, asks)
        case "review":
            return _review(context, opened, asks)
        case _:
            assert asks.field is not None
            return _field_text(context, asks, asks.field), _field_rows(context, opened, asks, asks.field)


def _button(context: Context, opened: OpenForm, key: str, action: str, argument: str = "") -> Button:
    return Button(context.label(key), _data(opened, action, argument))


def _data(opened: OpenForm, action: str, argument: str = "") -> str:
    tail = f":{argument}" if argument else ""
    return f"f:{opened.submission.id}:{opened.state.revision}:{action}{tail}"


def _field_text(context: Context, asks: Ask, field: Field) -> str:
    asked = field.ask.said(context.lang)
    counted = {"position": asks.position, "total": asks.total, "ask": asked}
    if asks.total == asks.most:
        parts = [context.html("form.question", **counted)]
    else:
        parts = [context.html("form.question_open", **counted, most=asks.most)]
    if field.hint is not None:
        parts.append(context.html("form.hint", hint=field.hint.said(context.lang)))
    if context.house.texts.has(f"form.how.{field.type}"):
        parts.append(context.html(f"form.how.{field.type}"))
    if asks.value is not None and field.type not in ("choices", "choice"):
        key = "form.so_far" if field.type == "files" else "form.value_now"
        parts.append(context.html(key, value=_value(context, field, asks.value)))
    return "\n\n".join(parts)


def _value(context: Context, field: Field, value: object) -> Html:
    return display_in(context.house, context.language, field, shown_value(field, value, context.lang))  # type: ignore[arg-type]


def _field_rows(context: Context, opened: OpenForm, asks: Ask, field: Field) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if field.type == "choice":
        rows += _packed(
            Button(("● " if asks.value == o.id else "") + o.said(context.lang), _data(opened, "c", o.id))
            for o in field.options
        )
    elif field.type == "choices":
        marked = asks.value if isinstance(asks.value, list) else []
        rows += [
            (
                Button(
                    ("☑ " if o.id in marked else "☐ ") + o.said(context.lang),
                    _data(opened, "off" if o.id in marked else "on", o.id),
                ),
            )
            for o in field.options
        ]
    elif field.type == "province":
        rows += _packed(Button(p.said(context.lang), _data(opened, "c", p.code)) for p in provinces().values())
    if asks.known is not None:
        value = _value(context, field, asks.known)
        rows.append((Button(context.label("form.use_known", value=value)[:60], _data(opened, "k")),))
    elif asks.can_keep and field.type not in ("choices", "files"):
        rows.append((_button(context, opened, "form.keep", "k"),))
    rows += _gathered_rows(context, opened, asks, field)
    last = [_button(context, opened, "form.back", "b")] if asks.can_back else []
    if asks.can_skip:
        last.append(_button(context, opened, "form.skip", "s"))
    last.append(_button(context, opened, "form.cancel", "x"))
    return (*rows, tuple(last))


def _gathered_rows(context: Context, opened: OpenForm, asks: Ask, field: Field) -> list[tuple[Button, ...]]:
    """Taking the last file out, and ending a list of choices or files."""
    rows: list[tuple[Button, ...]] = []
    if field.type == "files" and isinstance(asks.value, list) and asks.value:
        rows.append((_button(context, opened, "form.take_out", "out", asks.value[-1]["unique_id"]),))
    if asks.can_finish:
        rows.append((_button(context, opened, "form.finish", "d"),))
    return rows


def _packed(buttons: Iterable[Button]) -> list[tuple[Button, ...]]:
    """Short labels two in a row, long ones alone."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        short = len(button.text) <= _WIDE
        if short and rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _WIDE:
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return rows


def _known(context: Context, opened: OpenForm, asks: Ask) -> tuple[str, Rows]:
    lines = [
        context.html("form.line", label=field.label.said(context.lang), value=_value(context, field, value))
        for field, value in asks.known_fields
    ]
    rows = (
        (_button(context, opened, "form.known_use", "u"),),
        (_button(context, opened, "form.known_ask", "g"),),
        (_button(context, opened, "form.cancel", "x"),),
    )
    return context.html("form.known", lines=Html("\n".join(lines))), rows


def _review(context: Context, opened: OpenForm, asks: Ask) -> tuple[str, Rows]:
    lines, changes = [], []
    for line in forms.review(opened.form, opened.state, context.lang):
        label = line.field.label.said(context.lang)
        value = (
            context.html("form.skipped")
            if line.shown is None
            else display_in(context.house, context.language, line.field, line.shown)
        )
        lines.append(context.html("form.line", label=label, value=value))
        changes.append(Button(context.label("form.change", label=label)[:60], _data(opened, "e", line.field.id)))
    rows: list[tuple[Button, ...]] = [(_button(context, opened, "form.send", "file"),)]
    rows += [tuple(changes[i : i + 2]) for i in range(0, len(changes), 2)]
    last = [_button(context, opened, "form.back", "b")] if asks.can_back else []
    rows.append((*last, _button(context, opened, "form.cancel", "x")))
    return context.html("form.review", lines=Html("\n".join(lines))), tuple(rows)


def answered(context: Context, opened: OpenForm, before: State) -> str:
    """The question that was asked in the state before, with the answer it got; empty where there is none."""
    field = opened.form.field(before.at)
    value = opened.state.answers.get(before.at)
    if field is None:
        return ""
    asked = field.ask.said(context.lang)
    if value is None:
        return context.html("form.asked_skipped", ask=asked) if before.at in opened.state.skipped else ""
    return context.html("form.asked", ask=asked, value=_value(context, field, value))


def review_lines(context: Context, opened: OpenForm) -> list[tuple[str, str]]:
    """Label and value of every answer as plain text, in the person's language."""
    return [
        (
            line.field.label.said(context.lang),
            "" if line.shown is None else plain_in(context.house, context.language, line.field, line.shown),
        )
        for line in forms.review(opened.form, opened.state, context.lang)
    ]


def say_refused(context: Context, opened: OpenForm, refusal: Refused) -> None:
    """Why an answer is not taken, with the options that may have been meant."""
    text = context.html(refusal.key, **refusal.values)
    field = opened.form.field(opened.state.at)
    if field is None:
        context.say(text)
        _say_live(context, opened, *question(context, opened), again=True)
        return
    options = [Button(label, _data(opened, "c", key)) for key, label in _options(context, field, refusal.options)]
    _, rows = question(context, opened)
    if options:
        # what may have been meant stands in for the whole list
        rows = (*_packed(options), rows[-1])
    _say_live(context, opened, text, rows, again=True)


def _options(context: Context, field: Field, ids: tuple[str, ...]) -> list[tuple[str, str]]:
    if field.type == "province":
        return [(p.code, p.said(context.lang)) for p in provinces().values() if p.code in ids]
    return [(o.id, o.said(context.lang)) for o in field.options if o.id in ids and field.type == "choice"]


def say_file_taken(context: Context, opened: OpenForm) -> None:
    """A file was added: how many there are, and that more may come."""
    asks = forms.ask(opened.form, opened.state)
    assert asks.field is not None
    count = len(asks.value) if isinstance(asks.value, list) else 0
    _, rows = question(context, opened)
    most = int(asks.field.max or 0)
    key = "form.file_taken_of" if most else "form.file_taken"
    _say_live(context, opened, context.html(key, count=count, most=most), rows, again=True)
