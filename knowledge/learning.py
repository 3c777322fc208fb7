"""Learns from the content itself how to weigh evidence and when to trust it, by cross-validation over phrasings.

Each phrasing is asked of heads that were made without it; messages that are none of our business are asked of heads
that know nothing of their kind. What is learned is a handful of numbers (combining.Weighing); nothing is kept here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.candidates import Corpus, Meaning, Words, directions, meaning_head, words_head
from knowledge.combining import Weighing, fit_choice, fit_logistic, signs_of
from knowledge.deciding import best_bounds
from knowledge.heads import Matrix, Numbers

FOLDS: Final = 4
SEED: Final = 7
MOST_ASKED: Final = 3600
"""Phrasings that are asked. The numbers learned are few; more make them no better."""
MOST_CELLS: Final = 1_000_000
"""Phrasings times candidates: bounds the memory when there are thousands of topics."""
OUTSIDE_SHARE: Final = 0.25
"""Share of messages that no topic answers, for which trust and bounds are fitted."""
MASKED_SHARE: Final = 0.05
"""Share of phrasings whose own topic is taken away: near, but not ours."""
FEWEST_OF_SCRIPT: Final = 150
"""Phrasings in one script from which it gets weights of its own, drawn towards the common ones by OWN_STRENGTH."""
OWN_STRENGTH: Final = 10.0
PRIOR: Final = (1.0, 0.2, 0.0, 2.0, 0.4, 0.0)
PRIOR_STRENGTH: Final = 100.0
"""Weights of (scaled) evidence that hold for any content, towards which those of this content are drawn: phrasings of
one topic are often near copies of each other, so that held-out ones make the nearest text look better than it is."""
ALONE_WRONG: Final = 0.06
"""How often words alone may be wrong where the sentence vector is not asked for. Of messages that people type instead
of held-out phrasings a tenth of that is wrong, and a third of the messages needs no vector (measured)."""
ALONE_LOSS: Final = 0.001
"""What that may cost: the share of all messages that meaning would have found."""
FEWEST_OUTSIDE: Final = 50
UNTAUGHT: Final = (1.0, 0.0, 0.0, 0.0, 0.2, 0.0, 0.5, 0.0, 0.0)
"""What SIGNS count for trust where no example says what is none of our business: the score, the (scaled) nearest
text, the known words."""


@dataclass(frozen=True)
class Lesson:
    """What is learned from: candidates 0..topics-1 are topics, up to `ours` services, the rest none of our business;
    `scripts` and `lengths` (words) are those of the corpus's texts."""

    corpus: Corpus
    topics: int
    ours: int
    scripts: Sequence[str]
    lengths: Sequence[int]


@dataclass
class _Asked:
    """Phrasings with the evidence of heads that do not know them."""

    texts: Numbers
    words: Matrix
    known: NDArray[np.float64]
    meaning: Matrix | None = None


def learn(
    lesson: Lesson, words: Words, meaning: Meaning | None, pause: Callable[[], None] = lambda: None
) -> dict[str, Weighing]:
    """Weighings for "words" and, with sentence vectors, "meaning". `pause` is called often, to let others in."""
    random = np.random.default_rng(SEED)
    asked = _ask_held_out(lesson, words, meaning, random, pause)
    by_words, judged = _weighing(lesson, asked, asked.words)
    if asked.meaning is None:
        return {"words": by_words}
    by_both, better = _weighing(lesson, asked, np.concatenate([asked.words, asked.meaning], axis=2))
    return {"words": replace(by_words, alone=_alone(by_words, judged, better)), "meaning": by_both}


def _alone(weighing: Weighing, judged: "_Judged", better: "_Judged") -> float:
    """The least chance above which words are wrong as seldom as ALONE_WRONG and lose no more than ALONE_LOSS against
    what is `better`, the same messages with meaning."""
    chance = weighing.chance(judged.signs)
    order = np.argsort(-chance)
    weight = judged.weight[order]
    wrong = (judged.place[order] != 0).astype(float)
    lost = np.maximum.accumulate(np.cumsum(weight * (wrong - (better.place[order] != 0)))) / weight.sum()
    good = np.flatnonzero((np.cumsum(weight * wrong) / np.cumsum(weight) <= ALONE_WRONG) & (lost <= ALONE_LOSS))
    return round(float(chance[order][good[-1]]), 4) if len(good) else 1.1


def _ask_held_out(
    lesson: Lesson, words: Words, meaning: Meaning | None, random: np.random.Generator, pause: Callable[[], None]
) -> _Asked:
    corpus = lesson.corpus
    owners = corpus.owners
    folds = random.integers(0, FOLDS, len(owners))
    folds = np.where(owners >= lesson.ours, owners % FOLDS, folds)
    most = int(min(MOST_ASKED, max(200, MOST_CELLS // corpus.topics)))
    chosen = _sample(lesson, most, random)
    rows = words.lexicon.project_all(words.lexicon.cells(corpus.texts), words.dimensions)
    asked = _Asked(
        chosen,
        np.zeros((len(chosen), corpus.topics, 3), np.float32),
        np.zeros(len(chosen)),
        np.zeros((len(chosen), corpus.topics, 3), np.float32) if meaning else None,
    )
    for fold in range(FOLDS):
        here = np.flatnonzero(folds[chosen] == fold)
        hidden = np.flatnonzero(folds == fold)
        kept = folds != fold
        head = words_head(rows[kept], owners[kept], corpus.topics)
        for place in here:
            pause()
            ids, weights, known = words.lexicon.look_up(corpus.texts[chosen[place]], as_new=True)
            asked.words[place] = words.weigh(ids, weights, head, hidden)
            asked.known[place] = known
        if meaning is not None and asked.meaning is not None and len(here):
            other = meaning_head(directions(meaning.vectors[kept], meaning.centre), owners[kept], corpus.topics)
            asked.meaning[here] = meaning.weigh(meaning.vectors[chosen[here]], other, hidden)
    return asked


def _sample(lesson: Lesson, most: int, random: np.random.Generator) -> Numbers:
    """Texts to ask: of topics, and a third as many that are none of our business."""
    owners = lesson.corpus.owners
    inside, outside = np.flatnonzero(owners < lesson.topics), np.flatnonzero(owners >= lesson.ours)
    inside = random.permutation(inside)[:most]
    outside = random.permutation(outside)[: most // 3]
    return np.sort(np.concatenate([inside, outside]))


@dataclass
class _Judged:
    """Signs of messages, where the right topic came (9: nowhere), which kind (0 asked for a topic, 1 outside, 2 with
    its topic taken away), and what each counts."""

    signs: NDArray[np.float64]
    place: Numbers
    kind: Numbers
    weight: NDArray[np.float64]


def _weighing(lesson: Lesson, asked: _Asked, evidence: Matrix) -> tuple[Weighing, _Judged]:
    owners = lesson.corpus.owners[asked.texts]
    inside = owners < lesson.topics
    columns = evidence.shape[2]
    scale = np.maximum(evidence[inside].std((0, 1)), 1e-6)
    scaled = (evidence / scale).astype(np.float32)
    common = fit_choice(scaled[inside], owners[inside], np.array(PRIOR[:columns]), PRIOR_STRENGTH)
    weights = {}
    scripts = np.array([lesson.scripts[text] for text in asked.texts])
    for script in ("fa", "fi", "en"):
        of_script = inside & (scripts == script)
        own = common
        if of_script.sum() >= FEWEST_OF_SCRIPT:
            own = fit_choice(scaled[of_script], owners[of_script], common, OWN_STRENGTH)
        weights[script] = tuple(round(float(weight), 4) for weight in own)
    draft = Weighing(tuple(scale.tolist()), weights, (), (), (), 0.5, 0.1)
    judged = _judge(draft, lesson, asked, evidence, scripts)
    trusted = _with_trust(draft, judged)
    sure, likely = best_bounds(trusted.chance(judged.signs), judged.place, judged.kind == 0, judged.weight)
    return replace(trusted, sure=sure, likely=likely), judged


def _judge(draft: Weighing, lesson: Lesson, asked: _Asked, evidence: Matrix, scripts: NDArray[np.str_]) -> _Judged:
    """What the weighed evidence gets right and wrong."""
    signs, place, kind = [], [], []
    for at, text in enumerate(asked.texts):
        scores = draft.scores(evidence[at], scripts[at])
        owner = int(lesson.corpus.owners[text])
        inside = owner < lesson.topics
        seen = float(asked.known[at]), lesson.lengths[text]
        signs.append(signs_of(scores, evidence[at], lesson.topics, lesson.ours, *seen))
        order = np.argsort(-scores[: lesson.topics])[:3].tolist()
        place.append(order.index(owner) if owner in order else 9)
        kind.append(0 if inside else 1)
        if inside and at % 3 == 0:
            masked = scores.copy()
            masked[owner] = scores.min()
            signs.append(signs_of(masked, evidence[at], lesson.topics, lesson.ours, *seen))
            place.append(9)
            kind.append(2)
    kinds = np.array(kind)
    outside = OUTSIDE_SHARE if (kinds == 1).any() else 0.0
    masked_share = MASKED_SHARE if outside else OUTSIDE_SHARE
    weight = np.zeros(len(kinds))
    for one, share in enumerate((1 - outside - masked_share, outside, masked_share)):
        weight[kinds == one] = share * len(kinds) / max(1, int((kinds == one).sum()))
    return _Judged(np.array(signs), np.array(place), kinds, weight)


def _with_trust(draft: Weighing, judged: _Judged) -> Weighing:
    """The weighing with its trust: fitted freely when there are examples of what is none of our business; else only
    how steep and where the slope of UNTAUGHT is, for what is near would say nothing of what is far."""
    right = (judged.place == 0).astype(float)
    if (judged.kind == 1).sum() >= FEWEST_OUTSIDE:
        centre, spread = judged.signs.mean(0), np.maximum(judged.signs.std(0), 1e-6)
        trust = fit_logistic((judged.signs - centre) / spread, right, judged.weight)
    else:
        slope = np.array(UNTAUGHT) / np.array([1, 1, 1, 1, *draft.scale[1:2], 1, 1, 1, 1])
        fitted = fit_logistic((judged.signs @ slope)[:, None], right, judged.weight)
        trust = np.array([fitted[0], *(fitted[1] * slope)])
        centre, spread = np.zeros(len(slope)), np.ones(len(slope))
    return replace(
        draft,
        trust=tuple(np.round(trust, 4).tolist()),
        centre=tuple(np.round(centre, 4).tolist()),
        spread=tuple(np.round(spread, 4).tolist()),
    )
