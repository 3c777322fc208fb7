"""Generated updates of all kinds, good, odd and broken, for the fuzz test and for `python -m bench.fuzz`.

Values are shaped like the messenger's, and now and then one of them is anything at all. Not here: feeding them in.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from sandbox.pending import Update
from tests.stage import STAFF_CHAT

# Ids of which some belong to the cast, so that generated updates meet real conversations.
PEOPLE = (501, 502, 503, 504, 601, 8_000, 8_001, 8_002)
_HUGE = [2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**40]
_ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfff",
    "‌" * 50,
    "🙂" * 2100,
    "<b>",
    "&amp;",
    "/",
    "/start " + "x" * 70,
]
_KNOWN_TEXTS = [
    "/start", "/start land", "/help", "/services", "/clinic", "/desk", "/requests", "/human", "/language", "/privacy",
    "/cancel", "/nothing", "سلام", "برای درخواست زمین چه مدارکی لازم است؟", "What is a business clinic?", "۱۲", "ok",
    "4821-5377", "۴۸۲۱۵۳۷۷", "0912 345 6789", "۱۴۰۵/۰۹/۱۵", "اصفهان", "a@b.ir", "https://example.ir", "1" * 4096,
]  # fmt: skip

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(_HUGE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_texts = st.sampled_from(_KNOWN_TEXTS) | st.text(max_size=60) | st.sampled_from(_ODD_TEXTS)
_small = st.integers(0, 40)


@st.composite
def _rarely(draw: st.DrawFn, usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> Any:
    """The odd one once in forty times."""
    return draw(odd if draw(st.integers(0, 39)) == 17 else usual)


_numbers = _rarely(st.integers(0, 10**6), st.sampled_from(_HUGE) | st.integers())


def _deep(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = {"message": value}
    return value


@st.composite
def _dates(draw: st.DrawFn) -> Any:
    return draw(_rarely(st.just(1_790_000_000), st.sampled_from([0, -1, *_HUGE])))


@st.composite
def _users(draw: st.DrawFn, user_id: int) -> dict[str, Any]:
    user: dict[str, Any] = {"id": user_id, "is_bot": False, "first_name": draw(_texts)}
    for name in ("last_name", "username", "language_code"):
        if draw(st.booleans()):
            user[name] = draw(
                _texts if name != "language_code" else st.sampled_from(["fa", "en", "ar", "xx", "", "fa-IR"])
            )
    return user


@st.composite
def _chats(draw: st.DrawFn, user_id: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["private"] * 8 + ["staff", "group", "supergroup", "channel", "sender"]))
    if kind == "private":
        return {"id": user_id, "type": "private", "first_name": "x"}
    number = STAFF_CHAT if kind == "staff" else draw(_rarely(st.integers(-(2**52), -1), st.sampled_from(_HUGE)))
    return {"id": number, "type": "supergroup" if kind == "staff" else kind, "title": draw(_texts)}


@st.composite
def _files(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "file_id": draw(_texts),
        "file_unique_id": draw(_texts),
        "file_size": draw(_numbers),
        "file_name": draw(_texts),
        "mime_type": draw(st.sampled_from(["image/png", "application/pdf", "text/x-python", ""])),
        **{"width": 1, "height": 1, "duration": 1, "length": 1},
        **{"is_animated": False, "is_video": False, "type": "regular"},
    }


@st.composite
def _contents(draw: st.DrawFn, user_id: int) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["text"] * 8
            + ["photo", "document", "voice", "sticker", "animation", "video_note"]
            + ["contact", "location", "dice", "poll", "new_chat_title", "migrate_to_chat_id", "pinned_message"]
            + ["left_chat_member", "nothing", "forward"]
        )
    )
    match kind:
        case "text":
            return {"text": draw(_texts)}
        case "photo":
            return {"photo": draw(st.lists(_files(), max_size=2)), "caption": draw(_texts)}
        case "contact":
            owner = draw(st.sampled_from([user_id, 1, None]))
            return {"contact": {"phone_number": draw(_texts), "first_name": draw(_texts), "user_id": owner}}
        case "location":
            return {"location": {"latitude": draw(_rarely(st.floats(-90, 90), st.floats())), "longitude": 51.4}}
        case "dice":
            return {"dice": {"value": 3, "emoji": "🎲"}}
        case "poll":
            return {"poll": draw(_rarely(st.none(), _json))}
        case "new_chat_title":
            return {"new_chat_title": draw(_texts)}
        case "migrate_to_chat_id":
            return {"migrate_to_chat_id": draw(_numbers)}
        case "pinned_message" | "left_chat_member":
            return {kind: draw(_rarely(st.none(), _json))}
        case "nothing":
            return {}
        case "forward":
            origin = {"type": "hidden_user", "sender_user_name": draw(_texts), "date": draw(_dates())}
            return {"text": draw(_texts), "forward_origin": origin}
    return {kind: draw(_files()), "caption": draw(_texts)}


@st.composite
def _messages(draw: st.DrawFn) -> dict[str, Any]:
    user_id = draw(st.sampled_from(PEOPLE))
    body: dict[str, Any] = {
        "message_id": draw(_numbers),
        "date": draw(_dates()),
        "chat": draw(_chats(user_id)),
        "from": draw(_users(user_id)),
        **draw(_contents(user_id)),
    }
    if body["chat"]["id"] == STAFF_CHAT:
        body.pop("migrate_to_chat_id", None)  # then staff are elsewhere, and nothing more could be judged
    if str(body.get("text", "")).startswith("/"):
        word = str(body["text"]).split()[0] if str(body["text"]).split() else "/"
        body["entities"] = [
            {"type": "bot_command", "offset": 0, "length": draw(_rarely(st.just(len(word)), _numbers))}
        ]
    if draw(st.integers(0, 5)) == 0:
        reply = {"message_id": draw(_small), "date": 1, "chat": body["chat"], "text": draw(_texts)}
        body["reply_to_message"] = draw(_rarely(st.just(reply), _json))
    if draw(st.integers(0, 39)) == 17:
        del body[draw(st.sampled_from(sorted(body)))]
    return body


_MENU = ["m:home", "m:ask", "m:services", "m:pending", "m:requests", "m:human", "l:fa", "l:xx", "p:erase", "p:erased"]
_STEPS = ["b", "s", "k", "u", "g", "e", "d", "c", "on", "off", "x", "file", "go", "anew", "drop", "zz"]
_DEEDS = ["show", "write", "done", "rate", "cancel", "cancelled", "reopen", "x"]
_TOPICS = ["general.greeting", "land.papers", "x"]
_data = st.one_of(
    st.sampled_from(_MENU),
    st.builds("s:{}:apply:{}".format, st.sampled_from(["land", "general", "training", "xx"]), _small),
    st.builds("k:{}:{}:{}".format, st.sampled_from(_TOPICS), st.sampled_from("dcs"), _small),
    st.builds("a:{}:{}".format, _numbers, st.sampled_from(["useful", "not", "none", "x"])),
    st.builds("f:{}:{}:{}".format, _small, _small, st.sampled_from(_STEPS)),
    st.builds("f:{}:{}:{}:{}".format, _small, _small, st.sampled_from(_STEPS), st.sampled_from(["need", "x", "0"])),
    st.builds("t:{}:{}".format, _small, st.sampled_from(_DEEDS)),
    st.builds("t:{}:{}:{}".format, _numbers, st.sampled_from(_DEEDS), _small),
    st.builds("g:{}:{}:{}".format, _small, _small, st.sampled_from(["claim", "wait", "solve", "close", "x"])),
    st.builds("r:{}".format, _numbers),
    st.builds("h:q:{}".format, _numbers),
    _texts,
)


@st.composite
def _presses(draw: st.DrawFn) -> dict[str, Any]:
    user_id = draw(st.sampled_from(PEOPLE))
    body: dict[str, Any] = {
        "id": draw(_texts),
        "from": draw(_users(user_id)),
        "chat_instance": "1",
        "data": draw(_data),
    }
    kind = draw(st.sampled_from(["there"] * 20 + ["inaccessible"] * 3 + ["inline"] * 2 + ["odd"]))
    chat = draw(_chats(user_id))
    if kind == "there":
        body["message"] = {"message_id": draw(_small), "date": 1_790_000_000, "chat": chat, "text": "?"}
    elif kind == "inaccessible":
        body["message"] = {"message_id": draw(_small), "date": 0, "chat": chat}
    elif kind == "inline":
        body["inline_message_id"] = draw(_texts)
    else:
        body["message"] = draw(_json)
    return body


@st.composite
def _members(draw: st.DrawFn) -> dict[str, Any]:
    user_id = draw(st.sampled_from(PEOPLE))
    states = st.sampled_from(["member", "kicked", "left", "administrator", "restricted", "creator", "zz"])
    bot = {"id": 123456789, "is_bot": True, "first_name": "x"}
    return {
        "chat": draw(_chats(user_id)),
        "from": draw(_users(user_id)),
        "date": 1_790_000_000,
        "old_chat_member": {"user": bot, "status": draw(states), "until_date": 0},
        "new_chat_member": draw(
            _rarely(st.builds(lambda s: {"user": bot, "status": s, "until_date": 0}, states), _json)
        ),
    }


@st.composite
def updates(draw: st.DrawFn) -> Any:
    """One update, or what pretends to be one. Ids are left to whoever feeds it in."""
    kind = draw(
        st.sampled_from(
            ["message"] * 8
            + ["callback_query"] * 6
            + ["edited_message"] * 2
            + ["my_chat_member"]
            + ["odd", "other", "deep"]
        )
    )
    match kind:
        case "message" | "edited_message":
            body: Any = draw(_messages())
        case "callback_query":
            body = draw(_presses())
        case "my_chat_member":
            body = draw(_members())
        case "deep":
            return Update(message=_deep(draw(st.integers(1, 900))))
        case "odd":
            return draw(_json)
        case _:
            other = st.sampled_from(
                ["channel_post", "poll", "inline_query", "chat_join_request", "brand_new", "message"]
            )
            return Update({draw(other): draw(_json)})
    if isinstance(body, dict) and body and draw(st.integers(0, 19)) == 7:
        body[draw(st.sampled_from(sorted(body)))] = draw(_json)
    return Update({kind: body})


def generate(count: int, number: int) -> list[Any]:
    """So many updates, always the same for the same seed `number`. Each has an id, unless it is no update at all."""
    made: list[Any] = []

    @settings(
        max_examples=count // 5 + 1,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(number)
    @given(st.lists(updates(), min_size=5, max_size=5))
    def collect(found: list[Any]) -> None:
        made.extend(found)

    collect()
    for place, one in enumerate(made):
        if isinstance(one, Update):
            one.setdefault("update_id", 1_000_000 + place)
    return made[:count]
