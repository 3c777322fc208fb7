"""What a failed call of the messenger means: try again, wait, follow a moved chat, or give up. One place.

BadRequest is a subclass of NetworkError in the library, so it is judged first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.transport import MaybeSent, NeverSent


class Verdict(Enum):
    """What to do with a row whose call failed."""

    DONE = "done"  # the messenger says that all is as wanted
    AGAIN = "again"  # nothing happened; try again after `wait`
    UNKNOWN = "unknown"  # it may have been sent; whether to try again depends on the kind of message
    MOVED = "moved"  # the group has a new id
    UNREACHABLE = "unreachable"  # the whole chat is closed to us
    PLAIN = "plain"  # our markup was refused: once more without it
    FAILED = "failed"  # it will never work


@dataclass(frozen=True)
class Judged:
    """A verdict with its wait, the group's new id, and a reason that holds no text of people."""

    verdict: Verdict
    reason: str
    wait: timedelta = timedelta()
    new_chat_id: int = 0


_UNREACHABLE = (
    "bot was blocked",
    "user is deactivated",
    "bot can't initiate",
    "bot was kicked",
    "bot is not a member",
    "chat not found",
    "peer_id_invalid",
    "have no rights to send",
    "not enough rights",
)


def judge(error: TelegramError, attempts: int) -> Judged:
    """The meaning of an error after so many attempts."""
    # without what no database takes: the row could not be settled
    words = error.message.replace("\x00", "").encode(errors="ignore").decode()
    reason = f"{type(error).__name__}: {words}"[:300]
    said = error.message.lower()
    if isinstance(error, RetryAfter):
        # With PTB_TIMEDELTA (config.py) this is always a timedelta.
        wait = error.retry_after if isinstance(error.retry_after, timedelta) else timedelta(seconds=error.retry_after)
        return Judged(Verdict.AGAIN, reason, wait)
    if isinstance(error, ChatMigrated):
        return Judged(Verdict.MOVED, reason, new_chat_id=error.new_chat_id)
    if isinstance(error, Forbidden):
        return Judged(Verdict.UNREACHABLE, reason)
    if isinstance(error, BadRequest):
        return _judge_bad_request(reason, said)
    pause = timedelta(seconds=min(60.0, 0.25 * 2 ** min(attempts, 9)))
    if isinstance(error, InvalidToken | EndPointNotFound | Conflict):
        # Wrong token or address: an operator's matter; nothing is given up meanwhile.
        return Judged(Verdict.AGAIN, reason, timedelta(seconds=30))
    if "request entity too large" in said:
        return Judged(Verdict.FAILED, reason)
    if isinstance(error, MaybeSent):
        return Judged(Verdict.UNKNOWN, reason, pause)
    if isinstance(error, NeverSent | NetworkError) or "internal server error" in said:
        return Judged(Verdict.AGAIN, reason, pause)
    # A reply that cannot be read (broken JSON with status 200): the call most likely took effect.
    return Judged(Verdict.UNKNOWN, reason, pause)


# A group may forbid single kinds of messages; all other kinds still arrive.
_ONE_KIND = re.compile(r"rights to send (photo|video|document|audio|music|voice|sticker|animation|poll|media)")


def _judge_bad_request(reason: str, said: str) -> Judged:
    if "message is not modified" in said:
        return Judged(Verdict.DONE, reason)
    if _ONE_KIND.search(said):
        return Judged(Verdict.FAILED, reason)
    if any(part in said for part in _UNREACHABLE):
        return Judged(Verdict.UNREACHABLE, reason)
    if "can't parse entities" in said or "entity" in said:
        return Judged(Verdict.PLAIN, reason)
    return Judged(Verdict.FAILED, reason)
