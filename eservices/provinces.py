"""The 31 provinces: their permanent codes, names in both languages, and how a typed province is recognised.

Parks and cities are not here; a park is free text of the firm.
"""

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from eservices.clean import comparable
from eservices.labels import match
from eservices.questions import Model, Text, Words

_FILE = Path(__file__).with_name("provinces.yaml")
_AROUND = ("استان ", "ostan e ", "ostane ", "ostan ", "شهر ", "province of ")


class ProvincesError(Exception):
    """provinces.yaml cannot be used; the message is one sentence that names the place."""


class Province(Words):
    code: Text
    aliases: tuple[Text, ...]


class _Provinces(Model):
    provinces: tuple[Province, ...]


@cache
def provinces() -> dict[str, Province]:
    """All provinces by code, in the order of the Persian alphabet. Raises ProvincesError."""
    try:
        data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
        return {province.code: province for province in _Provinces(provinces=data).provinces}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProvincesError(f"{_FILE.name}, line {line}: {error.problem}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = " ".join(str(part) for part in first["loc"])
        raise ProvincesError(f"{_FILE.name}, {where}: {first['msg']}.") from None


@cache
def _names() -> dict[str, tuple[str, ...]]:
    return {code: (one.fa, one.en, *one.aliases) for code, one in provinces().items()}


def find_province(typed: str) -> tuple[str, ...]:
    """The codes that a typed name may mean: one when clear, several for "خراسان", none when nothing fits."""
    asked = comparable(typed)
    for word in _AROUND:
        asked = asked.removeprefix(word)
    return match(asked.removesuffix(" province"), _names(), numbered=False)
