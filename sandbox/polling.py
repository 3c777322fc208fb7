"""getUpdates: reads its parameters and waits for the queue."""

from typing import Any

from sandbox.errors import conflict
from sandbox.methods.setup import read_allowed
from sandbox.params import Params
from sandbox.pending import POLL_LIMIT, POLL_SECONDS
from sandbox.state import State


async def get_updates(state: State, params: Params) -> list[Any]:
    """Updates from `offset` on; waits up to `timeout` seconds (at most 50) while there are none.

    Raises ApiError 409 while a webhook is set and when a later getUpdates takes over.
    """
    if state.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    kinds = read_allowed(params)
    if kinds is not None:
        state.updates.allow(kinds)
    offset = params.whole("offset") or 0
    limit = min(max(params.whole("limit") or POLL_LIMIT, 1), POLL_LIMIT)
    timeout = min(max(params.whole("timeout") or 0, 0), POLL_SECONDS)
    batch = await state.updates.poll(offset, limit, timeout)
    state.calls["getUpdates"] += 1
    return batch
