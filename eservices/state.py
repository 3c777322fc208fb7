"""Where a person is in a form: the immutable `State`, and its way to JSON and back.

What may happen to it is in `forms`. Reading never raises: a state edited by hand becomes what can be saved of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eservices.given import Value

KNOWN = "known"
REVIEW = "review"


@dataclass(frozen=True, slots=True)
class State:
    """One open form.

    `at` is the id of the asked field, "known" (profile values are offered) or "review". `answers` and `known` map
    field ids to values; `known` are profile values that fit this form, and `using_known` tells that the person took
    them all. `skipped` are optional fields left out on purpose, `drafts` choices and files not yet confirmed.
    `changing` is set while one answer is changed from the review. `revision` counts the steps, so that a button
    of an earlier step can be told from one of this step.
    """

    at: str = ""
    answers: Mapping[str, Value] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    drafts: Mapping[str, list[Any]] = field(default_factory=dict)
    known: Mapping[str, Value] = field(default_factory=dict)
    using_known: bool = False
    changing: bool = False
    revision: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `State.from_json` gives an equal state back."""
        return {
            "at": self.at, "answers": dict(self.answers), "skipped": list(self.skipped), "drafts": dict(self.drafts),
            "known": dict(self.known), "using_known": self.using_known, "changing": self.changing,
            "revision": self.revision,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: object) -> "State":
        """The state that was kept, without the parts that are not of the right shape; never raises."""
        kept = data if isinstance(data, dict) else {}
        at, skipped, revision = kept.get("at"), kept.get("skipped"), kept.get("revision")
        drafts = _mapping(kept.get("drafts"))
        return cls(
            at=at if isinstance(at, str) else "",
            answers=_mapping(kept.get("answers")),
            skipped=tuple(part for part in skipped if isinstance(part, str)) if isinstance(skipped, list) else (),
            drafts={key: value for key, value in drafts.items() if isinstance(value, list)},
            known=_mapping(kept.get("known")),
            using_known=kept.get("using_known") is True,
            changing=kept.get("changing") is True,
            revision=revision if isinstance(revision, int) and not isinstance(revision, bool) else 0,
        )


def _mapping(data: object) -> dict[str, Any]:
    return {key: value for key, value in data.items() if isinstance(key, str)} if isinstance(data, dict) else {}
