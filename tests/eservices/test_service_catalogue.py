"""Service files: what is loaded, how a fault is told; and the real files: every form of them can be filled."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from eservices import forms
from eservices.catalogue import FOLDER, Catalogue, CatalogueError, Form, Service, load, read
from eservices.given import Given, Language
from tests.eservices import build
from tests.eservices.happy import TODAY, answers_for, give, steps_for

GOOD = """\
id: desk
kind: service
icon: "🛎️"
team: desk
name: {fa: "میز خدمت", en: "Service desk"}
aliases: {fa: [میز], en: []}
needs: {fa: ["کارم گیر کرده"], en: ["I am stuck", "I need help"]}
about: {fa: "متن.", en: "Text."}
for_whom: {fa: "متن.", en: "Text."}
papers: {fa: [], en: []}
steps: {fa: [یک, دو], en: [one, two]}
cost: null
duration: null
link: {url: "https://desk.example.org", note: {fa: "متن", en: "text"}}
deadlines: {first_answer_hours: 8, solution_hours: 40}
sources: [R1]
checked_on: 2026-11-22
form:
  intro: {fa: "متن.", en: "Text."}
  done: {fa: "متن.", en: "Text."}
  fields:
    - id: kind
      type: choice
      label: {fa: "نوع", en: "Kind"}
      ask: {fa: "چه نوع؟", en: "Which kind?"}
      options:
        - {id: ask, fa: "درخواست", en: "Request"}
        - {id: complaint, fa: "شکایت", en: "Complaint"}
    - id: staff
      type: number
      label: {fa: "نفر", en: "People"}
      ask: {fa: "چند نفر؟", en: "How many?"}
      profile: staff_count
      when: {field: kind, is: complaint}
      unit: {fa: "نفر", en: "people"}
      min: 1
"""


def test_a_good_file_is_loaded_with_all_it_says() -> None:
    service = read(GOOD, "desk.yaml")
    assert service.name.said("en") == "Service desk"
    assert service.form.fields[1].when
    assert service.form.fields[1].when.among == ("complaint",)
    assert service.deadlines.solution_hours == 40
    assert Service.model_validate(service.model_dump(mode="json")) == service


COMPLAINT = GOOD.splitlines(keepends=True)[27]

# old text, new text, the line of the fault, its field, and a part of the reason
FAULTS = [
    ("team: desk", "team: 7", 4, "team", "a text is needed"),
    ("kind: service", "kind: office", 2, "kind", "'office' is not one of"),
    ("kind: service", "kind: programme", 2, "kind", "of the kind service"),
    ("id: desk\n", "id: 5\n", 1, "id", "text is needed"),
    ("id: desk\n", "id: counter\nextra: 1\n", 2, "extra", "not known"),
    ("id: desk\n", "", 1, "id", "missing"),
    ("id: desk\n", "id: desk\nid: desk\n", 2, "id", "written twice"),
    ('en: "Service desk"', 'de: "Schalter"', 5, "name.en", "missing"),
    ('en: "Service desk"', 'en: "  "', 5, "name.en", "empty"),
    ("en: [one, two]", "en: [one]", 11, "steps", "the fa list has 2 items and the en list has 1"),
    ("https://desk", "http://desk", 14, "link.url", "right form"),
    ("solution_hours: 40", "solution_hours: 4", 15, "deadlines.first_answer_hours", "after the solution"),
    ("checked_on: 2026-11-22", "checked_on: soon", 17, "checked_on", "date"),
    ("checked_on: 2026-11-22", "checked_on: 2026-13-22", 1, "", "not valid YAML"),
    ("type: number", "type: integer", 30, "form.fields[1].type", "'integer' is not one of"),
    ("type: number", "type: text", 35, "form.fields[1].unit", "no unit"),
    ("staff_count", "name", 33, "form.fields[1].profile", "kept as text"),
    ("id: staff", "id: kind", 29, "form.fields[1].id", "twice"),
    ("id: staff", "id: review", 29, "form.fields[1].id", "taken by the form"),
    ("id: staff", "id: Staff", 29, "form.fields[1].id", "right form"),
    ("field: kind", "field: sort", 34, "form.fields[1].when.field", "no earlier field is called 'sort'"),
    ("field: kind", "field: staff", 34, "form.fields[1].when.field", "no earlier field"),
    ("type: choice", "type: choices", 34, "form.fields[1].when.field", "not a choice"),
    ("is: complaint", "is: [ask, praise]", 34, "form.fields[1].when.is", "has no option 'praise'"),
    ("is: complaint", "is: []", 34, "form.fields[1].when.is", "at least 1 item"),
    ("staff_count", "employees", 33, "form.fields[1].profile", "'employees' is not one of"),
    ("      min: 1\n", "      min: 5\n      max: 2\n", 36, "form.fields[1].min", "more than max"),
    ("      min: 1\n", "      minimum: 1\n", 36, "form.fields[1].minimum", "not known"),
    ("      min: 1\n", "      options: [{id: a, fa: ا, en: a}]\n", 36, "form.fields[1].options", "no options"),
    ("      min: 1\n", "      min: x\n", 36, "form.fields[1].min", "number"),
    ("id: complaint,", "id: ask,", 28, "form.fields[0].options[1]", "'ask' is there twice"),
    (COMPLAINT, "", 26, "form.fields[0].options", "2 to 12 options, not 1"),
    ("        - {id: ask", "        - {id: no", 27, "form.fields[0].options[0].id", "text is needed, not False"),
    ("cost: null\n", "", 1, "cost", "missing"),
    ("form:", "form: [", 20, "", "not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "where", "reason"), FAULTS)
def test_a_fault_is_told_with_file_line_field_and_reason(
    old: str, new: str, line: int, where: str, reason: str
) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError) as fault:
        read(GOOD.replace(old, new, 1), "desk.yaml")
    assert (fault.value.file, fault.value.line, fault.value.field) == ("desk.yaml", line, where)
    assert reason in fault.value.reason
    message = str(fault.value)
    assert message.startswith(f"desk.yaml, line {line}")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "[]", "just text", "a: b: c", "\x00", "a: &a [*a]", "- id: desk"])
def test_what_is_no_service_file_is_told(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"desk\.yaml, line"):
        read(text, "desk.yaml")


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("choices", {"max": 4}, "more than there are options"),
        ("choice", {"max": 2}, "a choice field has no max"),
        ("text", {"min": 1.5}, "a whole number from 0"),
        ("files", {"max": 0}, "nothing could be answered"),
        ("date", {"unit": {"fa": "روز", "en": "days"}}, "no unit"),
    ],
)
def test_bounds_and_units_must_suit_the_type(kind: str, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build.field(kind, **more)


def test_a_folder_is_loaded_in_the_order_in_which_services_are_shown(tmp_path: Path) -> None:
    good = yaml.safe_load(GOOD)
    names = {
        "general": "assistant",
        "desk": "service",
        "loans": "programme",
        "finance": "programme",
        "land": "service",
    }
    for name, kind in names.items():
        text = yaml.safe_dump({**good, "id": name, "kind": kind}, allow_unicode=True)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    catalogue = load(tmp_path)
    assert [service.id for service in catalogue] == ["land", "desk", "finance", "loans", "general"]
    assert catalogue.service("desk").id == "desk"
    assert "desk" in catalogue
    with pytest.raises(KeyError):
        catalogue.service("shop")


def test_faults_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no service file"):
        load(tmp_path)
    (tmp_path / "clinic.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"clinic\.yaml, line 1, id: the id must be 'clinic'"):
        load(tmp_path)
    (tmp_path / "clinic.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="not readable as UTF-8"):
        load(tmp_path)


def test_two_services_of_one_id_are_refused() -> None:
    with pytest.raises(CatalogueError, match="two services"):
        Catalogue([read(GOOD, "desk.yaml"), read(GOOD, "desk.yaml")])


# The real files

FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("typing", [False, True], ids=["tapped", "typed"])
def test_every_real_form_can_be_filled_on_every_branch(file: Path, language: Language, typing: bool) -> None:
    form = read(file.read_text(encoding="utf-8"), file.name).form
    branches = max([len(field.options) for field in form.fields if field.type == "choice"], default=1)
    for branch in range(branches):
        state = forms.start(form, {})
        for step in steps_for(form, language, branch):
            typed = typing and step.typed is not None
            state = give(form, state, Given(text=step.typed) if typed else step.given)
        assert state.at == forms.REVIEW
        assert forms.is_complete(form, state)
        assert all(line.shown is not None for line in forms.review(form, state, language))
        profile = forms.profile_updates(form, state)
        assert set(forms.start(form, profile).known) == {one.id for one in form.fields if one.profile in profile}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_label_of_a_real_form_is_recognised_when_typed(file: Path) -> None:
    form = read(file.read_text(encoding="utf-8"), file.name).form
    for field in form.fields:
        for place, option in enumerate(field.options, start=1):
            for typed in (option.fa, option.en, f"{option.fa}.", str(place)):
                value: Any = forms.accept(_alone(field), _asked(field), Given(text=typed), TODAY).answers[field.id]
                assert value in (option.id, [option.id]), typed


def _alone(field: Any) -> Any:
    words = {"fa": "متن", "en": "text"}
    alone = {**field.model_dump(), "when": None, "min": None}
    return Form.model_validate({"intro": words, "done": words, "fields": [alone]})


def _asked(field: Any) -> forms.State:
    return forms.State(at=field.id)


def test_answers_are_made_for_every_field_that_is_asked() -> None:
    form = read(GOOD, "desk.yaml").form
    assert len(answers_for(form, "fa", branch=0)) == 1
    assert len(answers_for(form, "fa", branch=1)) == 2


@pytest.mark.skipif(len(FILES) < 12, reason="not all service files are written")
def test_the_real_catalogue_loads_and_has_the_six_first() -> None:
    ids = [service.id for service in load()]
    assert ids[:6] == ["land", "desk", "clinic", "technology", "cluster", "training"]
    assert ids[-1] == "general"
    used = {field.type for service in load() for field in service.form.fields}
    assert len(used) == 15
