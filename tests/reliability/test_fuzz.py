"""Generated updates of all kinds and broken shapes leave nothing parked, nobody stuck, and no message unsendable.

The full count runs by `python -m bench.fuzz`; database and seed are free there.
"""

from __future__ import annotations

import pytest

from tests.reliability.feeding import feed
from tests.reliability.fuzz import generate


@pytest.mark.slow
async def test_generated_updates_break_nothing(database_url: str) -> None:
    count = 2_000 if database_url.startswith("sqlite") else 1_000
    fed = await feed(database_url, generate(count, number=1405))
    assert fed.broken == []
    assert fed.answers > count / 5
    assert fed.statuses["quarantined"] < count / 2
