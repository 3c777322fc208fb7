"""Parameters of a call, whichever way they came (JSON body, form, query, multipart), read with Telegram's leniency.

Numbers and booleans may be text, objects may be JSON text. Errors are Telegram's refusals.
"""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError, bad

_MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_thread_id": "message thread identifier is not specified",
    "file_id": "file_id not specified",
    "user_id": "invalid user_id specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "action": "wrong parameter action in request",
    "latitude": "latitude must be specified",
    "longitude": "longitude must be specified",
    "name": "TOPIC_TITLE_EMPTY",
    "commands": "commands must be specified",
    "url": "url must be specified",
}
_FALSE = {"", "0", "false", "no", "False"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart body."""

    name: str
    data: bytes
    mime: str | None


@dataclass(slots=True)
class Params:
    """Values by name and uploaded files by part name."""

    values: dict[str, Any]
    files: dict[str, Upload]

    def need(self, name: str) -> Any:
        """The raw value; a missing or empty one is refused."""
        value = self.values.get(name)
        if value is None or value == "":
            raise bad(_MISSING.get(name, f"parameter {name} is required"))
        return value

    def text(self, name: str, default: str = "") -> str:
        """A text; numbers are written out."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def whole(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or the default when it is missing. Raises for what is no number."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise bad(f"invalid {name} specified")
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise bad(f"invalid {name} specified") from error

    def number(self, name: str) -> float:
        """A decimal number that must be there."""
        try:
            return float(self.need(name))
        except (TypeError, ValueError) as error:
            raise bad(f"invalid {name} specified") from error

    def flag(self, name: str) -> bool:
        """A boolean; missing is false."""
        value = self.values.get(name)
        return value not in _FALSE if isinstance(value, str) else bool(value)

    def json(self, name: str, what: str | None = None) -> Any:
        """An object or list, given as such or as JSON text; None when missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise ApiError(400, f"Bad Request: can't parse {what or name} JSON object") from error
