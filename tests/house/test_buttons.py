"""Every button that code can make fits the messenger's 64 bytes with the longest ids, and has a route."""

from __future__ import annotations

import ast
import re
from itertools import product
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from db.message import DATA_LIMIT, Button
from eservices.catalogue import Service
from eservices.questions import Id, OptionId
from handlers.routes import _PRESS_OF_ADMINS, _PRESSES
from knowledge.entries import TopicId
from tests.house import source

ROW = "9" * 15  # a row's id: a thousand million million
STEPS = "9" * 9  # a form's revision or a ticket's version
SERVICE, FIELD, OPTION, TOPIC = "s" * 32, "f" * 32, "o" * 32, f"{'t' * 20}.{'t' * 19}"
STAFF_ACTIONS = r"^g:(\d{1,15}):(\d{1,9}):(claim|wait|solve|close)$"
# What can stand between the braces of an f-string that makes the data of a button.
LONGEST = {
    "question_id": (ROW,),
    "asked[0].id": (ROW,),
    "submission_id": (ROW,),
    "submission.id": (ROW,),
    "form.submission.id": (ROW,),
    "opened.submission.id": (ROW,),
    "opened.state.revision": (STEPS,),
    "ticket.id": (ROW,),
    "ticket.version": (STEPS,),
    "proposal.id": (ROW,),
    "idea.mark": ("0123abcd",),
    "stars": ("5",),
    "code": ("fa", "en"),
    "entry.id": (TOPIC,),
    "sister.id": (TOPIC,),
    "shown.question_id": (ROW,),
    "question.id": (ROW,),
    "open_question": (ROW,),
    "_tongue(context)": ("", "o"),
    "tongue": ("", "o"),
    "what": ("b", "d"),
    "here": ("fa", "en"),
    "service.id": (SERVICE,),
    "FORM_OF_TOPIC.get(entry.id, service.id)": (SERVICE,),
    "max(0, skip - PAGE)": (STEPS,),
    "skip + PAGE": (STEPS,),
}
# Two producers are handed an action: what question_views and staff_cards hand them.
ACTIONS = {
    "question_views.py": (
        *("k", "d", "b", "s", "x", "u", "g", "file"),
        *(f"{action}:{OPTION}" for action in ("c", "on", "off")),
        f"e:{FIELD}",
    ),
    "staff_cards.py": ("claim", "wait", "solve", "close"),
}
ROUTES = [pattern for pattern, _ in _PRESSES] + [STAFF_ACTIONS, _PRESS_OF_ADMINS]


def _made() -> list[tuple[str, str]]:
    """The data of every button in code, with the longest values, and where it is made."""
    found = []
    for file in source.files("handlers", "bot"):
        texts = {id(node.value) for node in ast.walk(source.tree(file)) if isinstance(node, ast.Expr)}
        for text, node in source.strings(file):
            if re.match(r"[a-z]:[a-z]", text) and id(node) not in texts:
                found.append((text, source.place(file, node)))
        for parts, node in source.f_strings(file):
            if isinstance(parts[0], str) and re.match(r"[a-z]:", parts[0]):
                choices = [_values(file.name, part) for part in parts]
                found += [("".join(chosen), source.place(file, node)) for chosen in product(*choices)]
    return found


def _values(file: str, part: str | ast.expr) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    name = ast.unparse(part)
    if name == "action":
        return ACTIONS[file]
    return ("",) if name == "tail" else LONGEST[name]  # the tail is in ACTIONS


def test_every_button_fits_and_has_exactly_one_route() -> None:
    made = _made()
    assert len(made) > 80
    for data, where in made:
        assert len(data.encode()) <= DATA_LIMIT, f"{where}: {data} has {len(data.encode())} bytes"
        fits = [route for route in ROUTES if re.match(route, data)]
        special = [r"^m:pending$"] if data == "m:pending" else []  # stands before the menu's own route
        assert len(fits) == 1 + len(special), f"{where}: {data} goes to {fits}"


def test_every_route_has_a_button() -> None:
    made = {data for data, _ in _made()}
    assert not [route for route in ROUTES if not any(re.match(route, data) for data in made)]


def test_the_menu_knows_its_presses() -> None:
    """m:<word> is one route for all; the words are told apart in menu.press."""
    known = {"pending"}
    for node in ast.walk(source.tree(source.ROOT / "handlers" / "menu.py")):
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
            known.add(str(node.value.value))
    assert {data[2:] for data, _ in _made() if data.startswith("m:")} == known


@pytest.mark.parametrize(
    ("kind", "longest", "too_long"),
    [
        (TopicId, TOPIC, f"{TOPIC}t"),
        (Id, FIELD, f"{FIELD}f"),
        (OptionId, OPTION, f"{OPTION}o"),
        (Service.model_fields["id"].rebuild_annotation(), SERVICE, f"{SERVICE}s"),
    ],
    ids=["topic", "field", "option", "service"],
)
def test_ids_are_never_longer(kind: Any, longest: str, too_long: str) -> None:
    adapter = TypeAdapter[str](kind)
    assert adapter.validate_python(longest) == longest
    with pytest.raises(ValidationError):
        adapter.validate_python(too_long)


@pytest.mark.parametrize("service_id", ["land", "fair2027", "north_west"])
def test_services_with_any_allowed_id_have_a_route(service_id: str) -> None:
    assert TypeAdapter(Id).validate_python(service_id)
    for data in (f"s:{service_id}", f"s:{service_id}:apply:{ROW}"):
        assert [route for route in ROUTES if re.match(route, data)], data


def test_a_button_that_does_not_fit_cannot_be_made() -> None:
    assert Button("✓", "d" * DATA_LIMIT)
    for data in ("d" * (DATA_LIMIT + 1), "پ" * 33, ""):
        with pytest.raises(ValueError, match="64 bytes"):
            Button("✓", data)
    with pytest.raises(ValueError, match="or an address"):
        Button("✓", "m:home", url="https://example.com")
