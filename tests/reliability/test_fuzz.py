"""Generated updates of all kinds and broken shapes leave nothing parked, nobody stuck, and no message unsendable.

The full count runs by `python -m bench.fuzz`; database and seed are free there.
"""

from __future__ import annotations

from tests.reliability.feeding import feed
from tests.reliability.fuzz import generate

UPDATES = 2_000


async def test_generated_updates_break_nothing(database_url: str) -> None:
    fed = await feed(database_url, generate(UPDATES, number=1405))
    assert fed.broken == []
    assert fed.answers > UPDATES / 4
    assert fed.statuses["quarantined"] < UPDATES / 2
