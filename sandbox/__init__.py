"""A stand-in for the messenger: the Bot API on loopback, a driver for tests, and a page with phones.

`World` is the state, `StandIn` puts it behind HTTP, `Faults` makes it misbehave. Nothing here runs in production.
"""

from sandbox.errors import ApiError
from sandbox.faults import Faults
from sandbox.seen import Seen
from sandbox.server import StandIn
from sandbox.state import Call
from sandbox.world import World

__all__ = ["ApiError", "Call", "Faults", "Seen", "StandIn", "World"]
