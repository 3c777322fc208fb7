"""Teaches the encoder what belongs together in the content: learns the thin matrices of tuned.py.

Needs JAX, which the assistant itself never loads. Two cores see about 60 texts a second. Texts are told apart by
a softmax regression over their directions, as in candidates.py, and it and the matrices learn together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from knowledge.candidates import PENALTY, directions, meaning_head
from knowledge.e5.encoder import PREFIX, model_path, places_of
from knowledge.e5.file import ModelFile
from knowledge.e5.network import PRODUCTS, Network, Tree, thin_start, unit
from knowledge.e5.pieces import Pieces
from knowledge.e5.tuned import PLAIN, Tuning
from knowledge.encoder import cleaned
from knowledge.heads import Matrix, Numbers

RANK: Final = 16
TOGETHER: Final = 32
"""Texts of one step."""
RATE: Final = 5e-4
"""Of learning, at the begin; it falls to a tenth along a cosine."""
LENGTHS: Final = (10, 14, 20, 28, 40)
"""Pieces to which the texts of a step are filled up; what is longer is cut."""
WORN_SHARE: Final = 0.3
"""Share of texts that lose a word or have a slip of the finger when they are shown."""
SEED: Final = 7
FEWEST_STEPS: Final = 300
ROUNDS: Final = 2
"""How often each text is shown, where that is more than FEWEST_STEPS."""


@dataclass(frozen=True)
class Batch:
    """Texts, by their `rows`: (TOGETHER, length, width) of looked-up pieces, and which of them are there."""

    rows: Numbers
    pieces: Matrix
    there: NDArray[np.bool_]


def steps_for(texts: int) -> int:
    """How many steps so many texts are worth."""
    return max(FEWEST_STEPS, ROUNDS * texts // TOGETHER)


def tune(
    texts: Sequence[str],
    classes: Numbers,
    start: Tuning = PLAIN,
    steps: int | None = None,
    tell: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> Tuning:
    """What tells texts of one class from those of others, in so many steps, by default steps_for() them.
    `tell` hears of each step, of how many, and its loss. Half a second a step on two cores. Raises ImportError,
    OSError, UnknownFile."""
    steps = steps_for(len(texts)) if steps is None else steps
    file = ModelFile(model_path())
    reader, network = Reader(file), Network(file)
    times = -(-TOGETHER // len(texts))  # what is less than one step is shown more than once in it
    tidy, classes = [cleaned(text) for text in texts] * times, np.tile(classes, times)
    key, own = jax.random.split(jax.random.PRNGKey(SEED))
    thin = thin_of(start, file) if start.parts else thin_start(file, RANK, own)
    see = jax.jit(network.vectors)
    begin = np.zeros((len(tidy), file.shape.width), np.float32)
    for batch in reader.batches(tidy, np.arange(len(tidy))):
        begin[batch.rows] = see(network.weights, thin, batch.pieces, batch.there)[: len(batch.rows)]
    centre = begin.mean(0)
    head = meaning_head(directions(begin, centre), classes, int(classes.max()) + 1)
    bias = head.scores(np.zeros_like(centre))
    learned: Tree = {"thin": thin, "weights": jnp.asarray(head.weights), "bias": jnp.asarray(bias)}

    def loss(
        learned: Tree, weights: Tree, pieces: jax.Array, there: jax.Array, right: jax.Array, key: jax.Array
    ) -> Any:
        seen = unit(network.vectors(weights, learned["thin"], pieces, there, key) - centre)
        scores = seen @ learned["weights"] + learned["bias"]
        missed = optax.softmax_cross_entropy_with_integer_labels(scores, right).mean()
        return missed + 0.5 * PENALTY / len(tidy) * (learned["weights"] ** 2).sum()

    learning = optax.adam(optax.cosine_decay_schedule(RATE, steps, 0.1))

    @jax.jit
    def step(learned: Tree, state: Any, *shown: Any) -> tuple[Tree, Any, jax.Array]:
        missed, slope = jax.value_and_grad(loss)(learned, *shown)
        change, state = learning.update(slope, state, learned)
        return optax.apply_updates(learned, change), state, missed

    state, random, done = learning.init(learned), np.random.default_rng(SEED), 0
    while done < steps:
        shown = [worn(text, random) if random.random() < WORN_SHARE else text for text in tidy]
        for batch in reader.batches(shown, random.permutation(len(shown)), random):
            if done == steps:
                break
            if len(batch.rows) < TOGETHER:
                continue
            key, own = jax.random.split(key)
            right = jnp.asarray(classes[batch.rows])
            learned, state, missed = step(learned, state, network.weights, batch.pieces, batch.there, right, own)
            done += 1
            tell(done, steps, float(missed))
    return _tuning_of(learned["thin"], file)


class Reader:
    """From texts to what enters the network."""

    def __init__(self, file: ModelFile) -> None:
        self._file, self._pieces, self._places = file, Pieces(file), places_of(file)

    def batches(
        self, texts: Sequence[str], order: Numbers, random: np.random.Generator | None = None
    ) -> Iterator[Batch]:
        """Texts of about the same length together; with `random`, batches in any order. The last of them is filled up
        with empty rows."""
        numbers = {int(row): self._pieces.numbers(PREFIX + texts[row])[: LENGTHS[-1]] for row in order}
        rows = sorted(map(int, order), key=lambda row: len(numbers[row]))
        starts = np.arange(0, len(rows), TOGETHER)
        if random is not None:
            random.shuffle(starts)
        for at in starts:
            yield self._batch({row: numbers[row] for row in rows[at : at + TOGETHER]})

    def _batch(self, numbers: dict[int, list[int]]) -> Batch:
        width = self._file.shape.width
        longest = max(map(len, numbers.values()))
        length = next(length for length in LENGTHS if length >= longest)
        pieces = np.zeros((TOGETHER, length, width), np.float32)
        there = np.zeros((TOGETHER, length), np.bool_)
        there[len(numbers) :] = True
        for place, own in enumerate(numbers.values()):
            pieces[place, : len(own)] = self._file.rows("emb.word", width, own) + self._places[: len(own)]
            there[place, : len(own)] = True
        return Batch(np.array(list(numbers)), pieces, there)


def worn(text: str, random: np.random.Generator) -> str:
    """One word less, or two letters of a word turned or one of them lost."""
    words = text.split()
    place = int(random.integers(len(words)))
    word, kind = words[place], int(random.integers(3))
    if kind == 0 and len(words) > 2:
        return " ".join(words[:place] + words[place + 1 :])
    if len(word) < 4:
        return text
    at = int(random.integers(len(word) - 1))
    words[place] = word[:at] + (word[at + 1] + word[at] if kind == 1 else word[at + 1]) + word[at + 2 :]
    return " ".join(words)


def thin_of(tuning: Tuning, file: ModelFile) -> Tree:
    """The matrices as Network takes them."""
    ends = ("enters", "leaves")
    return {
        f"{name}.{end}": jnp.stack(
            [jnp.asarray(tuning.parts[f"l{layer}.{name}"][at], jnp.float32) for layer in range(file.shape.layers)]
        )
        for name in PRODUCTS
        for at, end in enumerate(ends)
    }


def _tuning_of(thin: Tree, file: ModelFile) -> Tuning:
    plain = {name: np.asarray(figures).astype(np.float16) for name, figures in thin.items()}
    return Tuning(
        {
            f"l{layer}.{name}": (plain[f"{name}.enters"][layer], plain[f"{name}.leaves"][layer])
            for layer in range(file.shape.layers)
            for name in PRODUCTS
        }
    )
