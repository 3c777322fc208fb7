"""Kept answers: whether a value still fits its field, and its neutral form for showing.

How people type answers is in `fields`; digits, calendars and wording of what is shown belong to the caller.
"""

import math
from datetime import date
from typing import Any

from eservices import checks
from eservices.files import DEFAULT_MAX_FILES, is_stored_file
from eservices.given import Language, Value
from eservices.provinces import provinces
from eservices.questions import Field

# What a caller formats: text, number, date, a list of labels or file names, or a point as [latitude, longitude].
Shown = str | int | float | date | list[str] | list[float]

LARGEST = 10**15  # beyond it a float no longer holds every whole number, and nobody means such a number
_LENGTHS = {"text": (2, 200), "long_text": (5, 2000), "park": (2, 200), "place": (5, 500)}


def bounds(field: Field) -> tuple[int, int]:
    """Fewest and most of what the field counts: characters of a text, options, files, or the value of a number."""
    if field.type in _LENGTHS:
        low, high = _LENGTHS[field.type]
    elif field.type == "choices":
        low, high = 1, len(field.options)
    elif field.type == "files":
        low, high = 1, DEFAULT_MAX_FILES
    else:
        low, high = 0, LARGEST
    if field.min is not None:
        low = math.ceil(field.min)
        high = max(low, high)
    if field.max is not None:
        high = math.floor(field.max)
        low = min(low, high)
    return low, high


def fits(field: Field, value: object) -> bool:
    """Whether a kept value, perhaps edited by hand or kept under an older form, is an answer to this field."""
    match field.type:
        case "number":
            return _fits_number(field, value)
        case "choices" | "files":
            return isinstance(value, list) and _fits_list(field, value)
        case "place":
            return is_point(value) or _is_address(value)
    if not isinstance(value, str) or not value:
        return False
    match field.type:
        case "choice":
            return field.option(value) is not None
        case "date":
            return _is_iso(value)
        case "phone":
            return checks.phone(value) == value
        case "email":
            return checks.email(value) == value
        case "person_id":
            return checks.person_id(value) == value
        case "firm_id":
            return checks.firm_id(value) == value
        case "postal_code":
            return checks.postal_code(value) == value
        case "province":
            return value in provinces()
    low, high = bounds(field)
    return low <= len(value) <= high


def _fits_number(field: Field, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, float) and not (math.isfinite(value) and field.decimals):
        return False
    low, high = limits(field)
    return low <= value <= high


def limits(field: Field) -> tuple[float, float]:
    """Lowest and highest value of a number field; 0 and a very large number unless the form says otherwise."""
    return 0 if field.min is None else field.min, LARGEST if field.max is None else field.max


def _fits_list(field: Field, value: list[Any]) -> bool:
    low, high = bounds(field)
    if not max(low, 1) <= len(value) <= high:
        return False
    if field.type == "files":
        return all(is_stored_file(file) for file in value)
    return value == in_order(field, value)


def in_order(field: Field, chosen: list[Any]) -> list[str]:
    """Those of the chosen option ids that the field has, each once, in the order of the form."""
    return [option.id for option in field.options if option.id in chosen]


def is_point(value: object) -> bool:
    """Whether it is {"latitude", "longitude"} in degrees."""
    if not isinstance(value, dict) or set(value) != {"latitude", "longitude"}:
        return False
    latitude, longitude = value["latitude"], value["longitude"]
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in (latitude, longitude)):
        return False
    return bool(-90 <= latitude <= 90 and -180 <= longitude <= 180)


def _is_address(value: object) -> bool:
    return (
        isinstance(value, dict) and set(value) == {"text"} and isinstance(value["text"], str) and bool(value["text"])
    )


def _is_iso(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def show(field: Field, value: Value, language: Language) -> Shown:
    """The value for a reader of `language`: labels for options, the province's name, a date as a date.

    The value must fit the field (`fits`).
    """
    if isinstance(value, str):
        return _show_text(field, value, language)
    if isinstance(value, dict):
        return str(value["text"]) if "text" in value else [float(value["latitude"]), float(value["longitude"])]
    if not isinstance(value, list):
        return value
    if field.type == "files":
        return [str(file["name"]) for file in value]
    return [option.said(language) for option in field.options if option.id in value]


def _show_text(field: Field, value: str, language: Language) -> Shown:
    if field.type == "date":
        return date.fromisoformat(value)
    if field.type == "province":
        return provinces()[value].said(language)
    option = field.option(value) if field.type == "choice" else None
    return option.said(language) if option else value
