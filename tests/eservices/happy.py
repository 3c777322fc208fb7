"""Good answers to any form, made from its fields: as a button or a share gives them, and as a person would type them.

Used by the tests of the engine here and by the tests that walk whole conversations.
"""

from dataclasses import dataclass
from datetime import date

import jdatetime

from eservices import forms
from eservices.catalogue import Field, Form
from eservices.given import Attachment, Given, Language, Location
from eservices.values import bounds, limits

TODAY = date(2026, 11, 22)
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_SENTENCES = {
    "fa": "کارگاه ما کفش و کیف چرمی می‌دوزد و برای ادامهٔ کار به راهنمایی نیاز دارد. ",
    "en": "Our workshop makes leather shoes and bags and needs advice on how to go on. ",
}
_TITLES = {"fa": "کفش ممتاز سپاهان ", "en": "Sepahan fine shoes "}
_ADDRESS = {"fa": "اصفهان، شهرک صنعتی جی، خیابان سوم، پلاک ۱۲", "en": "12 Third Street, Jey industrial park, Isfahan"}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: `given` as the handiest way to give it, `typed` as plain text, None where typing cannot do."""

    field: Field
    given: Given
    typed: str | None


def answers_for(form: Form, language: Language, branch: int = 0) -> list[Given]:
    """What to give, question by question, so that the form ends in the review; files still need `forms.finish`."""
    return [step.given for step in steps_for(form, language, branch)]


def steps_for(form: Form, language: Language, branch: int = 0) -> list[Step]:
    """The steps in the order in which they are asked; `branch` picks that option of every choice."""
    state = forms.start(form, {})
    steps = []
    while state.at != forms.REVIEW:
        field = form.field(state.at)
        assert field is not None
        step = step_for(field, language, branch)
        steps.append(step)
        state = give(form, state, step.given)
    return steps


def give(form: Form, state: forms.State, given: Given) -> forms.State:
    """One accepted answer; files are confirmed at once."""
    at = state.at
    state = forms.accept(form, state, given, TODAY)
    return forms.finish(form, state) if state.at == at else state


def person_id(stem: str = "127483916") -> str:
    """A national id of a person with a right check digit."""
    rest = sum(int(digit) * (10 - i) for i, digit in enumerate(stem)) % 11
    return stem + str(rest if rest < 2 else 11 - rest)


def firm_id(stem: str = "1038024716") -> str:
    """A national id of a firm with a right check digit."""
    weights = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
    shift = int(stem[9]) + 2
    return stem + str(sum((int(d) + shift) * w for d, w in zip(stem, weights, strict=True)) % 11 % 10)


def photo(unique_id: str = "photo-1", size: int = 180_000) -> Attachment:
    return Attachment(f"file-{unique_id}", unique_id, "photo", size=size)


def in_digits(text: str, language: Language) -> str:
    return text.translate(_PERSIAN) if language == "fa" else text


def step_for(field: Field, language: Language, branch: int = 0) -> Step:
    """A good answer to one field."""
    match field.type:
        case "choice":
            option = field.options[branch % len(field.options)]
            return Step(field, Given(options=(option.id,)), option.said(language))
        case "choices":
            return _choices(field, language, branch)
        case "province":
            return Step(field, Given(options=("isfahan",)), {"fa": "اصفهان", "en": "esfahan"}[language])
        case "place":
            return Step(field, Given(place=Location(32.654627, 51.667983)), _ADDRESS[language])
        case "files":
            return Step(field, Given(attachment=photo()), None)
        case "phone":
            return Step(field, Given(phone="989123456789", own=True), in_digits("0912 345 6789", language))
    typed = _typed(field, language)
    return Step(field, Given(text=typed), typed)


def _choices(field: Field, language: Language, branch: int) -> Step:
    low, high = bounds(field)
    count = max(low, min(2, high))
    picked = sorted((branch + i) % len(field.options) for i in range(count))
    joined = ("، " if language == "fa" else ", ").join(str(place + 1) for place in picked)
    return Step(field, Given(options=tuple(field.options[place].id for place in picked)), in_digits(joined, language))


def _typed(field: Field, language: Language) -> str:
    match field.type:
        case "number":
            low, high = limits(field)
            number = int(max(low, min(1250, high)))
            return in_digits(f"{number:,}", language)
        case "date":
            day = date(2026, 12, 6)
            jalali = jdatetime.date.fromgregorian(date=day)
            return in_digits(jalali.strftime("%Y/%m/%d"), "fa") if language == "fa" else day.isoformat()
        case "email":
            return "office@sepahan-shoes.example"
        case "person_id":
            return in_digits(person_id(), language)
        case "firm_id":
            return in_digits(firm_id(), language)
        case "postal_code":
            return in_digits("8134916785", language)
    low, high = bounds(field)
    sentence = (_SENTENCES if field.type == "long_text" else _TITLES)[language]
    text = sentence * (low // len(sentence) + 1)
    return text[:high].strip()
