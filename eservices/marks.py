"""YAML with line numbers: reading one mapping strictly, and finding the line of a key that is wrong.

It knows nothing of services; `catalogue` says what a file must hold.
"""

from collections.abc import Sequence
from typing import Any

import yaml

Path = Sequence[str | int]


class Unreadable(Exception):
    """The text is not YAML, repeats a key, or is not a mapping; `line` counts from 1."""

    def __init__(self, line: int, path: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.path = path
        self.reason = reason


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where there is one: seven times as fast, and every start reads all services."""


class _StrictLoader(_Loader):  # type: ignore[misc]
    """The safe loader, but a key written twice is a fault: YAML itself would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen and key.value != "<<":
                    raise Unreadable(key.start_mark.line + 1, (key.value,), "the key is written twice")
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def read_mapping(text: str) -> dict[str, Any]:
    """The one mapping that a YAML text holds. Raises Unreadable."""
    try:
        data = yaml.load(text, _StrictLoader)  # noqa: S506 (a subclass of the safe loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(line, (), f"not valid YAML ({fault.problem or fault.context})") from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:  # control characters, an impossible date, a cycle
        raise Unreadable(1, (), f"not valid YAML ({type(fault).__name__})") from fault
    if not isinstance(data, dict):
        raise Unreadable(1, (), "the file must hold one mapping")
    return data


def line_of(text: str, path: Path) -> int:
    """The line, from 1, of the key at `path`, or of the nearest mapping above it that is written in the text."""
    node = yaml.compose(text, yaml.SafeLoader)
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def written(path: Path) -> str:
    """A path as people read it: `form.fields[3].ask`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
