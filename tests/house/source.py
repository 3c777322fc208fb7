"""The project's own source as the house's tests read it: files, syntax trees, calls. It imports nothing of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("bot", "handlers", "desk", "eservices", "knowledge", "db", "console", "locales")
BESIDE = ("sandbox", "bench", "tests")


def files(*packages: str) -> list[Path]:
    """All modules of the packages that are there; migrations are made by a tool and left out."""
    found = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    return [file for file in found if "versions" not in file.parts]


def everything() -> list[Path]:
    """Every module of the project."""
    return [ROOT / "config.py", *files(*PRODUCT, *BESIDE)]


def place(file: Path, node: ast.AST | None = None) -> str:
    """handlers/ask.py:42, for messages of a failing test."""
    line = getattr(node, "lineno", None)
    return f"{file.relative_to(ROOT)}:{line}" if line else str(file.relative_to(ROOT))


@cache
def tree(file: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(file: Path) -> Iterator[tuple[str, ast.AST]]:
    """Full names of what a module imports, `from a import b` as a.b, wherever the import stands."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(file, node)} imports relatively"
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def strings(file: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every string constant, those inside f-strings left out."""
    inside = {id(part) for node in ast.walk(tree(file)) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value, node


def f_strings(file: Path) -> Iterator[tuple[list[str | ast.expr], ast.AST]]:
    """Every f-string as its parts in order: constant text, or the expression between braces."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.JoinedStr):
            yield [_part(part) for part in node.values], node


def _part(part: ast.expr) -> str | ast.expr:
    if isinstance(part, ast.FormattedValue):
        return part.value
    assert isinstance(part, ast.Constant)
    return str(part.value)


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the name that is called."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node
