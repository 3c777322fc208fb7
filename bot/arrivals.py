"""What must be known of a raw update before it is stored: its id, its chat, its kind.

It never raises: whatever came is kept, also what nobody can parse. Not here: storing (db/inbox.py).
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from db.inbox import Arrival

_INT64 = 2**63 - 1
# Kinds that we ask for. Others are stored and closed unread should they come.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


def arrival(raw: Any) -> Arrival:
    """Any JSON value as an arrival. Without a usable id, one is made from the content, below zero."""
    text = json.dumps(raw)
    update = raw if isinstance(raw, dict) else {}
    number: Any = update.get("update_id")
    if not _is_id(number) or number < 0:
        number = -(int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") + 1)
    key = next((key for key in update if key != "update_id"), "nothing")
    # a name of our own for what no kind is called: it may hold signs that a database refuses
    kind = key if re.fullmatch(r"[a-z_]{1,32}", key) else "odd"
    return Arrival(update_id=number, lane=_lane(update.get(key)), kind=kind, raw=text)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _INT64


def _lane(body: Any) -> int:
    """The chat that the update belongs to, else the person, else 0."""
    if not isinstance(body, dict):
        return 0
    message = body.get("message")
    for holder in (body.get("chat"), message.get("chat") if isinstance(message, dict) else None, body.get("from")):
        if isinstance(holder, dict) and _is_id(holder.get("id")):
            return int(holder["id"])
    return 0


def cleaned(raw: str) -> Any:
    """The stored update as JSON, without what no database or messenger takes: NUL and broken surrogates."""
    value = json.loads(raw)
    if "\\u0000" in raw or "\\ud" in raw:
        value = _clean(value)
    return value


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-16-le", "ignore").decode("utf-16-le", "ignore")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
