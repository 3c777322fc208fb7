"""Files: what the bot sends as upload or id, what a message says of a file, sizes of pictures.

Limits are Telegram's. Nothing is fetched from addresses: the stand-in makes no connections for the bot.
"""

import struct
from typing import Any

from sandbox.errors import ApiError, bad
from sandbox.params import Params
from sandbox.state import State, StoredFile

Json = dict[str, Any]

DOWNLOAD_LIMIT = 20 << 20
UPLOAD_LIMIT = 50 << 20
PHOTO_LIMIT = 10 << 20
_FALLBACK_SIZE = (800, 600)
_THUMB_SIDE = 90


def picture_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels from the header of a PNG, JPEG, GIF or WebP; None when it is none of them."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def take(state: State, params: Params, kind: str) -> StoredFile:
    """The file of sendPhoto, sendDocument and so on: an upload, an attach:// reference, or a known file_id."""
    upload = params.files.get(kind)
    given = params.text(kind)
    if upload is None and given.startswith("attach://"):
        upload = params.files.get(given.removeprefix("attach://"))
    if upload is None:
        return _known(state, kind, given)
    if not upload.data:
        raise bad("file must be non-empty")
    if kind == "photo":
        if len(upload.data) > PHOTO_LIMIT:
            raise bad(f"too big file; the maximum size is {PHOTO_LIMIT} bytes")
        size = picture_size(upload.data)
        if size is None:
            raise bad("IMAGE_PROCESS_FAILED")
        if sum(size) > 10_000 or max(size) > 20 * min(size):
            raise bad("PHOTO_INVALID_DIMENSIONS")
    return keep(state, kind, upload.data, upload.name, upload.mime)


def _known(state: State, kind: str, given: str) -> StoredFile:
    if not given:
        raise bad(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    stored = state.files.get(given)
    if stored is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad(f"type of file mismatch: can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
    return stored


def keep(state: State, kind: str, data: bytes, name: str | None, mime: str | None) -> StoredFile:
    """Store a file; 413 when it is larger than anybody may send."""
    if len(data) > UPLOAD_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    facts: Json = {}
    if kind in {"photo", "sticker"}:
        facts["width"], facts["height"] = picture_size(data) or _FALLBACK_SIZE
    if kind == "photo":
        name, mime = None, "image/jpeg"
    return state.add_file(data, kind, name, mime, **facts)


def media(state: State, stored: StoredFile, **facts: Any) -> Json:
    """The media fields of a message for this file, e.g. {"photo": [...]} or {"document": {...}}."""
    body: Json = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": len(stored.data)}
    if stored.kind == "photo":
        return {"photo": _sizes(state, stored, body)}
    if stored.kind == "document":
        body |= {"file_name": stored.name or "file", "mime_type": stored.mime or "application/octet-stream"}
    elif stored.kind == "voice":
        body |= {"duration": 3, "mime_type": stored.mime or "audio/ogg"}
    elif stored.kind == "video":
        width, height = _FALLBACK_SIZE
        body |= {"duration": 3, "width": width, "height": height, "mime_type": stored.mime or "video/mp4"}
        body |= {"file_name": stored.name} if stored.name else {}
    elif stored.kind == "audio":
        body |= {"duration": 3, "mime_type": stored.mime or "audio/mpeg"}
        body |= {"file_name": stored.name} if stored.name else {}
    elif stored.kind == "sticker":
        body |= {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}
        body |= {"width": stored.facts["width"], "height": stored.facts["height"]}
    return {stored.kind: {**body, **facts}}


def _sizes(state: State, stored: StoredFile, body: Json) -> list[Json]:
    """Two sizes, small one first. The stand-in does not scale: both hold the same picture."""
    width, height = stored.facts["width"], stored.facts["height"]
    largest = max(width, height)
    full = {**body, "width": width, "height": height}
    if largest <= _THUMB_SIDE:
        return [full]
    small = f"{stored.file_id}s"
    if small not in state.files:
        state.files[small] = stored
    return [
        {
            "file_id": small,
            "file_unique_id": f"{stored.unique_id}s",
            "file_size": len(stored.data),
            "width": max(1, width * _THUMB_SIDE // largest),
            "height": max(1, height * _THUMB_SIDE // largest),
        },
        full,
    ]


def describe(stored: StoredFile) -> Json:
    """The File object of getFile; a file over 20 MB is refused."""
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
        "file_path": stored.path,
    }
