"""Keyboards under messages: their shape and Telegram's limits. Nothing is shown or pressed here."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import bad
from sandbox.params import Params

Json = dict[str, Any]

DATA_BYTES = 64
BUTTON_LIMIT = 100
COPY_LIMIT = 256
_INLINE_KINDS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def read_markup(params: Params, private: bool) -> tuple[Json | None, Json | None]:
    """(inline keyboard, reply keyboard instruction) of a call; at most one of them is there."""
    if "reply_markup" not in params.values:
        return None, None
    raw = params.json("reply_markup", "reply keyboard markup")
    if raw is None:
        return None, None
    if not isinstance(raw, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in raw:
        rows = _inline(raw["inline_keyboard"])
        return ({"inline_keyboard": rows} if rows else None), None
    if "keyboard" in raw:
        return None, {**raw, "keyboard": _reply(raw["keyboard"], private)}
    if raw.get("remove_keyboard"):
        return None, {"remove_keyboard": True}
    if raw.get("force_reply"):
        return None, raw
    return None, None


def _rows(raw: Any, name: str) -> list[list[Any]]:
    if not isinstance(raw, list):
        raise bad(f'field "{name}" of the ReplyMarkup must be an Array')
    for row in raw:
        if not isinstance(row, list):
            raise bad(f'field "{name}" of the ReplyMarkup must be an Array of Arrays')
    if sum(len(row) for row in raw) > BUTTON_LIMIT:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return [row for row in raw if row]


def _text(button: Json, what: str) -> str:
    text = button.get("text")
    if text is None:
        raise bad(f"can't parse {what}: Can't find field \"text\"")
    if not isinstance(text, str):
        raise bad(f'can\'t parse {what}: Field "text" must be of type String')
    if not text.strip():
        raise bad(f"can't parse {what}: {what.capitalize()} text must be non-empty")
    return text


def _inline(raw: Any) -> list[list[Json]]:
    return [[_inline_button(button) for button in row] for row in _rows(raw, "inline_keyboard")]


def _inline_button(button: Any) -> Json:
    what = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: Inline keyboard button must be an Object")
    _text(button, what)
    kinds = [kind for kind in _INLINE_KINDS if button.get(kind) is not None]
    if not kinds:
        raise bad(f"can't parse {what}: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in kinds:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    if "url" in kinds:
        _check_url(button["url"])
    if "copy_text" in kinds:
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= COPY_LIMIT:
            raise bad("BUTTON_COPY_TEXT_INVALID")
    return button


def _check_url(url: Any) -> None:
    if not isinstance(url, str):
        raise bad('can\'t parse inline keyboard button: Field "url" must be of type String')
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError as error:
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL") from error
    if parts.scheme == "tg":
        return
    # Telegram accepts addresses with a dot in the host only: http://localhost/ is refused.
    if parts.scheme not in {"http", "https"} or "." not in host or any(char.isspace() for char in url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply(raw: Any, private: bool) -> list[list[Json]]:
    return [[_reply_button(button, private) for button in row] for row in _rows(raw, "keyboard")]


def _reply_button(raw: Any, private: bool) -> Json:
    what = "keyboard button"
    button = {"text": raw} if isinstance(raw, str) else raw
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: KeyboardButton must be an Object")
    _text(button, what)
    if not private:
        if button.get("request_contact"):
            raise bad("phone number can be requested in private chats only")
        if button.get("request_location"):
            raise bad("location can be requested in private chats only")
        if button.get("web_app"):
            raise bad("BUTTON_TYPE_INVALID")
    return button
