"""Reading content files and saying in one sentence where one is broken: file, line, topic, reason.

What a correct entry is stands in entries.py; a correct source in sources.py.
"""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Place = Sequence[str | int]
"""The way to a value inside a file: list positions and keys, outermost first."""


class ContentError(Exception):
    """A broken content file, or a folder without content (then `line` is 0). `str()` is one plain sentence for the
    operator."""

    def __init__(self, file: Path, line: int, topic: str | None, reason: str) -> None:
        self.file, self.line, self.topic, self.reason = file, line, topic, reason
        about = f", topic {topic}" if topic else ""
        where = f", line {line}" if line else ""
        super().__init__(f"{file}{where}{about}: {reason.rstrip('.')}.")


class _Loader(yaml.CSafeLoader):
    """The fast safe loader, which also refuses a key written twice (YAML would silently keep the last)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for position, (key, _) in enumerate(node.value):
            if key.value in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, f'key "{key.value}" is written twice', key.start_mark
                )
        return super().construct_mapping(node, deep)


def read_yaml(file: Path) -> Any:
    """The plain data of a YAML file. Raises ContentError when it cannot be read or is not YAML."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise ContentError(file, mark.line + 1 if mark else 1, None, f"not valid YAML: {fault.problem}") from fault
    except yaml.YAMLError as fault:
        raise ContentError(file, 1, None, f"not valid YAML: {' '.join(str(fault).split())}") from fault
    except UnicodeDecodeError as fault:
        raise ContentError(file, 1, None, "not UTF-8 text") from fault
    except OSError as fault:
        raise ContentError(file, 1, None, f"cannot be read: {fault.strerror}") from fault


def line_of(file: Path, place: Place) -> int:
    """The line (from 1) of a value, or of the nearest thing around it that exists. Slow: only for faults."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    for step in place:
        inner = _inner(node, step)
        if inner is None:
            break
        node = inner
    return node.start_mark.line + 1 if node else 1


def _inner(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None


def read_models(file: Path, model: type[Model], named: str) -> list[Model]:
    """The mappings of a YAML list, each as a model; `named` is what a fault calls one ("entry", "source")."""
    rows = read_yaml(file)
    if not isinstance(rows, list):
        raise ContentError(file, 1, None, f"not a list of {named} mappings")
    models: list[Model] = []
    for position, row in enumerate(rows):
        topic = row.get("id") if isinstance(row, dict) else None
        try:
            models.append(model.model_validate(row))
        except ValidationError as fault:
            raise _content_error(file, position, topic, fault) from fault
    return models


_WHERE: Final = " > "


def _content_error(file: Path, position: int, topic: object, fault: ValidationError) -> ContentError:
    first = fault.errors(include_url=False)[0]
    reason = first["msg"].removeprefix("Value error, ")
    where = _WHERE.join(str(step + 1 if isinstance(step, int) else step) for step in first["loc"])
    line = line_of(file, (position, *first["loc"]))
    return ContentError(file, line, str(topic) if topic else None, f"{where}: {reason}" if where else reason)
