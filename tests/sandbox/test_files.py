"""Files up and down, and their limits.

The page's own uploads and downloads are in test_control.py.
"""

import struct
import zlib
from typing import Any

import aiohttp
import pytest

from sandbox import ApiError, World
from sandbox.acts import PIXEL
from sandbox.driver import Phone
from sandbox.files import picture_size
from sandbox.params import Upload
from tests.sandbox.conftest import TOKEN, Client


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def send(world: World, kind: str, data: bytes, **params: Any) -> Any:
    name = f"send{kind.capitalize()}"
    return world.call(name, {kind: Upload("name.bin", data, None)}, chat_id=501, **params)


async def test_up_and_down(client: Client, world: World, mina: Phone) -> None:
    form = aiohttp.FormData({"chat_id": "501", "caption": "<b>c</b>", "parse_mode": "HTML"}, quote_fields=False)
    form.add_field("document", "سلام".encode(), filename="نامه.txt", content_type="text/plain")
    async with client.session.post(f"{client.url}/bot{TOKEN}/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    assert sent["document"]["file_name"] == "نامه.txt"
    assert sent["document"]["mime_type"] == "text/plain"
    assert sent["caption_entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    file = await client.ok("getFile", file_id=sent["document"]["file_id"])
    async with client.session.get(f"{client.url}/file/bot{TOKEN}/{file['file_path']}") as response:
        assert await response.read() == "سلام".encode()
    async with client.session.get(f"{client.url}/file/bot{TOKEN}/documents/none.txt") as response:
        assert response.status == 404
    again = await client.ok("sendDocument", chat_id=501, document=sent["document"]["file_id"])
    assert again["document"]["file_unique_id"] == sent["document"]["file_unique_id"]
    assert mina.screen[-1].document is not None


def test_photos(world: World, mina: Phone) -> None:
    sizes = send(world, "photo", png(300, 200))["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 60), (300, 200)]
    assert world.call("getFile", file_id=sizes[0]["file_id"])["file_path"].startswith("photos/")
    for data, problem in (
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png(1, 50), "PHOTO_INVALID_DIMENSIONS"),
        (PIXEL + bytes(10 << 20), "too big file"),
        (b"", "file must be non-empty"),
    ):
        with pytest.raises(ApiError, match=problem):
            send(world, "photo", data)


def test_limits(world: World, mina: Phone) -> None:
    big = mina.document("big.bin", bytes((20 << 20) + 1))["message"]["document"]
    with pytest.raises(ApiError, match="file is too big"):
        world.call("getFile", file_id=big["file_id"])
    fits = mina.document("fits.bin", bytes(20 << 20))["message"]["document"]
    assert world.call("getFile", file_id=fits["file_id"])["file_size"] == 20 << 20
    with pytest.raises(ApiError, match="Request Entity Too Large") as refused:
        send(world, "document", bytes((50 << 20) + 1))
    assert refused.value.code == 413
    with pytest.raises(ApiError, match="message caption is too long"):
        send(world, "document", b"x", caption="س" * 1025)
    assert send(world, "document", b"x", caption="س" * 1024)["caption"]


def test_wrong_files(world: World, mina: Phone) -> None:
    for given, problem in (
        ("", "there is no document in the request"),
        ("nonsense", "wrong file identifier/HTTP URL specified"),
        ("https://a.ir/x.pdf", "failed to get HTTP URL content"),
        (mina.photo()["message"]["photo"][-1]["file_id"], "type of file mismatch"),
        ("attach://missing", "wrong file identifier"),
    ):
        with pytest.raises(ApiError, match=problem):
            world.call("sendDocument", chat_id=501, document=given)
    with pytest.raises(ApiError, match="wrong file_id"):
        world.call("getFile", file_id="nonsense")


@pytest.mark.parametrize(("kind", "mime"), [("video", "video/mp4"), ("audio", "audio/mpeg")])
def test_films_and_sound(world: World, mina: Phone, kind: str, mime: str) -> None:
    sent = send(world, kind, b"data", caption="<b>c</b>", parse_mode="HTML")
    file = sent[kind]
    assert (file["mime_type"], file["file_name"], file["file_size"]) == (mime, "name.bin", 4)
    assert file["duration"] > 0
    assert sent["caption_entities"][0]["type"] == "bold"
    assert world.call("getFile", file_id=file["file_id"])["file_path"].startswith(f"{kind}")
    theirs = getattr(mina, kind)()["message"][kind]
    method = f"send{kind.capitalize()}"
    again = world.call(method, chat_id=501, **{kind: theirs["file_id"]})
    assert again[kind]["file_unique_id"] == theirs["file_unique_id"]
    assert getattr(mina.screen[-1], kind)["file_name"] == theirs["file_name"]
    with pytest.raises(ApiError, match="type of file mismatch"):
        world.call("sendVoice", chat_id=501, voice=theirs["file_id"])
    here = {"chat_id": 501, "message_id": sent["message_id"]}
    assert world.call("editMessageCaption", **here, caption="two")["caption"] == "two"
    copy = world.call("copyMessage", chat_id=501, from_chat_id=501, message_id=sent["message_id"])
    assert kind in mina.chat.messages[copy["message_id"]].message


def test_captions_can_be_edited(world: World, mina: Phone) -> None:
    sent = send(world, "photo", PIXEL, caption="one")
    here = {"chat_id": 501, "message_id": sent["message_id"]}
    assert world.call("editMessageCaption", **here, caption="two")["caption"] == "two"
    assert "caption" not in world.call("editMessageCaption", **here)
    with pytest.raises(ApiError, match="message is not modified"):
        world.call("editMessageCaption", **here)
    with pytest.raises(ApiError, match="there is no text in the message to edit"):
        world.call("editMessageText", **here, text="x")


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(7, 5), (7, 5)),
        (b"GIF89a\x07\x00\x05\x00", (7, 5)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x05\x00\x07", (7, 5)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x06\0\0\x04\0\0", (7, 5)),
        (b"%PDF-1.4", None),
        (b"\xff\xd8\xff", None),
    ],
)
def test_picture_sizes(data: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(data) == size
