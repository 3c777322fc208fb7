"""`python -m sandbox --port N`: the stand-in as a process of its own.

Prints {"url", "token", ...} as one JSON line when it listens; ends on SIGTERM or Ctrl-C.
"""

import argparse
import asyncio
import json
import signal

from sandbox.cast import STAFF_CHAT_ID, STAFF_IDS, set_stage
from sandbox.faults import Faults
from sandbox.server import StandIn
from sandbox.webhook import Settings
from sandbox.world import World

TOKEN = "123456789:sandbox-token-for-this-machine-only"  # noqa: S105 - opens nothing but this stand-in


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--webhook-waits", type=float, default=1.0, help="factor on waits between attempts")
    parser.add_argument("--bare", action="store_true", help="begin without the page's persons and group")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    world = World(token=arguments.token, faults=Faults(seed=arguments.seed))
    settings = Settings(wait_scale=arguments.webhook_waits)
    stage = None if arguments.bare else set_stage
    async with StandIn(world, arguments.port, settings=settings, stage=stage) as stand_in:
        facts = {
            "url": stand_in.url,
            "token": world.token,
            "staff_chat_id": STAFF_CHAT_ID,
            "staff_ids": list(STAFF_IDS),
        }
        print(json.dumps(facts), flush=True)
        await stop.wait()


def main() -> None:
    """Run until SIGTERM or Ctrl-C. Uses uvloop where it is installed: benchmarks share the machine with this."""
    arguments = _arguments()
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(arguments))
    else:
        uvloop.run(_serve(arguments))


if __name__ == "__main__":
    main()
