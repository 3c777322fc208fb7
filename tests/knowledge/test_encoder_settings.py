"""Which encoder the settings choose, and the settings that are refused."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from config import Settings, WrongSetting, load_settings
from knowledge.choosing import Late, choose
from knowledge.e5.encoder import shipped_name
from knowledge.encoder import Encoder, EncoderAway, EncoderMissing, Remote
from tests.knowledge.embeddings import Service, serving
from tests.reliability.test_proxy import proxy

KEY = "sk-very-secret-figure"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as served:
        yield served


class TestChoose:
    async def test_the_settings_choose(self, service: Service) -> None:
        loop = asyncio.get_running_loop()

        async def chosen(**settings: Any) -> Encoder | None:
            return await asyncio.to_thread(choose, Settings(_env_file=None, **settings), loop)

        assert isinstance(await chosen(), Late)
        assert await chosen(encoder="none") is None
        remote = await chosen(encoder=f"{service.base}/", encoder_model="m-2", encoder_key=KEY)
        assert isinstance(remote, Remote)
        await asyncio.to_thread(remote.encode, ["a"])
        assert service.asked[0]["model"] == "m-2"
        assert service.headers[0]["Authorization"] == f"Bearer {KEY}"
        await remote.close()

    async def test_the_proxy_of_the_settings_is_used(self, service: Service) -> None:
        loop = asyncio.get_running_loop()
        async with proxy() as (address, seen):
            settings = Settings(_env_file=None, encoder=service.base, encoder_model="m", proxy_url=SecretStr(address))
            remote = choose(settings, loop)
            assert isinstance(remote, Remote)
            await asyncio.to_thread(remote.encode, ["a"])
            assert len(seen) == 1
            await remote.close()


class TestBuiltIn:
    def test_it_opens_with_the_first_texts(self) -> None:
        encoder = Late()
        assert (encoder.name, encoder.dimensions) == (shipped_name(), 0)
        assert encoder.encode(["a"]).shape == (1, 384)
        assert encoder.dimensions == 384

    def test_it_says_who_computes(self) -> None:
        assert Late().open() == "onnxruntime"

    def test_what_is_missing_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        encoder = Late()
        with pytest.raises(EncoderMissing, match="cannot be loaded on this machine"):
            encoder.open()
        with pytest.raises(EncoderAway, match="cannot be loaded on this machine"):
            encoder.encode(["a"])


class TestSettings:
    @pytest.fixture(autouse=True)
    def _bare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing that this machine has set decides."""
        for name in ("ENCODER", "ENCODER_MODEL", "ENCODER_KEY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setitem(Settings.model_config, "env_file", None)

    @pytest.mark.parametrize(
        ("name", "value", "reason"),
        [
            ("ENCODER", "openai", "it must be builtin, none, or an address that begins with http:// or https://"),
            ("ENCODER", "http:///v1", "it must be builtin, none, or an address"),
            ("ENCODER", "ftp://host/v1", "it must be builtin, none, or an address"),
            ("ENCODER", "http://host:port/v1", "it must be builtin, none, or an address"),
            ("ENCODER", "http://me:word@host/v1", "its address must end with the path and hold no password"),
            ("ENCODER", "https://host/v1?key=word", "its address must end with the path and hold no password"),
            ("ENCODER_KEY", "two words", "only visible ASCII characters are allowed, without spaces"),
            ("ENCODER_KEY", "key\nX-More: y", "only visible ASCII characters are allowed, without spaces"),
            ("ENCODER_KEY", "کلید", "only visible ASCII characters are allowed, without spaces"),
            ("ENCODER_MODEL", "m" * 201, "String should have at most 200 characters"),
        ],
    )
    def test_a_refused_setting_is_one_plain_sentence(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(WrongSetting) as refused:
            load_settings()
        said = str(refused.value)
        assert said.startswith(f"The setting {name} cannot be used: {reason}")
        assert said.endswith(".")
        assert "\n" not in said
        assert value not in said

    def test_an_address_needs_a_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENCODER", "http://127.0.0.1:8000/v1/")
        with pytest.raises(WrongSetting, match="ENCODER_MODEL cannot be used: an ENCODER with an address needs"):
            load_settings()
        monkeypatch.setenv("ENCODER_MODEL", "e5")
        assert load_settings().encoder == "http://127.0.0.1:8000/v1"

    def test_without_settings_the_encoder_is_built_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert load_settings().encoder == "builtin"
        monkeypatch.setenv("ENCODER", "None")
        assert load_settings().encoder == "none"

    def test_the_key_does_not_show(self) -> None:
        settings = load_settings(encoder_key=KEY)
        for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
            assert KEY not in shown
