"""What a bot sets about itself: who it is, its commands, its descriptions, the menu button, the webhook."""

import json
import re
from urllib.parse import urlsplit

from sandbox.errors import ApiError, bad
from sandbox.methods.core import chat_of, method
from sandbox.params import Params
from sandbox.state import Json, State, Webhook

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
}  # fmt: skip
_COMMAND_LIMIT = 100
_DESCRIPTION_LIMIT = 256
_PORTS = {443, 80, 88, 8443}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@method("getMe")
def get_me(state: State, params: Params) -> Json:
    """The bot itself."""
    flags = {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }
    return {**state.bot_user(), **flags}


@method("logOut")
def log_out(state: State, params: Params) -> bool:
    """Leave this server; nothing more happens here."""
    return True


@method("close")
def close(state: State, params: Params) -> bool:
    """Get ready to move to another server; nothing more happens here."""
    return True


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code


def scope_key(scope: Json | None) -> str:
    """A canonical text of a BotCommandScope; missing means default."""
    return json.dumps(scope or {"type": "default"}, sort_keys=True)


def _scope(state: State, params: Params) -> str:
    scope = params.json("scope", "BotCommandScope")
    if scope is None:
        return scope_key(None)
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    if scope["type"] in {"chat", "chat_administrators", "chat_member"}:
        scope["chat_id"] = chat_of(state, Params(scope, {})).chat_id
    return scope_key(scope)


@method("setMyCommands")
def set_my_commands(state: State, params: Params) -> bool:
    """The command menu of a scope and a language."""
    params.need("commands")
    commands = params.json("commands", "commands")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    if len(commands) > _COMMAND_LIMIT:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for command in commands:
        if not isinstance(command, dict):
            raise bad("expected an Object of BotCommand")
        name = str(command.get("command", "")).removeprefix("/")
        description = str(command.get("description", "")).strip()
        if not _COMMAND.fullmatch(name):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= _DESCRIPTION_LIMIT:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": name, "description": description})
    state.commands[_scope(state, params), _language(params)] = kept
    state.changed("commands")
    return True


@method("getMyCommands")
def get_my_commands(state: State, params: Params) -> list[Json]:
    """The commands of exactly this scope and language."""
    return state.commands.get((_scope(state, params), _language(params)), [])


@method("deleteMyCommands")
def delete_my_commands(state: State, params: Params) -> bool:
    """Forget the commands of a scope and a language."""
    state.commands.pop((_scope(state, params), _language(params)), None)
    state.changed("commands")
    return True


def _register_profile(suffix: str, field: str, limit: int) -> None:
    def setter(state: State, params: Params) -> bool:
        value = params.text(field)
        if len(value) > limit:
            raise bad(f"bot {field.replace('_', ' ')} is too long")
        state.profile[field, _language(params)] = value
        state.changed("profile")
        return True

    def getter(state: State, params: Params) -> Json:
        language = _language(params)
        value = state.profile.get((field, language)) or state.profile.get((field, ""), "")
        return {field: value or (state.bot_name if field == "name" else "")}

    method(f"setMy{suffix}")(setter)
    method(f"getMy{suffix}")(getter)


_register_profile("Name", "name", 64)
_register_profile("Description", "description", 512)
_register_profile("ShortDescription", "short_description", 120)


@method("setChatMenuButton")
def set_chat_menu_button(state: State, params: Params) -> bool:
    """The button beside the input field, of one chat or of all."""
    button = params.json("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"commands", "web_app", "default"}:
        raise bad("can't parse menu button: Unsupported type specified")
    chat_id = chat_of(state, params).chat_id if params.text("chat_id") else 0
    state.menu_buttons[chat_id] = button
    state.changed("commands")
    return True


@method("setWebhook")
def set_webhook(state: State, params: Params) -> bool:
    """Push updates to an address from now on; an empty one ends that."""
    if "url" not in params.values:
        raise bad("url must be specified")
    url = params.text("url")
    if not url:
        _drop_if_asked(state, params)
        return _end_webhook(state)
    _check_address(url)
    secret = params.text("secret_token") or None
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    most = params.whole("max_connections") or 40
    if not 1 <= most <= 100_000:
        raise bad("invalid max_connections specified")
    kinds = read_allowed(params)
    if kinds is not None:
        state.updates.allow(kinds)
    _drop_if_asked(state, params)
    state.webhook = Webhook(url, secret, most)
    state.updates.interrupt("terminated by setWebhook request")
    state.updates.added.set()
    return True


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise bad("bad webhook: invalid webhook URL specified") from error
    if host in _LOOPBACK:
        return  # like a local Bot API server, which takes plain HTTP and any port
    if parts.scheme != "https" or not host:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in _PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def read_allowed(params: Params) -> list[str] | None:
    """allowed_updates of a call; None when it does not change them. Unknown kinds are ignored, as by Telegram."""
    kinds = params.json("allowed_updates", "allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise ApiError(400, "Bad Request: can't parse allowed_updates: Array of String expected")
    return [kind for kind in kinds if isinstance(kind, str)]


def _drop_if_asked(state: State, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        state.updates.entries.clear()


@method("deleteWebhook")
def delete_webhook(state: State, params: Params) -> bool:
    """Back to getUpdates."""
    _drop_if_asked(state, params)
    return _end_webhook(state)


def _end_webhook(state: State) -> bool:
    state.webhook = None
    state.updates.added.set()
    return True


@method("getWebhookInfo")
def get_webhook_info(state: State, params: Params) -> Json:
    """WebhookInfo, with the last failure."""
    hook = state.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates.entries),
    }
    if hook is not None:
        info["max_connections"] = hook.max_connections
        if hook.last_error_at is not None:
            info |= {"last_error_date": int(hook.last_error_at), "last_error_message": hook.last_error}
    if state.updates.allowed:
        info["allowed_updates"] = sorted(state.updates.allowed)
    return info
