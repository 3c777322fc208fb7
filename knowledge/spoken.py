"""Spoken Persian in written forms, word by word: میخوام -> میخواهم, زمینو -> زمین را, کارگاهمون -> کارگاهمان.

By tables and stems of words.yaml, so that a right word is not bent: what is not known there stays as it is. Letters
and spaces are unified before, in normalise.py. A word with two readings has one here: sentences are not looked at.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Final

from knowledge.words import NOUNS, PAST_STEMS, PREDICATES, PRESENT_STEMS, SPOKEN_TO_WRITTEN, STAYS

LONGEST_WORD: Final = 24
"""Letters. What is longer is no word and stays as it is."""

_PERSONS: Final = {"م": "م", "ی": "ی", "ه": "د", "یم": "یم", "ین": "ید", "ید": "ید", "ن": "ند"}
"""Spoken endings of the present tense with the written ones."""
_AFTER_A: Final = {"م": "م", "ی": "ی", "د": "د", "یم": "یم", "ین": "ید", "ید": "ید", "ن": "ند"}
"""The same for stems in ا: میخواد."""
_WITH_IMPERFECT_ONLY: Final = frozenset({"ا", "شین"})
"""Stems that have another form after ب and ن."""
_PAST_PERSONS: Final = {"": "", "م": "م", "ی": "ی", "یم": "یم", "ین": "ید", "ید": "ید", "ه": "ه", "ن": "ن"}
"""ن stays: with no prefix it is mostly the infinitive, گرفتن."""


def _present() -> Iterator[tuple[str, str]]:
    for prefix, (spoken, stem) in product(("می", "نمی", "ب", "ن"), PRESENT_STEMS.items()):
        if spoken in _WITH_IMPERFECT_ONLY and len(prefix) == 1:
            continue
        if spoken == "یا" and len(prefix) > 1:
            continue
        for ending, written_ending in (_AFTER_A if spoken.endswith("ا") else _PERSONS).items():
            yield prefix + spoken + ending, prefix + stem + written_ending


def _past() -> Iterator[tuple[str, str]]:
    for prefix, (spoken, stem) in product(("", "ن", "می", "نمی"), PAST_STEMS.items()):
        for ending, written_ending in _PAST_PERSONS.items():
            imperfect = len(prefix) > 1 and ending == "ن"
            yield prefix + spoken + ending, prefix + stem + ("ند" if imperfect else written_ending)


_VERBS: Final = (*_present(), *_past())


def _table() -> dict[str, str]:
    """All forms that are looked up, without those that are right written words too: a second pass changes nothing."""
    right = {form for _, form in _VERBS} | STAYS | NOUNS | PREDICATES
    return {spoken: form for spoken, form in _VERBS if spoken not in right} | SPOKEN_TO_WRITTEN


_TABLE: Final = _table()
FORMS: Final = frozenset(word for pair in (*_VERBS, *_TABLE.items()) for word in pair) | NOUNS | PREDICATES | STAYS
"""All words and forms known here, spoken and written: a vocabulary for those who spell."""

_OWNERS: Final = {"مون": "مان", "تون": "تان", "شون": "شان"}
_WHOSE: Final = tuple(_OWNERS.values())
_OBJECTS: Final = {"مو": "م را", "تو": "ت را", "شو": "ش را", "مونو": "مان را", "تونو": "تان را", "شونو": "شان را"}


_OWN_LETTER: Final = {"م": "م", "ت": "ت", "ش": "ش"}


def _noun_endings() -> dict[str, str]:
    """Spoken endings of a noun with the written ones; a space in front where a word of its own follows."""
    endings = {"و": " را", "ه": " است", "ا": "ها", "ای": "های", "ارو": "ها را", "هارو": "ها را"} | _OWNERS | _OBJECTS
    for ending, form in (_OWNERS | _OBJECTS | _OWN_LETTER).items():
        endings["ا" + ending] = endings["ها" + ending] = "های" + form
    del endings["ات"]  # محصولات is a written plural
    return endings


def _silent_h_endings() -> dict[str, str]:
    """Endings before which people leave out the ه that a noun ends in: کارخونم, پروندمو, دفترچس."""
    theirs = {ending: " " + form for ending, form in _OWNERS.items()}
    theirs |= {ending + "و": f" {form} را" for ending, form in _OWNERS.items()}
    mine = {"م": " ام", "ش": " اش", "مو": " ام را", "تو": " ات را", "شو": " اش را"}
    return theirs | mine | {"س": " است", "ست": " است"}


def _longest_first(endings: dict[str, str]) -> dict[str, str]:
    return dict(sorted(endings.items(), key=lambda pair: -len(pair[0])))


_NOUN_ENDINGS: Final = _longest_first(_noun_endings())
_SILENT_H_ENDINGS: Final = _longest_first(_silent_h_endings())
_WRITTEN_ENDINGS: Final = ("ها", "های", "هایی", "هایم", "هایت", "هایش", "مان", "تان", "شان", "م", "ت", "ش", "ی")
_SHORTEST_NOUN: Final = 3


def written(normalised: str) -> str:
    """The normalised text with its spoken words in written form; Latin words, digits and unknown words stay.

    Idempotent, linear in the length, never raising.
    """
    return " ".join(map(_written_word, normalised.split()))


@lru_cache(maxsize=8192)
def _written_word(word: str) -> str:
    if word.isascii() or len(word) > LONGEST_WORD or word in STAYS or word in NOUNS:
        return word
    return _TABLE.get(word) or _written_noun(word) or _written_predicate(word) or word


def _written_noun(word: str) -> str | None:
    """A known noun with an ending; None when it is none."""
    for ending in _WRITTEN_ENDINGS:
        noun = _noun(word.removesuffix(ending)) if word.endswith(ending) else None
        if noun:
            return noun + ending
    for ending, form in _NOUN_ENDINGS.items():
        noun = _noun(word.removesuffix(ending)) if word.endswith(ending) else None
        if noun:
            return noun + (" " + form if form.startswith(_WHOSE) and _ends_silent(noun) else form)
    for ending, form in _SILENT_H_ENDINGS.items():
        noun = _noun(word.removesuffix(ending) + "ه") if word.endswith(ending) else None
        if noun and _ends_silent(noun):
            return noun + form
    return None


def _noun(spoken: str) -> str | None:
    noun = _TABLE.get(spoken, spoken)
    return noun if noun in NOUNS and len(spoken) >= _SHORTEST_NOUN else None


def _ends_silent(noun: str) -> bool:
    """Whether its last letter is a ه that is not heard, as in خانه and not as in راه."""
    return noun.endswith("ه") and not noun.endswith(("اه", "وه"))


def _written_predicate(word: str) -> str | None:
    """An adjective with what is left of است or هستند: گرونه, فعالن, امادست, بالاس."""
    last = word[-1]
    if last in "هن":
        said = _predicate(word[:-1])
        return said + (" است" if last == "ه" else " هستند") if said and said[-1] not in "ها" else None
    start = word.removesuffix("ت").removesuffix("س")
    said = _predicate(start) if start.endswith("ا") else _predicate(start + "ه")
    return f"{said} است" if said and word.endswith(("س", "ست")) else None


def _predicate(spoken: str) -> str | None:
    said = _TABLE.get(spoken, spoken)
    return said if said in PREDICATES and len(spoken) >= _SHORTEST_NOUN else None
