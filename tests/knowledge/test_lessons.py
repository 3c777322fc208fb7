"""Which weights hold for a content: the shipped ones where they or the encoder come from it, else what is learned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from db.engine import Database
from knowledge import lessons
from knowledge.building import Learned, shipped_learned
from knowledge.keeping import Shipped
from knowledge.layout import Layout, lay_out
from knowledge.lessons import Lessons
from tests.knowledge.small import TOPICS


@pytest.mark.parametrize(("taught", "shipped"), [(0.1, False), (0.5, True)])
async def test_from_texts_that_the_encoder_was_taught_nothing_is_learned(
    database: Database, monkeypatch: pytest.MonkeyPatch, taught: float, shipped: bool
) -> None:
    class Known:
        def __init__(self, encoder: str) -> None:
            assert encoder == "taught/1"

        def share(self, texts: Sequence[str]) -> float:
            assert texts == layout.written
            return taught

    layout = lay_out(list(TOPICS))
    of_another_size = Learned("taught/1", 10_000, shipped_learned().weighings)
    monkeypatch.setattr(lessons, "Shipped", Known)
    monkeypatch.setattr(lessons, "shipped_learned", lambda: of_another_size)
    assert ("meaning" in await Lessons(database, "taught/1").found(layout)) == shipped
    assert "meaning" not in await Lessons(database, "another/1").found(layout)


def test_the_share_of_texts_that_are_shipped(layout: Layout) -> None:
    shipped = Shipped(shipped_learned().encoder)
    some = list(layout.written[:30])
    assert shipped.share(some) == 1
    assert shipped.share([*some, *(f"{text} zzz" for text in some)]) == 0.5
    assert shipped.share([]) == 0
