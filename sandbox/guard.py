"""Who may talk to the stand-in: only this machine. Bounded bodies and the headers of everything that is not Bot API.

A page elsewhere must not reach it through the person's browser: Host against DNS rebinding, Origin against forgery.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.acts import Blocked
from sandbox.errors import ApiError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

JSON_LIMIT = 8 << 20
_NAMES = {"127.0.0.1", "localhost", "[::1]", "::1"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; base-uri 'none'; object-src 'none';"
    " frame-ancestors 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def from_here(request: web.Request) -> bool:
    """Is the request addressed to a loopback name and, if a page sent it, sent by our own page?"""
    host = request.headers.get("Host", "")
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    if name.lower() not in _NAMES:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
    return urlsplit(origin).scheme == "http" and urlsplit(origin).netloc.lower() == host.lower()


def guarded(handler: Handler, before: Callable[[web.Request], None]) -> Handler:
    """A handler that answers this machine only, and turns what a person cannot do into 400 with the reason.

    `before` hears of every request that may be answered.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        if not from_here(request):
            return web.json_response({"error": "only this machine may ask"}, status=403)
        before(request)
        try:
            response = await handler(request)
        except KeyError as error:
            return web.json_response({"error": str(error.args[0])}, status=400)
        except (ValueError, TypeError, Blocked, ApiError) as error:
            return web.json_response({"error": str(error)}, status=400)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request. ValueError for another type, another shape, or more than 8 MB."""
    if request.content_type != "application/json":
        raise ValueError("send application/json")
    if request.content_length is None or request.content_length > JSON_LIMIT:
        raise ValueError("the body is too large or of unknown length")
    body = json.loads(await request.read())
    if not isinstance(body, dict):
        raise ValueError("send an object")
    return body
