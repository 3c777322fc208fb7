"""An embeddings address as the encoder: the calls, the vectors, and all that goes wrong there."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from pydantic import SecretStr

from knowledge import encoder as module
from knowledge.encoder import EncoderAway, Remote
from tests.knowledge.embeddings import Service, answer, serving, vector_of
from tests.reliability.test_proxy import proxy

KEY = "sk-very-secret-figure"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as served:
        yield served


@pytest.fixture
async def remote(service: Service) -> AsyncIterator[Remote]:
    opened = Remote(service.base, "some-model", asyncio.get_running_loop(), key=SecretStr(KEY), timeout=2)
    yield opened
    await opened.close()


async def _refused(remote: Remote, texts: Sequence[str] = ("a", "bc")) -> str:
    with pytest.raises(EncoderAway) as refused:
        await asyncio.to_thread(remote.encode, texts)
    said = str(refused.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert KEY not in said
    assert refused.value.__cause__ is None
    return said


class TestRemote:
    async def test_vectors_in_the_order_of_the_texts(self, service: Service, remote: Remote) -> None:
        assert remote.dimensions == 0
        texts = [f"{'x' * number}y" for number in range(150)]
        rows = await asyncio.to_thread(remote.encode, texts)
        expected = np.array([vector_of(text) for text in texts])
        np.testing.assert_allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
        assert rows.dtype == np.float32
        assert remote.dimensions == 5
        assert [len(body["input"]) for body in service.asked] == [64, 64, 22]
        assert all(set(body) == {"model", "input"} and body["model"] == "some-model" for body in service.asked)
        assert {headers["Authorization"] for headers in service.headers} == {f"Bearer {KEY}"}
        assert remote.name == f"{service.base}/some-model/300/1"

    async def test_texts_are_cleaned_and_capped(self, service: Service, remote: Remote) -> None:
        await asyncio.to_thread(remote.encode, ["", "سلام\x00\ud800", "y" * 9000])
        assert service.asked[0]["input"] == ["-", "سلام", "y" * 300]

    async def test_no_text_no_call(self, service: Service, remote: Remote) -> None:
        assert (await asyncio.to_thread(remote.encode, [])).shape == (0, 0)
        assert not service.asked

    async def test_without_a_key_none_is_shown(self, service: Service) -> None:
        remote = Remote(service.base, "m", asyncio.get_running_loop())
        await asyncio.to_thread(remote.encode, ["a"])
        assert "Authorization" not in service.headers[0]
        await remote.close()

    async def test_several_threads_at_once(self, remote: Remote) -> None:
        rows = await asyncio.gather(*(asyncio.to_thread(remote.encode, ["x" * n]) for n in range(1, 9)))
        for n, row in enumerate(rows, start=1):
            assert row[0][0] / row[0][1] == pytest.approx(n / 2)

    async def test_after_close_it_opens_again(self, remote: Remote) -> None:
        await asyncio.to_thread(remote.encode, ["a"])
        await remote.close()
        assert (await asyncio.to_thread(remote.encode, ["a"])).shape == (1, 5)

    @pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503])
    async def test_a_refusal_is_said_with_its_status(self, service: Service, remote: Remote, status: int) -> None:
        service.reply = lambda _request, _body: web.Response(
            status=status, text=f"no, {KEY}", headers={"Location": f"{service.base}/embeddings"}
        )
        assert await _refused(remote) == f"The embeddings address refused with status {status}."
        assert len(service.asked) == 1, "neither a redirect is followed nor the call repeated"

    @pytest.mark.parametrize(
        "reply",
        [
            "no JSON",
            "[" * 100_000,
            "\xff",
            "null",
            "[]",
            "{}",
            '{"data": 7}',
            '{"data": []}',
            '{"data": [1, 2]}',
            '{"data": [{"index": 0, "embedding": [1, 2]}]}',
            '{"data": [{"embedding": [1, 2]}, {"embedding": [1, 2]}]}',
            '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 0, "embedding": [1, 2]}]}',
            '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1e999, "embedding": [1, 2]}]}',
            '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 2, "embedding": [1, 2]}]}',
            '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1, 2, 3]}]}',
            '{"data": [{"index": 0, "embedding": ["one"]}, {"index": 1, "embedding": ["two"]}]}',
            '{"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}',
            '{"data": [{"index": 0, "embedding": 1}, {"index": 1, "embedding": 1}]}',
            '{"data": [{"index": 0, "embedding": "AACAPw=="}, {"index": 1, "embedding": "AACAPw=="}]}',
        ],
    )
    async def test_garbage_is_refused(self, service: Service, remote: Remote, reply: str) -> None:
        service.reply = lambda _request, _body: web.Response(body=reply.encode("latin-1"))
        assert "no list of vectors" in await _refused(remote)
        assert remote.dimensions == 0

    @pytest.mark.parametrize("figures", ["[0, 0]", "[NaN, 1]", "[Infinity, 1]", "[1e300, 1e300]"])
    async def test_a_vector_without_a_direction_is_refused(
        self, service: Service, remote: Remote, figures: str
    ) -> None:
        body = '{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": FIGURES}]}'
        body = body.replace("FIGURES", figures)
        service.reply = lambda _request, _body: web.Response(text=body)
        assert "no direction" in await _refused(remote)

    async def test_other_dimensions_than_before_are_refused(self, service: Service, remote: Remote) -> None:
        await asyncio.to_thread(remote.encode, ["a"])
        service.reply = lambda _request, body: answer(body["input"], 6)
        assert await _refused(remote) == "The embeddings address gave vectors of 6 figures, and 5 before."
        assert remote.dimensions == 5

    async def test_a_failed_batch_fails_all(self, service: Service, remote: Remote) -> None:
        service.reply = lambda _request, body: (
            answer(body["input"]) if len(service.asked) == 1 else web.Response(status=429)
        )
        assert "429" in await _refused(remote, ["x"] * 100)

    async def test_more_than_an_answer_can_be(
        self, service: Service, remote: Remote, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "ANSWER_BYTES", 1000)
        service.reply = lambda _request, _body: web.Response(text=" " * 1001)
        assert "more than an answer can be" in await _refused(remote)

    async def test_no_answer_in_time(self, service: Service) -> None:
        async def late(_request: web.Request, _body: dict[str, Any]) -> web.Response:
            await asyncio.sleep(5)
            return web.Response()

        service.reply = late
        remote = Remote(service.base, "m", asyncio.get_running_loop(), key=SecretStr(KEY), timeout=0.2)
        begin = time.monotonic()
        assert await _refused(remote) == "The embeddings address gave no answer within 0.2 seconds."
        assert time.monotonic() - begin < 2
        await remote.close()

    async def test_nobody_there(self, service: Service) -> None:
        remote = Remote("http://127.0.0.1:1/v1", "m", asyncio.get_running_loop(), key=SecretStr(KEY))
        assert await _refused(remote) == "The embeddings address cannot be reached (ClientConnectorError)."
        await remote.close()

    async def test_a_connection_that_breaks(self, service: Service, remote: Remote) -> None:
        def cut(request: web.Request, _body: dict[str, Any]) -> web.Response:
            assert request.transport is not None
            request.transport.close()
            return web.Response()

        service.reply = cut
        assert "cannot be reached (ServerDisconnectedError)" in await _refused(remote)

    async def test_on_the_loops_own_thread_it_is_a_mistake(self, service: Service, remote: Remote) -> None:
        with pytest.raises(RuntimeError, match="worker thread"):
            remote.encode(["a"])
        assert not service.asked

    def test_a_loop_that_has_ended(self) -> None:
        loop = asyncio.new_event_loop()
        loop.close()
        with pytest.raises(EncoderAway, match="the process is ending"):
            Remote("http://127.0.0.1:1/v1", "m", loop).encode(["a"])

    def test_a_loop_that_ends_meanwhile(self) -> None:
        """Stopping cancels what runs on the loop; the thread hears of it and does not wait for ever."""
        heard: list[BaseException] = []

        async def serve_for_a_moment() -> None:
            remote = Remote(f"http://127.0.0.1:{port}/v1", "m", asyncio.get_running_loop(), timeout=20)

            def ask() -> None:
                try:
                    remote.encode(["a"])
                except EncoderAway as error:
                    heard.append(error)

            thread.append(threading.Thread(target=ask))
            thread[0].start()
            while remote._session is None:
                await asyncio.sleep(0.01)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await remote.close()

        thread: list[threading.Thread] = []
        # a server that takes the connection and says nothing
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            asyncio.run(serve_for_a_moment())
            thread[0].join(5)
        assert not thread[0].is_alive()
        assert len(heard) == 1

    async def test_the_proxy_is_used(self, service: Service) -> None:
        async with proxy() as (address, seen):
            remote = Remote(
                service.base, "m", asyncio.get_running_loop(), key=SecretStr(KEY), proxy=SecretStr(address)
            )
            assert (await asyncio.to_thread(remote.encode, ["a"])).shape == (1, 5)
            assert seen == [f"{service.base}/embeddings"]
            await remote.close()

    async def test_a_proxy_that_is_away_does_not_show_its_password(self, service: Service) -> None:
        loop = asyncio.get_running_loop()
        remote = Remote(service.base, "m", loop, proxy=SecretStr("http://me:hidden-word@127.0.0.1:1"))
        said = await _refused(remote)
        assert "cannot be reached" in said
        assert "hidden-word" not in said
        assert not service.asked
        await remote.close()

    async def test_the_key_does_not_show(self, remote: Remote) -> None:
        for shown in (repr(remote), str(remote), str(vars(remote)), remote.name):
            assert KEY not in shown
