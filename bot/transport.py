"""How calls reach the Bot API: python-telegram-bot's request class on aiohttp, and calls by name on top.

It tells "never sent" from "may have been sent", because sends have no idempotency key. Not here: retries.
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from telegram import InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_JSON = {"Content-Type": "application/json"}
_encode = json.JSONEncoder(ensure_ascii=False).encode


class NeverSent(NetworkError):
    """The call did not reach the messenger: it may be repeated without any risk."""


class MaybeSent(TimedOut):
    """The call went out and no answer came: nobody knows whether it took effect."""


class AiohttpRequest(BaseRequest):
    """A pool of connections to the Bot API. `proxy` is used for every call, downloads too."""

    def __init__(self, connections: int = 128, proxy: str | None = None, timeout: float = 20.0) -> None:
        self._connections = connections
        self._proxy = proxy
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._timeout

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300, keepalive_timeout=50)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(  # noqa: PLR0913, PLR0917 - the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises NeverSent or MaybeSent; their words never hold the address, which has the token."""
        if self._session is None:
            raise NeverSent("the connection pool is closed")
        total = read_timeout if isinstance(read_timeout, int | float) else self._timeout
        connect = connect_timeout if isinstance(connect_timeout, int | float) else 10.0
        body, headers = _body(request_data)
        limits = aiohttp.ClientTimeout(total=float(total) + connect, connect=connect, sock_read=float(total))
        try:
            # a redirect is followed by nobody: the call would lose its body, and the token go elsewhere
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=limits,
                proxy=self._proxy,
                allow_redirects=False,
            ) as response:
                status, answer = response.status, await response.read()
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientProxyConnectionError,
            aiohttp.ClientHttpProxyError,
        ) as e:
            raise NeverSent(f"no connection to the Bot API ({type(e).__name__})") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as e:
            raise MaybeSent(f"no answer from the Bot API ({type(e).__name__})") from None
        if not 200 <= status < 300 and not _is_the_messengers(answer):
            raise _strange_answer(status)
        return status, answer


def _is_the_messengers(answer: bytes) -> bool:
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    return isinstance(said, dict) and "ok" in said


def _strange_answer(status: int) -> NetworkError:
    """A proxy or a filter on the way refused. What it says is not the messenger's word about the chat."""
    if status >= 500:
        return MaybeSent(f"a gateway answered for the Bot API ({status})")
    return NeverSent(f"the Bot API was not reached: somebody else answered ({status})")


def _body(data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str] | None]:
    if data is None:
        return None, None
    if not data.contains_files:
        return data.json_payload, _JSON
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


class Parameters(RequestData):  # type: ignore[misc] # final for users of the Bot class; here is another door
    """Plain parameters of a call: one JSON object; with files in parts, text as it is and all else as JSON."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        super().__init__([])
        self._files = {name: value for name, value in parameters.items() if isinstance(value, InputFile)}
        self._plain = {
            name: value for name, value in parameters.items() if value is not None and name not in self._files
        }
        self.contains_files = bool(self._files)
        for name, file in self._files.items():
            self._plain[name] = f"attach://{file.attach_name}"

    @property
    def json_parameters(self) -> dict[str, str]:
        return {name: value if isinstance(value, str) else _encode(value) for name, value in self._plain.items()}

    @property
    def json_payload(self) -> bytes:
        return _encode(self._plain).encode()

    @property
    def multipart_data(self) -> dict[str, Any]:
        return {str(file.attach_name): file.field_tuple for file in self._files.values()}


class BotApi:
    """Calls of the Bot API by name, with raw results: a newer messenger's fields cannot break them.

    Raises the library's errors: RetryAfter, BadRequest, Forbidden, ChatMigrated, NeverSent, MaybeSent ...
    """

    def __init__(self, request: AiohttpRequest, api_url: str, token: str) -> None:
        self._request = request
        self._base = f"{api_url}/bot{token}"
        self._files = f"{api_url}/file/bot{token}"
        self.bot_id = int(token.partition(":")[0])

    async def call(self, method: str, read_timeout: float | None = None, **parameters: Any) -> Any:
        """The `result` of one call; parameters that are None are left out."""
        return await self._request.post(
            f"{self._base}/{method}", Parameters(parameters), read_timeout=read_timeout or BaseRequest.DEFAULT_NONE
        )

    async def download(self, file_path: str) -> bytes:
        """The content of a file, by the path that getFile gave."""
        return await self._request.retrieve(f"{self._files}/{file_path}")
