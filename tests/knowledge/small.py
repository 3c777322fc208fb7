"""Small contents for tests: five topics, two services, two kinds that are none of our business; built in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np

from knowledge.building import build, build_meaning, build_words, learn_weighings
from knowledge.encoder import EncoderAway, EncoderMissing
from knowledge.heads import Matrix
from knowledge.keeping import encode_all
from knowledge.layout import ServiceWords, TopicWords, lay_out
from knowledge.load import Outside, Reply
from knowledge.matching import Index

TOPICS = (
    TopicWords(
        "land.price",
        "land",
        ("قیمت زمین", "زمین متری چنده", "زمین چند است", "قیمت هر متر زمین", "زمین گران است؟"),
        ("how much is the land", "price of a plot", "zamin metri chande"),
    ),
    TopicWords(
        "land.apply",
        "land",
        ("گرفتن زمین", "زمین می‌خواهم", "زمین از کجا بگیرم", "درخواست زمین"),
        ("how do I get land", "apply for a plot", "zamin mikham"),
    ),
    TopicWords(
        "land.tax",
        "land",
        ("مالیات شهرک", "معافیت مالیاتی زمین", "چند سال مالیات نمی‌دهم"),
        ("tax exemption of land", "do I pay tax in the park"),
    ),
    TopicWords(
        "training.apply",
        "training",
        ("ثبت‌نام دوره", "کلاس می‌خواهم", "دوره آموزشی کجاست"),
        ("I want a course", "enrol in a class"),
    ),
    TopicWords("general.greeting", "general", ("سلام", "درود"), ("salam", "hello", "good morning")),
)
SERVICES = (
    ServiceWords("clinic", ("کلینیک",), ("clinic kasb o kar",), ("فروشم نصف شده", "my sales have dropped")),
    ServiceWords(
        "cluster", ("خوشه",), ("khooshe",), ("چند کارگاه کنار همیم", "we are many workshops close together")
    ),
    ServiceWords("general", ("همه چیز",), (), ("anything at all",)),
)
KIND = Reply(fa="این کار ما نیست.", en="That is not ours.")
OUTSIDE = (
    Outside("weather", KIND, ("هوا چطور است", "فردا باران می‌آید", "دمای هوا"), ("weather tomorrow", "will it rain")),
    Outside("passport", KIND, ("تمدید گذرنامه", "گذرنامه از کجا بگیرم"), ("renew my passport", "lost passport")),
)


def small() -> Index:
    """The index of topics and services by words, weighed by what it learned of itself."""
    return build(lay_out(TOPICS, SERVICES))


def deep(encoder: Hashed) -> Index:
    """A small index that knows by meaning, and never by words alone."""
    layout = lay_out(TOPICS, SERVICES, OUTSIDE)
    words = build_words(layout)
    meaning = build_meaning(layout, encode_all(encoder, layout.written))
    weighings = learn_weighings(layout, words, meaning)
    weighings["words"] = replace(weighings["words"], alone=1.1)
    return Index(layout, words, weighings, meaning)


class Hashed:
    """A stand-in for the sentence encoder: texts with common letter groups have near vectors. `away` takes it down,
    `unfit` keeps it from opening; `asked` are the texts of each call."""

    name = "hashed/1"
    dimensions = 48

    def __init__(self) -> None:
        self.away = self.unfit = ""
        self.asked: list[list[str]] = []

    def open(self) -> str:
        """Nothing to do. Raises EncoderMissing."""
        if self.unfit:
            raise EncoderMissing(self.unfit)
        return "hashes"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """(n, dimensions), rows of length 1. Raises EncoderAway."""
        if self.away:
            raise EncoderAway(self.away)
        self.asked.append(list(texts))
        return np.stack([_vector(text, self.dimensions) for text in texts])


def _vector(text: str, dimensions: int) -> Matrix:
    row = np.zeros(dimensions, np.float32)
    framed = f" {text} "
    for start in range(len(framed) - 2):
        row[crc32(framed[start : start + 3].encode(errors="replace")) % dimensions] += 1
    result: Matrix = row / np.linalg.norm(row)
    return result
