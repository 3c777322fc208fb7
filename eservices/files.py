"""Which files a form takes, and how one is kept.

Fetching a file and looking inside it are not here; what is judged is what the messenger says about it.
"""

import re
from collections.abc import Mapping
from typing import Any

from eservices.clean import ZWNJ, clean
from eservices.given import Attachment, Refused

# A bot can fetch files up to 20 MB (Bot API, getFile), so staff could never open a larger one.
MAX_BYTES = 20 * 1024 * 1024
DEFAULT_MAX_FILES = 5
_LONGEST_NAME = 100

# Pictures, PDF and office documents: what papers of a workshop come as, and what opens on any office machine without
# running anything. Left out on purpose: archives (nobody sees what is inside before opening), macro documents (docm,
# xlsm), pages that run scripts (html, svg), programs, and films and sound (staff cannot search or print them).
_MIMES: Mapping[str, str] = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heic": "image/heic",
    "heif": "image/heif", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "pdf": "application/pdf",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation", "rtf": "application/rtf",
    "txt": "text/plain", "csv": "text/csv",
}  # fmt: skip
_ENDINGS: Mapping[str, str] = {mime: ending for ending, mime in _MIMES.items() if ending not in ("jpeg", "tif")}
# Phones and shops of old programs send these for harmless files; then the ending decides alone.
_VAGUE = frozenset({"application/octet-stream", "binary/octet-stream", "application/x-pdf", "text/rtf", "image/jpg"})
_GROUPS = ("image/", "text/", "application/vnd.", "application/pdf", "application/msword", "application/rtf")
_ACTIVE = re.compile(r"html|svg|xml$|script|macro|executable|x-ms|archive")


def read_file(attachment: Attachment) -> dict[str, Any]:
    """The stored form of a file that may be sent: file_id, unique_id, kind, name, mime, size (bytes or null).

    Raises Refused: field.files.kind, field.files.too_big, field.files.empty, field.files.wanted.
    """
    if attachment.kind not in ("photo", "document") or not attachment.file_id or not attachment.unique_id:
        raise Refused("field.files.wanted")
    if attachment.kind == "photo":  # the messenger makes every photo a JPEG
        name, mime = "photo.jpg", "image/jpeg"
    else:
        name, mime = _named(attachment)
    size = attachment.size
    if size is not None and size <= 0:
        raise Refused("field.files.empty")
    if size is not None and size > MAX_BYTES:
        raise Refused("field.files.too_big", max_mb=MAX_BYTES // (1024 * 1024))
    return {
        "file_id": attachment.file_id, "unique_id": attachment.unique_id, "kind": attachment.kind,
        "name": name, "mime": mime, "size": size,
    }  # fmt: skip


def _named(attachment: Attachment) -> tuple[str, str]:
    """A safe name and the mime type of a document; the last ending of the name decides what it is."""
    told = (attachment.mime or "").partition(";")[0].strip().lower()
    name = safe_name(attachment.name or "")
    if not name and told in _ENDINGS:
        name = f"file.{_ENDINGS[told]}"
    mime = _MIMES.get(name.rpartition(".")[2].lower() if "." in name else "")
    if mime is None or not _is_harmless(told):
        raise Refused("field.files.kind")
    return name, mime


def _is_harmless(told: str) -> bool:
    """Whether the told mime type, if any, is of a kind that is only looked at."""
    if not told or told in _VAGUE:
        return True
    office = told.startswith("application/vnd.openxmlformats")  # its names end in "+xml" or hold "spreadsheetml"
    return told.startswith(_GROUPS) and (office or not _ACTIVE.search(told))


def safe_name(name: str) -> str:
    """A file name without folders, overrides and control characters, at most 100 characters, its ending kept."""
    name = clean(name).replace("\\", "/").rpartition("/")[2]
    name = re.sub(r'[<>:"|?*]', "_", name).strip(f" .{ZWNJ}")
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME and dot and len(ending) <= 10:
        return stem[: _LONGEST_NAME - len(ending) - 1].rstrip() + dot + ending
    return name[:_LONGEST_NAME]


def add_file(files: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """The list with the file at its end, under a name of its own; unchanged if the same file is in it already."""
    if any(file["unique_id"] == new["unique_id"] for file in files):
        return files
    taken = {file["name"] for file in files}
    stem, _, ending = new["name"].rpartition(".")
    name, number = new["name"], 2
    while name in taken:
        name, number = f"{stem}-{number}.{ending}", number + 1
    return [*files, {**new, "name": name}]


def is_stored_file(value: object) -> bool:
    """Whether a kept value has the shape that `read_file` gives."""
    if not isinstance(value, dict) or set(value) != {"file_id", "unique_id", "kind", "name", "mime", "size"}:
        return False
    texts = (value["file_id"], value["unique_id"], value["kind"], value["name"], value["mime"])
    size = value["size"]
    whole = size is None or (isinstance(size, int) and not isinstance(size, bool))
    return whole and all(isinstance(text, str) and text for text in texts)
