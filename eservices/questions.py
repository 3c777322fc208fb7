"""The models of a form: its fields, options and conditions, in both languages, with the checks among them.

They hold texts and bounds only; what an answer must look like is in `fields`, how a form is asked in `forms`.
"""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal, NoReturn, Self

import pydantic
from pydantic import BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from eservices.given import Language

FieldType = Literal[
    "text", "long_text", "number", "choice", "choices", "date", "phone", "email",
    "person_id", "firm_id", "postal_code", "province", "park", "place", "files",
]  # fmt: skip
ProfileKey = Literal["name", "firm_id", "province", "park", "industry", "staff_count", "phone", "person"]

# A profile value is offered to every form, so a key always has one meaning and one shape.
PROFILE_TYPES: dict[ProfileKey, tuple[FieldType, ...]] = {
    "name": ("text",), "firm_id": ("firm_id",), "province": ("province",), "park": ("park", "text"),
    "industry": ("text",), "staff_count": ("number",), "phone": ("phone",), "person": ("text",),
}  # fmt: skip
RESERVED = frozenset({"known", "review"})  # stages of a form, so never the id of a field
_BOUNDED: tuple[FieldType, ...] = ("text", "long_text", "park", "number", "choices", "files")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
OptionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class Model(pydantic.BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


def fault(reason: str, *path: str | int) -> NoReturn:
    """Refuses a model for what lies at `path` below it, so that the line of exactly that key can be told."""
    raise PydanticCustomError("fault", "{reason}", {"reason": reason, "path": path})


class Words(Model):
    """One text in both languages."""

    fa: Text
    en: Text

    def said(self, language: Language) -> str:
        return self.fa if language == "fa" else self.en


class WordLists(Model):
    """A list of texts per language; the lists need not match one another."""

    fa: tuple[Text, ...]
    en: tuple[Text, ...]

    def said(self, language: Language) -> tuple[str, ...]:
        return self.fa if language == "fa" else self.en


class PairedLists(WordLists):
    """A list that says the same in both languages, item by item."""

    @model_validator(mode="after")
    def _equal(self) -> Self:
        if len(self.fa) != len(self.en):
            fault(f"the fa list has {len(self.fa)} items and the en list has {len(self.en)}")
        return self


class Option(Words):
    id: OptionId


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class When(Model):
    """The condition of a field: the choice field `field` was answered by one of `among`."""

    field: Id
    among: Annotated[tuple[OptionId, ...], BeforeValidator(_as_list), pydantic.Field(alias="is", min_length=1)]


class Field(Model):
    """One question of a form. `min` and `max` count characters, options or files, or bound a number."""

    id: Id
    type: FieldType
    label: Words
    ask: Words
    hint: Words | None = None
    optional: bool = False
    when: When | None = None
    profile: ProfileKey | None = None
    options: tuple[Option, ...] = ()
    min: float | None = None
    max: float | None = None
    unit: Words | None = None
    decimals: bool = False

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.id in RESERVED:
            fault("this id is taken by the form itself", "id")
        if self.type in ("choice", "choices"):
            self._check_options()
        elif self.options:
            fault(f"a {self.type} field has no options", "options")
        if self.type != "number" and (self.unit or self.decimals):
            fault(f"a {self.type} field has no unit and no decimals", "unit" if self.unit else "decimals")
        if self.profile and self.type not in PROFILE_TYPES[self.profile]:
            kinds = " or ".join(PROFILE_TYPES[self.profile])
            fault(f"the profile's {self.profile} is kept as {kinds}, not as {self.type}", "profile")
        self._check_bounds()
        return self

    def _check_options(self) -> None:
        if not 2 <= len(self.options) <= 12:
            fault(f"a {self.type} field has 2 to 12 options, not {len(self.options)}", "options")
        seen: set[str] = set()
        for i, option in enumerate(self.options):
            for key in (option.id, option.fa, option.en):
                if key in seen:
                    fault(f"the option {key!r} is there twice", "options", i)
            seen.update((option.id, option.fa, option.en))

    def _check_bounds(self) -> None:
        for key, bound in (("min", self.min), ("max", self.max)):
            if bound is None:
                continue
            if self.type not in _BOUNDED:
                fault(f"a {self.type} field has no {key}", key)
            if self.type != "number" and (bound < 0 or bound != int(bound)):
                fault(f"the {key} of a {self.type} field is a whole number from 0", key)
            if self.type == "choices" and bound > len(self.options):
                fault(f"the {key} is more than there are options", key)
        if self.min is not None and self.max is not None and self.min > self.max:
            fault("min is more than max", "min")
        if self.max == 0 and self.type != "number":
            fault("with a max of 0 nothing could be answered", "max")

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)


class Form(Model):
    """The questions of a service in their order. It dumps to JSON and loads from it unchanged."""

    intro: Words
    done: Words
    fields: Annotated[tuple[Field, ...], pydantic.Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        earlier: dict[str, Field] = {}
        for i, field in enumerate(self.fields):
            if field.id in earlier:
                fault(f"the field {field.id!r} is there twice", "fields", i, "id")
            if field.when:
                self._check_when(field.when, earlier, i)
            earlier[field.id] = field
        return self

    @staticmethod
    def _check_when(when: When, earlier: dict[str, Field], i: int) -> None:
        named = earlier.get(when.field)
        if named is None:
            fault(f"no earlier field is called {when.field!r}", "fields", i, "when", "field")
        if named.type != "choice":
            fault(f"{when.field!r} is a {named.type} field, not a choice", "fields", i, "when", "field")
        for option in when.among:
            if named.option(option) is None:
                fault(f"{when.field!r} has no option {option!r}", "fields", i, "when", "is")

    @cached_property
    def version(self) -> str:
        """A short stable name of exactly these questions: the same text gives the same version everywhere."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def field(self, field_id: str) -> Field | None:
        return next((field for field in self.fields if field.id == field_id), None)
