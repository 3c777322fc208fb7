"""The process is killed at seeded random moments; nothing is lost, nothing is filed twice.

The long run is `python -m bench.crash`.
"""

from __future__ import annotations

from pathlib import Path

from tests.reliability import crash


async def test_kills_lose_nothing_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    plan = crash.Plan(database_url, tmp_path, owners=6, kills=5, seed=20261122)
    result = await crash.play(plan)
    assert result.broken == []
    assert (result.kills, result.tickets, result.undecorated) == (5, 6, 0)
