"""The HTTP side of the Bot API: /bot<token>/<method> and /file/bot<token>/<path>, with faults on demand.

Reads requests, runs methods, writes Telegram's envelope. The page and its control side are added from control.py.
"""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from sandbox import webhook
from sandbox.control import Control
from sandbox.errors import ApiError, bad
from sandbox.files import UPLOAD_LIMIT
from sandbox.guard import from_here
from sandbox.methods import TABLE, call
from sandbox.params import Params, Upload
from sandbox.polling import get_updates
from sandbox.state import State
from sandbox.world import World

BODY_LIMIT = UPLOAD_LIMIT + (2 << 20)
_PART_LIMIT = 64
_TRANSPORTS = 256
_LOOPBACK = "127.0.0.1"
_HTML_ERROR = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def reply(result: Any) -> web.Response:
    """Telegram's envelope of a success."""
    return web.Response(body=b'{"ok":true,"result":%b}' % _encode(result).encode(), content_type="application/json")


def refusal(error: ApiError) -> web.Response:
    """Telegram's envelope of a refusal."""
    return web.json_response(error.payload(), status=error.code)


class StandIn:
    """A World behind HTTP on 127.0.0.1; await start(), then `url`; await stop()."""

    def __init__(
        self,
        world: World,
        port: int = 0,
        host: str = _LOOPBACK,
        *,
        settings: webhook.Settings | None = None,
        stage: Callable[[World], object] | None = None,
    ) -> None:
        if host != _LOOPBACK:
            raise ValueError("the stand-in listens on 127.0.0.1 only")
        self.world = world
        self.port = port
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._transports: set[asyncio.Transport] = set()
        self._pusher = webhook.Pusher(world, settings or webhook.Settings())
        self._control = Control(world, stage, self._spare)
        if stage is not None:
            stage(world)
        world.faults.on_outage = self._cut

    async def start(self) -> "StandIn":
        """Listen; returns itself. OSError when the port is taken."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._control.add_routes(app)
        app.router.add_route("*", "/{rest:.*}", _not_found)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, _LOOPBACK, self.port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self.url = f"http://{_LOOPBACK}:{self.port}"
        await self._pusher.start()
        return self

    async def stop(self) -> None:
        """Close every connection and free the port."""
        await self._pusher.stop()
        self.world.changed("stop")
        self._cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "StandIn":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _method(self, request: web.Request) -> web.StreamResponse:
        self._remember(request.transport)
        if self.world.faults.out:
            return _drop(request)
        if not from_here(request):
            return refusal(ApiError(403, "Forbidden: only this machine may ask"))
        try:
            return await self._answer(request)
        except ApiError as error:
            return refusal(error)

    def _remember(self, transport: asyncio.Transport | None) -> None:
        """Know the bot's connections, to cut them in an outage; closed ones are forgotten now and then."""
        if transport is None or transport in self._transports:
            return
        if len(self._transports) >= _TRANSPORTS:
            self._transports = {one for one in self._transports if not one.is_closing()}
        self._transports.add(transport)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        _check_token(self.world, request.match_info["token"])
        name = request.match_info["method"].lower()
        if name != "getupdates" and name not in TABLE:
            raise ApiError(404, "Not Found")
        params = await read_params(request)
        fault = self.world.faults.draw(name)
        if fault is not None and (spoiled := self._before(request, fault)) is not None:
            return spoiled
        if name == "getupdates":
            result = await get_updates(self.world, params)
        else:
            result = call(self.world, name, params)
        if self.world.faults.out or fault == "drop_after":
            return _drop(request)
        if fault == "garbage":
            return web.Response(body=b'{"ok":true,"result":{"message_id":', content_type="application/json")
        if fault == "hang":
            await asyncio.sleep(self.world.faults.rates.hang_seconds)
        return reply(result)

    def _before(self, request: web.Request, fault: str) -> web.Response | None:
        """Faults without effect."""
        if fault == "drop_before":
            return _drop(request)
        if fault == "too_many":
            seconds = self.world.faults.rates.retry_after
            told = int(seconds) if seconds == int(seconds) else seconds
            return refusal(ApiError(429, f"Too Many Requests: retry after {told}", retry_after=told))
        if fault == "server_error":
            if self.world.faults.choose(2):
                return web.Response(status=502, text=_HTML_ERROR, content_type="text/html")
            return refusal(ApiError(500, "Internal Server Error"))
        return None

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if self.world.faults.out:
            return _drop(request)
        try:
            _check_token(self.world, request.match_info["token"])
        except ApiError as error:
            return refusal(error)
        stored = self.world.files_by_path.get(request.match_info["path"])
        if stored is None:
            return refusal(ApiError(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _spare(self, request: web.Request) -> None:
        """A connection that asks the control side is not the bot's, also when its pool used it so before."""
        if request.transport is not None:
            self._transports.discard(request.transport)

    def _cut(self) -> None:
        """Close the bot's connections, those that wait too."""
        for transport in self._transports:
            if not transport.is_closing():
                transport.abort()
        self._transports.clear()


def _check_token(state: State, token: str) -> None:
    if not hmac.compare_digest(token.encode(), state.token.encode()):
        raise ApiError(401, "Unauthorized")


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _not_found(request: web.Request) -> web.Response:
    return refusal(ApiError(404, "Not Found"))


async def read_params(request: web.Request) -> Params:
    """Query, then body over it. A body of an unknown type is ignored, as by Telegram; a broken one is refused."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    files: dict[str, Upload] = {}
    if not request.can_read_body:
        return Params(values, files)
    kind = request.content_type
    try:
        if kind == "application/json":
            body = json.loads(await request.read())
            if not isinstance(body, dict):
                raise bad("can't parse request body: object expected")
            values |= body
        elif kind == "application/x-www-form-urlencoded":
            values |= parse_qsl((await request.read()).decode(), keep_blank_values=True)
        elif kind == "multipart/form-data":
            await _read_parts(request, values, files)
    except web.HTTPRequestEntityTooLarge as error:
        raise ApiError(413, "Request Entity Too Large") from error
    except ValueError as error:
        raise bad("can't parse request body") from error
    return Params(values, files)


async def _read_parts(request: web.Request, values: dict[str, Any], files: dict[str, Upload]) -> None:
    left = BODY_LIMIT
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name or len(values) + len(files) > _PART_LIMIT:
            raise bad("can't parse request body")
        data = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            left -= len(chunk)
            if left < 0:
                raise ApiError(413, "Request Entity Too Large")
            data += chunk
        if part.filename is None:
            values[part.name] = data.decode()
        else:
            files[part.name] = Upload(part.filename, bytes(data), part.headers.get("Content-Type"))
