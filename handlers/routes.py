"""Which update goes to which conversation. Order matters only within this file: the first that fits gets it."""

from __future__ import annotations

from typing import Any

from telegram import Message, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from handlers import ask, entries, form_presses, human, inbound, menu, privacy, requests, services, staff, synonyms
from handlers.turn import Context, current_turn

COMMANDS = ("start", "help", "services", "clinic", "desk", "requests", "human", "language", "privacy", "cancel")
_PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
_COMMAND_OF = {
    "start": menu.start,
    "help": menu.help_,
    "services": services.command,
    "clinic": services.clinic,
    "desk": services.desk,
    "requests": requests.command,
    "human": human.command,
    "language": menu.settings,
    "privacy": menu.privacy,
    "cancel": menu.cancel,
}
_PRESSES = (
    (r"^m:pending$", form_presses.press_pending),
    (r"^m:(\w{1,16})$", menu.press),
    (r"^l:(fa|en)$", menu.choose_language),
    (r"^s:([a-z][a-z0-9_]{0,31})(?::(apply):(\d{1,15}))?$", services.press),
    (r"^k:([a-z0-9.-]{1,40}):([dbcs])(o?):(\d{1,15})$", entries.press_entry),
    (r"^a:(\d{1,15}):(useful|not|none)$", ask.press_verdict),
    (r"^f:(\d{1,15}):(\d{1,9}):([a-z]{1,8})(?::([A-Za-z0-9_-]{1,40}))?$", form_presses.press),
    (r"^t:(\d{1,15}):([a-z]{1,12})(?::(\d))?$", requests.press),
    (r"^r:(\d{1,9})$", requests.press_page),
    (r"^h:q:(\d{1,15})$", human.press),
    (r"^p:(export|erase|erased)$", privacy.press),
)

# Known to admins only, so the messenger's menu does not show them.
_COMMAND_OF_ADMINS = {"synonyms": synonyms.listing, "synonym": synonyms.teach}
_PRESS_OF_ADMINS = r"^y:(\d{1,15}):([0-9a-f]{8}|new|drop)$"


class _StaffGroup(filters.MessageFilter):
    """Messages in the staff group, under its present or former id."""

    def filter(self, message: Message) -> bool:
        return current_turn.get().house.is_staff_chat(message.chat_id)


class _Admin(filters.UpdateFilter):
    """New messages of admins, where admins may teach."""

    def filter(self, update: Update) -> bool:
        return update.message is not None and synonyms.is_admin(current_turn.get().house, update)


class _PressOfAdmin(CallbackQueryHandler[Context, Any]):
    """Presses of admins. Those of others fall through to what every made-up button gets."""

    def check_update(self, update: object) -> Any:
        if not isinstance(update, Update) or not synonyms.is_admin(current_turn.get().house, update):
            return None
        return super().check_update(update)


class _PressInPrivate(CallbackQueryHandler[Context, Any]):
    """Presses in a private chat; without the person there is nobody to act for."""

    def check_update(self, update: object) -> Any:
        if current_turn.get().person is None:
            return None
        return super().check_update(update)


def register(application: Application[Any, Context, Any, Any, Any, Any]) -> None:
    """All handlers, in one group: exactly one gets an update."""
    staff_group = _StaffGroup()
    known_person = _KnownPerson()
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE & filters.ChatType.GROUPS, staff.migrated))
    for name, command in _COMMAND_OF_ADMINS.items():
        application.add_handler(CommandHandler(name, command, filters=_Admin()))
    application.add_handler(_PressOfAdmin(synonyms.press, _PRESS_OF_ADMINS))
    application.add_handler(MessageHandler(staff_group & filters.UpdateType.MESSAGE, staff.reply))
    application.add_handler(MessageHandler(staff_group & filters.UpdateType.EDITED_MESSAGE, staff.edited))
    application.add_handler(CallbackQueryHandler(staff.press, r"^g:(\d{1,15}):(\d{1,9}):(claim|wait|solve|close)$"))
    private = _PRIVATE & known_person
    for name in COMMANDS:
        application.add_handler(CommandHandler(name, _COMMAND_OF[name], filters=private))
    application.add_handler(MessageHandler(private & filters.COMMAND, menu.unknown_command))
    for pattern, press in _PRESSES:
        application.add_handler(_PressInPrivate(press, pattern))
    application.add_handler(_PressInPrivate(inbound.stale_press))
    application.add_handler(MessageHandler(private, inbound.message))
    application.add_handler(
        MessageHandler(filters.ChatType.PRIVATE & filters.UpdateType.EDITED_MESSAGE & known_person, inbound.edited)
    )
    application.add_handler(_MembershipInStaffGroup(staff.membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(_MembershipInPrivate(inbound.membership, ChatMemberHandler.MY_CHAT_MEMBER))


class _KnownPerson(filters.UpdateFilter):
    """Only what a person wrote: channels and services that post into a chat are not served."""

    def filter(self, update: Update) -> bool:
        return current_turn.get().person is not None


class _MembershipInStaffGroup(ChatMemberHandler[Context, Any]):
    """The staff group takes the assistant in again."""

    def check_update(self, update: object) -> bool:
        change = update.my_chat_member if isinstance(update, Update) else None
        return change is not None and current_turn.get().house.is_staff_chat(change.chat.id)


class _MembershipInPrivate(ChatMemberHandler[Context, Any]):
    """Blocking and unblocking by a person; other groups that add or remove the assistant change nothing."""

    def check_update(self, update: object) -> bool:
        return current_turn.get().person is not None and super().check_update(update)
