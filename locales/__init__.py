"""Every sentence the product says: one YAML file per language, equal keys. Not here: answers and e-services.

`Texts.html` gives text for messages (escaped once, here), `Texts.plain` for buttons and menus.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from locales.show import Html, shown_html, shown_plain

FOLDER = Path(__file__).parent
LANGUAGES = ("fa", "en")

__all__ = ["LANGUAGES", "Html", "Texts", "TextsError", "load_texts"]


class TextsError(Exception):
    """A file of texts cannot be used; one sentence that names the place."""


@dataclass(frozen=True)
class Texts:
    """All sentences by language and key. A value is a sentence, or forms for one and other (`count`)."""

    languages: dict[str, dict[str, str | dict[str, str]]]

    def html(self, language: str, key: str, **values: Any) -> Html:
        """A sentence as HTML; values are escaped, their digits and dates in the language's way."""
        shown = {name: shown_html(language, value) for name, value in values.items()}
        return Html(self._template(language, key, values).format_map(shown))

    def plain(self, language: str, key: str, **values: Any) -> str:
        """A sentence as plain text, for buttons, commands and toasts."""
        shown = {name: shown_plain(language, value) for name, value in values.items()}
        return self._template(language, key, values).format_map(shown)

    def has(self, key: str) -> bool:
        """Is there such a sentence."""
        return key in self.languages[LANGUAGES[0]]

    def _template(self, language: str, key: str, values: dict[str, Any]) -> str:
        template = self.languages[language][key]
        if isinstance(template, str):
            return template
        return template["one"] if values.get("count") == 1 else template["other"]


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
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TextsError(f"The texts in {path.name} cannot be read: {reason}.") from None
    if not isinstance(raw, dict):
        raise TextsError(f"The texts in {path.name} are not a mapping of keys to sentences.")
    flat: dict[str, str | dict[str, str]] = {}
    _flatten(raw, "", flat, path)
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
