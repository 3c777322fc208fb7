"""Every sentence the product says: one YAML file per language, equal keys. Not here: answers and e-services.

`Texts.html` gives text for messages (escaped once, here), `Texts.plain` for buttons and menus.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from locales.show import Html, directed, has_strong, mark, shown_html, shown_plain

FOLDER = Path(__file__).parent
LANGUAGES = ("fa", "en")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

__all__ = ["LANGUAGES", "Html", "Texts", "TextsError", "load_texts"]


class TextsError(Exception):
    """A file of texts cannot be used; one sentence that names the place."""


@dataclass(frozen=True)
class Texts:
    """All sentences by language and key. A value is a sentence, or forms for one and other (`count`)."""

    languages: dict[str, dict[str, str | dict[str, str]]]

    def html(self, language: str, key: str, **values: Any) -> Html:
        """A sentence as HTML; values are escaped, their digits and dates in the language's way."""
        return Html(self._filled(language, key, values, shown_html))

    def plain(self, language: str, key: str, **values: Any) -> str:
        """A sentence as plain text, for buttons, commands and toasts."""
        return self._filled(language, key, values, shown_plain)

    def has(self, key: str) -> bool:
        """Is there such a sentence."""
        return key in self.languages[LANGUAGES[0]]

    def _filled(self, language: str, key: str, values: dict[str, Any], show: Callable[[str, object], str]) -> str:
        lines = self._template(language, key, values).split("\n")
        return "\n".join(_filled_line(language, line, values, show) for line in lines)

    def _template(self, language: str, key: str, values: dict[str, Any]) -> str:
        template = self.languages[language][key]
        if isinstance(template, str):
            return template
        return template["one"] if values.get("count") == 1 else template["other"]


def _filled_line(language: str, line: str, values: dict[str, Any], show: Callable[[str, object], str]) -> str:
    """One line with its values. Phones take a line's direction from what stands outside of isolated values.

    So a value that has a line for itself is not isolated, and a line without words of ours gets the language's mark.
    """
    names, around = _parts(line)
    if not names or has_strong(around):
        return line.format_map({name: show(language, values[name]) for name in names})
    if len(names) > 1 or around.strip():
        filled = line.format_map({name: show(language, values[name]) for name in names})
        return mark(language) + filled if has_strong(filled) else filled
    value = values[names[0]]
    alone = type(value) is str
    return line.format_map({names[0]: directed(value, show, language) if alone else show(language, value)})


@lru_cache(maxsize=4096)
def _parts(line: str) -> tuple[tuple[str, ...], str]:
    """The names of a line's placeholders, and the text around them without tags."""
    parsed = list(Formatter().parse(line))
    names = tuple(dict.fromkeys(name for _, name, _, _ in parsed if name))
    return names, re.sub(r"<[^>]*>", "", "".join(text for text, _, _, _ in parsed))


def load_texts(folder: Path = FOLDER) -> Texts:
    """Read all languages and check that they say the same things. Raises TextsError."""
    languages = {language: _load(folder / f"{language}.yaml") for language in LANGUAGES}
    first, *others = LANGUAGES
    for other in others:
        different = set(languages[first]) ^ set(languages[other])
        if different:
            raise TextsError(f"The text {min(different)} is not in both {first}.yaml and {other}.yaml.")
        for key, template in languages[first].items():
            if placeholders(template) != placeholders(languages[other][key]):
                raise TextsError(f"The text {key} has other placeholders in {other}.yaml than in {first}.yaml.")
    return Texts(languages)


def placeholders(template: str | dict[str, str]) -> set[str]:
    """The names between braces."""
    forms = [template] if isinstance(template, str) else list(template.values())
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def _load(path: Path) -> dict[str, str | dict[str, str]]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506  # both are safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TextsError(f"The texts in {path.name} cannot be read: {reason}.") from None
    if not isinstance(raw, dict):
        raise TextsError(f"The texts in {path.name} are not a mapping of keys to sentences.")
    flat: dict[str, str | dict[str, str]] = {}
    _flatten(raw, "", flat, path)
    for key, template in flat.items():
        try:
            placeholders(template)
        except ValueError:
            raise TextsError(f"The text {key} in {path.name} has a brace without its partner.") from None
    return flat


def _flatten(node: dict[Any, Any], prefix: str, into: dict[str, str | dict[str, str]], path: Path) -> None:
    for name, value in node.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            into[key] = value.strip()
        elif isinstance(value, dict) and set(value) == {"one", "other"}:
            into[key] = {form: text.strip() for form, text in value.items()}
        elif isinstance(value, dict):
            _flatten(value, f"{key}.", into, path)
        else:
            raise TextsError(f"The text {key} in {path.name} is neither a sentence nor a group of texts.")
