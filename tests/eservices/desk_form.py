"""A small form with a condition, choices, files and a profile, and its steps in short words."""

from typing import Any

import pytest

from eservices import forms
from eservices.catalogue import Form
from eservices.forms import REVIEW, Given, Refused, State
from tests.eservices.build import field, form
from tests.eservices.happy import TODAY, photo

KINDS = [
    {"id": "request", "fa": "درخواست", "en": "Request"},
    {"id": "complaint", "fa": "شکایت", "en": "Complaint"},
    {"id": "visit", "fa": "نوبت", "en": "Visit"},
]
DESK = form(
    field("choice", "kind", options=KINDS),
    field("text", "about", when={"field": "kind", "is": "complaint"}),
    field("date", "since", when={"field": "kind", "is": ["complaint", "visit"]}, optional=True),
    field("choices", "areas", max=2),
    field("files", "papers", optional=True, max=3),
    field("text", "name", profile="name"),
    field("phone", "phone", profile="phone"),
)
PROFILE = {"name": "کفش سپاهان", "phone": "+989123456789", "province": "isfahan"}


def say(state: State, text: str, of: Form = DESK) -> State:
    return forms.accept(of, state, Given(text=text), TODAY)


def send(state: State, unique_id: str) -> State:
    return forms.accept(DESK, state, Given(attachment=photo(unique_id)), TODAY)


def filled(profile: dict[str, Any] | None = None) -> State:
    """A request in the review."""
    state = forms.start(DESK, profile or {})
    if profile:
        state = forms.use_known(DESK, state)
    state = say(state, "درخواست")
    state = say(state, "۱ و ۲")
    state = forms.skip(DESK, state)
    if not profile:
        state = say(state, "کفش سپاهان")
        state = say(state, "۰۹۱۲۳۴۵۶۷۸۹")
    assert state.at == REVIEW
    return state


def refused(key: str) -> Any:
    return pytest.raises(Refused, match=f"^{key.replace('.', '[.]')}$")
