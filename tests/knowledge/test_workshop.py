"""Building in a process of its own: the same as here, and here where there can be no other."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from knowledge import workshop
from knowledge.heads import Head
from knowledge.load import Content
from knowledge.material import Material
from knowledge.memory import undisturbed
from knowledge.packing import Bytes, unpack


@pytest.fixture(scope="module")
def material(content: Content) -> Material:
    return Material.of(Content(content.entries[:30], content.services, content.outside))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[Material]:
    """What was built in this process."""
    done: list[Material] = []
    build = workshop.built_here

    def noted(material: Material, head: Head | None = None) -> Any:
        done.append(material)
        return build(material, head)

    monkeypatch.setattr(workshop, "built_here", noted)
    return done


def test_another_process_builds_the_same(material: Material, here: list[Material]) -> None:
    packed = workshop.built(material)
    assert here == []
    assert_alike(packed, workshop.built_here(material), material)


def test_a_head_that_is_lent_goes_to_the_other_process(material: Material, here: list[Material]) -> None:
    own = shelved_head(workshop.built(material), material)
    lent = Head(own.centre + 1, own.weights * 2, own.bias - 1)
    returned = shelved_head(workshop.built(material, lent), material)
    assert not here
    for part in ("centre", "weights", "bias"):
        np.testing.assert_array_equal(getattr(returned, part), getattr(lent, part))


def assert_alike(one: Bytes, other: Bytes, material: Material) -> None:
    """The same arrays; products of matrices differ in their last bits from one moment to another, and steps of the
    regression add that up."""
    first, second = unpack(one, material.key), unpack(other, material.key)
    assert first.keys() == second.keys()
    for name, array in first.items():
        if name.startswith("head."):
            np.testing.assert_allclose(array, second[name], atol=0.05, err_msg=name)
        else:
            np.testing.assert_array_equal(array, second[name], err_msg=name)


def shelved_head(packed: Bytes, material: Material) -> Head:
    """The head in what was built."""
    return Head.kept(unpack(packed, material.key), "words")


def test_a_little_is_built_here(material: Material, here: list[Material]) -> None:
    little = Material(material.rows[:2])
    workshop.built(little)
    assert here == [little]


@pytest.mark.parametrize(
    "program",
    [
        "/nowhere/python",
        "/bin/false",
        "/bin/true",
    ],
)
def test_where_no_other_process_can_build_it_is_built_here(
    material: Material, here: list[Material], monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    told: list[tuple[str, str]] = []
    packed = workshop.built(material, None, lambda event, reason: told.append((event, reason)))
    assert here == [material]
    assert [event for event, _ in told] == ["builder_failed"]
    assert told[0][1]
    monkeypatch.undo()
    assert_alike(packed, workshop.built(material), material)


def test_a_builder_that_hangs_is_given_up(
    material: Material, here: list[Material], monkeypatch: pytest.MonkeyPatch
) -> None:
    popen = subprocess.Popen

    def hangs(command: list[str], **given: Any) -> Any:
        return popen([sys.executable, "-c", "import sys, time; sys.stdin.read(); time.sleep(600)"], **given)

    monkeypatch.setattr(workshop, "PATIENCE", 0.5)
    monkeypatch.setattr(subprocess, "Popen", hangs)
    workshop.built(material)
    assert here == [material]


def test_no_garbage_is_collected_while_anyone_builds() -> None:
    begun, end = threading.Event(), threading.Event()

    def build() -> None:
        with undisturbed():
            begun.set()
            end.wait(60)

    assert gc.isenabled()
    other = threading.Thread(target=build)
    other.start()
    begun.wait(60)
    with suppress(ValueError), undisturbed():
        raise ValueError("broken")
    assert not gc.isenabled(), "the other one still builds"
    end.set()
    other.join()
    assert gc.isenabled()
