"""The settings: the only reader of the environment.

One frozen Settings object, read once at the start of a process and passed on. A value that cannot be
used ends in WrongSetting, one plain sentence that names the setting. No secrets leave this object by repr.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# python-telegram-bot then gives waiting times as timedelta, its future way, instead of warning each time.
os.environ.setdefault("PTB_TIMEDELTA", "true")

TELEGRAM = "https://api.telegram.org"
ROOT = Path(__file__).resolve().parent


class WrongSetting(Exception):
    """A setting cannot be used; the message is one sentence for the operator."""


class Settings(BaseSettings):
    """What the operator decides. docs/operating.md explains each; names in the environment are upper case."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", frozen=True, extra="ignore", env_ignore_empty=True
    )

    bot_token: SecretStr | None = None
    bot_api_url: str = TELEGRAM
    proxy_url: SecretStr | None = None
    database_url: SecretStr = SecretStr(f"sqlite:///{ROOT / 'data' / 'sanatyar.db'}")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    sandbox_port: int = Field(default=8081, ge=0, le=65535)
    public_url: str | None = None
    webhook_secret: SecretStr | None = None
    staff_chat_id: int | None = None
    keep_queue_days: int = Field(default=30, ge=2, le=36_500)
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    encoder: str = "builtin"
    encoder_model: str | None = Field(default=None, max_length=200, validate_default=True)
    encoder_key: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("bot_token")
    @classmethod
    def _token_has_its_shape(cls, token: SecretStr | None) -> SecretStr | None:
        shape = r"\d{1,20}:[A-Za-z0-9_-]{20,100}"
        if token is not None and not re.fullmatch(shape, token.get_secret_value()):
            raise ValueError("it does not look like a token from BotFather (digits, a colon, letters)")
        return token

    @field_validator("bot_api_url", "public_url")
    @classmethod
    def _address_is_http(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("it must be an address that begins with http:// or https://")
        return url.rstrip("/")

    @field_validator("proxy_url")
    @classmethod
    def _proxy_is_http(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and urlsplit(url.get_secret_value()).scheme not in ("http", "https"):
            raise ValueError("it must be the address of an HTTP proxy, http://host:port")
        return url

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, url: SecretStr) -> SecretStr:
        if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", url.get_secret_value()):
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_allowed(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("only letters, digits, _ and - are allowed, at most 256")
        return secret

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids_are_numbers(cls, ids: object) -> object:
        if not isinstance(ids, str):
            return ids
        try:
            return tuple(int(part) for part in ids.replace(";", ",").split(",") if part.strip())
        except ValueError:
            raise ValueError("it must be messenger ids, numbers with commas between them") from None

    @field_validator("encoder")
    @classmethod
    def _encoder_is_known(cls, encoder: str) -> str:
        if encoder.lower() in ("builtin", "none"):
            return encoder.lower()
        parts = urlsplit(encoder)
        try:
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # the port is no number
            usable = False
        if not usable:
            raise ValueError("it must be builtin, none, or an address that begins with http:// or https://")
        if "@" in parts.netloc or parts.query or parts.fragment:
            # addresses show in logs, keys must not
            raise ValueError("its address must end with the path and hold no password; ENCODER_KEY is for the key")
        return encoder.rstrip("/")

    @field_validator("encoder_model")
    @classmethod
    def _model_is_named(cls, model: str | None, info: ValidationInfo) -> str | None:
        if model is None and "://" in info.data.get("encoder", ""):
            raise ValueError("an ENCODER with an address needs the name of its model")
        return model

    @field_validator("encoder_key")
    @classmethod
    def _key_fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not re.fullmatch(r"[!-~]+", key.get_secret_value()):
            raise ValueError("only visible ASCII characters are allowed, without spaces")
        return key

    @field_validator("log_level", mode="before")
    @classmethod
    def _level_in_capitals(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    def secret_of_webhook(self) -> str:
        """The webhook's secret; made from the token when none is set, so that all processes agree."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        token = self.bot_token.get_secret_value() if self.bot_token else ""
        return hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()

    def async_database_url(self) -> str:
        """The database's address with the asynchronous driver that we use for it."""
        url = self.database_url.get_secret_value()
        url = re.sub(r"^sqlite(\+\w+)?://", "sqlite+aiosqlite://", url)
        return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+asyncpg://", url)

    def kept_folder(self) -> Path:
        """Where what was built is kept for the next start: beside the SQLite file, else in data/. May be deleted."""
        scheme, _, file = self.async_database_url().partition(":///")
        beside = Path(file.partition("?")[0]).parent if scheme.startswith("sqlite") and file else ROOT / "data"
        return beside / "kept"


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`. Raises WrongSetting, one sentence naming the first wrong setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        reason = first["msg"].removeprefix("Value error, ")
        raise WrongSetting(f"The setting {name} cannot be used: {reason}.") from None
    except UnicodeDecodeError:
        raise WrongSetting("The settings file .env cannot be read: it is not UTF-8 text.") from None
