"""Recognising a typed label: exactly, by its number, by some of its words, or by a clearly close spelling.

It works on any set of names; options of a field and provinces both come through here.
"""

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from eservices.clean import comparable

_CLOSE = 82.0  # similarity from 0 to 100 from which a misspelling is believed
_LEAD = 8.0  # how far the next best name must be behind
_SHORTEST = 4  # below this many letters one wrong letter can be another word
_NEGATIONS = ("ن", "نا", "نمی", "بی", "na", "un", "non", "in")
_LONGEST = 120  # no label is longer; longer input is not compared at all


def match(typed: str, names: Mapping[str, Iterable[str]], *, numbered: bool = True) -> tuple[str, ...]:
    """The ids whose names fit what was typed: one when it is clear, several when it is not, none when nothing fits.

    `names` maps an id to all its names. With `numbered`, "2" means the second id unless a name reads "2".
    """
    asked = comparable(typed)
    if not asked or len(asked) > _LONGEST:
        return ()
    known = {key: [comparable(name) for name in texts] for key, texts in names.items()}
    exact = tuple(key for key, texts in known.items() if asked in texts)
    if exact:
        return exact
    if asked.isdecimal():
        place = int(asked) if len(asked) <= 3 else 0
        return (list(known)[place - 1],) if numbered and 1 <= place <= len(known) else ()
    return _by_words(asked, known) or _by_spelling(asked, known)


def _by_words(asked: str, known: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Ids with a name that holds all the typed words, such as "نقدینگی" for "پول و نقدینگی"."""
    words = set(asked.split())
    if max(map(len, words)) < 3:  # only "و", "to" and the like
        return ()
    return tuple(key for key, texts in known.items() if any(words <= set(text.split()) for text in texts))


def _by_spelling(asked: str, known: Mapping[str, list[str]]) -> tuple[str, ...]:
    scores = {key: max((_likeness(asked, text) for text in texts), default=0.0) for key, texts in known.items()}
    best = max(scores.values(), default=0.0)
    if best < _CLOSE:
        return ()
    return tuple(key for key, score in scores.items() if score > best - _LEAD)


def _likeness(asked: str, text: str) -> float:
    """How alike two spellings are, from 0 to 100; 0 if one may be another word or says the opposite."""
    if min(len(asked), len(text)) < _SHORTEST or _opposite(asked, text) or _opposite(text, asked):
        return 0.0
    return fuzz.ratio(asked, text)


def _opposite(one: str, other: str) -> bool:
    """Whether a word of `one` is a word of `other` with a negation in front: "ندارم" is one letter from "دارم"."""
    words = set(one.split())
    return any(prefix + word in words for word in other.split() for prefix in _NEGATIONS)
