"""From a row of the outbox to a call of Telegram's Bot API. The only place that knows its markup and parameters.

Another channel brings a module like this one. Not here: delivery and retries (sender.py).
"""

from __future__ import annotations

import html
import re
from typing import Any

from telegram import InputFile

_FILE_METHODS = {
    "photo": "sendPhoto",
    "document": "sendDocument",
    "voice": "sendVoice",
    "video": "sendVideo",
    "audio": "sendAudio",
    "sticker": "sendSticker",
}


def call_for(
    kind: str, chat_id: int, payload: dict[str, Any], message_id: int | None, plain: bool
) -> tuple[str, dict[str, Any]]:
    """Method and parameters. `message_id`: what to change or to answer; `plain` leaves all markup out."""
    if kind == "react":
        return "setMessageReaction", {
            "chat_id": chat_id,
            "message_id": payload["message_id"],
            "reaction": [{"type": "emoji", "emoji": payload["emoji"]}],
        }
    if kind == "unbutton":
        markup = _markup(payload)
        return "editMessageReplyMarkup", {"chat_id": chat_id, "message_id": message_id, "reply_markup": markup}
    parameters: dict[str, Any] = {"chat_id": chat_id, "reply_markup": _markup(payload)}
    text = payload["text"]
    if plain:
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    else:
        parameters["parse_mode"] = "HTML"
    if kind == "edit":
        return "editMessageText", parameters | {"message_id": message_id, "text": text, **_no_preview()}
    if message_id:
        parameters["reply_parameters"] = {"message_id": message_id, "allow_sending_without_reply": True}
    upload = payload.get("upload")
    if upload:
        file_part = InputFile(upload["text"].encode(), filename=upload["name"], attach=True)
        return "sendDocument", parameters | {"caption": text, "document": file_part}
    file = payload.get("file")
    if file:
        if text:
            parameters["caption"] = text
        return _FILE_METHODS[file["kind"]], parameters | {file["kind"]: file["id"]}
    return "sendMessage", parameters | {"text": text, **_no_preview()}


def _no_preview() -> dict[str, Any]:
    return {"link_preview_options": {"is_disabled": True}}


def _markup(payload: dict[str, Any]) -> dict[str, Any] | None:
    if payload.get("buttons"):
        return {
            "inline_keyboard": [
                [
                    {"text": b["text"], **({"url": b["url"]} if "url" in b else {"callback_data": b["data"]})}
                    for b in row
                ]
                for row in payload["buttons"]
            ]
        }
    if "keyboard" not in payload:
        return None
    if payload["keyboard"] is None:
        return {"remove_keyboard": True}
    return {
        "keyboard": [
            [{"text": k["text"], **({f"request_{k['asks']}": True} if k["asks"] else {})} for k in row]
            for row in payload["keyboard"]
        ],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }
