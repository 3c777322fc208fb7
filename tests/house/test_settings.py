"""Settings: what is taken, one sentence for what is not, addresses of databases, secrets, documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config import Settings, WrongSetting, load_settings
from tests.house.source import ROOT

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1"
NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that this machine has set decides."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("BOT_TOKEN", "secret-without-shape", "it does not look like a token from BotFather"),
        ("BOT_TOKEN", f"{TOKEN} ", "it does not look like a token from BotFather"),
        ("BOT_API_URL", "localhost:8081", "it must be an address that begins with http:// or https://"),
        ("BOT_API_URL", "https://", "it must be an address that begins with http:// or https://"),
        ("PUBLIC_URL", "assistant.example.ir", "it must be an address that begins with http:// or https://"),
        ("PROXY_URL", "socks5://127.0.0.1:1080", "it must be the address of an HTTP proxy, http://host:port"),
        ("DATABASE_URL", "mysql://localhost/sanatyar", "it must begin with sqlite:/// or postgresql://"),
        ("HTTP_PORT", "eighty", "Input should be a valid integer"),
        ("HTTP_PORT", "65536", "Input should be less than or equal to 65535"),
        ("SANDBOX_PORT", "-1", "Input should be greater than or equal to 0"),
        ("WEBHOOK_SECRET", "a b", "only letters, digits, _ and - are allowed, at most 256"),
        ("WEBHOOK_SECRET", "a" * 257, "only letters, digits, _ and - are allowed, at most 256"),
        ("STAFF_CHAT_ID", "@staff", "Input should be a valid integer"),
        ("ADMIN_IDS", "601, Sara", "it must be messenger ids, numbers with commas between them"),
        ("LOG_LEVEL", "LOUD", "Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_refused_setting_is_one_plain_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as refused:
        load_settings()
    said = str(refused.value)
    assert said.startswith(f"The setting {name} cannot be used: {reason}")
    assert said.endswith(".")
    assert "\n" not in said
    assert value not in said.replace(reason, "") or len(value) < 5, "what was set may be a secret"


def test_what_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": "http://127.0.0.1:8081/",
        "PUBLIC_URL": "https://assistant.example.ir/bot/",
        "PROXY_URL": "http://user:word@127.0.0.1:3128",
        "HTTP_PORT": "0",
        "STAFF_CHAT_ID": "-1001234567890",
        "ADMIN_IDS": " 601; 602, 603,",
        "LOG_LEVEL": "debug",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.bot_token == SecretStr(TOKEN)
    assert settings.bot_api_url == "http://127.0.0.1:8081"
    assert settings.public_url == "https://assistant.example.ir/bot"
    assert (settings.http_port, settings.staff_chat_id, settings.log_level) == (0, -1001234567890, "DEBUG")
    assert settings.admin_ids == (601, 602, 603)


def test_without_any_setting_the_sandbox_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "")  # as in a fresh copy of .env.example
    settings = load_settings()
    assert settings.bot_token is None
    assert settings.async_database_url() == f"sqlite+aiosqlite:///{ROOT / 'data' / 'sanatyar.db'}"
    assert settings.http_host == "127.0.0.1"
    assert settings.admin_ids == ()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///data/a.db", "sqlite+aiosqlite:///data/a.db"),
        ("sqlite+pysqlite:////srv/a.db", "sqlite+aiosqlite:////srv/a.db"),
        ("postgres://u:p@db/s", "postgresql+asyncpg://u:p@db/s"),
        ("postgresql://u:p@db:5433/s?ssl=require", "postgresql+asyncpg://u:p@db:5433/s?ssl=require"),
        ("postgresql+psycopg://u@db/s", "postgresql+asyncpg://u@db/s"),
    ],
)
def test_any_usual_address_of_a_database_gets_our_driver(given: str, used: str) -> None:
    assert load_settings(database_url=given).async_database_url() == used


def test_secrets_do_not_show() -> None:
    settings = load_settings(
        bot_token=TOKEN,
        webhook_secret="knock-knock",
        database_url="postgresql://sanatyar:hidden-word@db/s",
        proxy_url="http://me:hidden-word@127.0.0.1:3128",
    )
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert not re.search(f"{re.escape(TOKEN)}|knock-knock|hidden-word", shown)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().http_port = 1  # type: ignore[misc]


def test_the_webhooks_secret_is_the_same_in_every_process_and_tells_nothing_of_the_token() -> None:
    one, again = load_settings(bot_token=TOKEN), load_settings(bot_token=TOKEN)
    other = load_settings(bot_token=TOKEN[:-1] + "2")
    assert one.secret_of_webhook() == again.secret_of_webhook() != other.secret_of_webhook()
    assert TOKEN not in one.secret_of_webhook()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", one.secret_of_webhook())
    assert load_settings(bot_token=TOKEN, webhook_secret="ours").secret_of_webhook() == "ours"


def test_a_settings_file_is_read_and_its_faults_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    file.write_text("HTTP_PORT=9090\nSOMETHING_ELSE=1\n# سلام\n", encoding="utf-8")
    assert load_settings().http_port == 9090
    monkeypatch.setenv("HTTP_PORT", "9091")
    assert load_settings().http_port == 9091, "the environment goes before the file"
    file.write_bytes("# سلام".encode("cp1256"))
    with pytest.raises(WrongSetting, match=r"The settings file \.env cannot be read: it is not UTF-8 text\."):
        load_settings()


def test_every_setting_is_documented() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert not [name for name in NAMES if f"`{name}`" not in guide]


def test_the_example_names_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == set(NAMES)


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    file = ROOT / ".env.example"
    assert file.is_file()
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    assert load_settings() == Settings(_env_file=None)
