"""Who imports whom: the contracts of .importlinter hold and bite, and what a package's name cannot tell."""

from __future__ import annotations

import ast
import configparser
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house import source

# The ingress and the addresses that operators watch.
SERVES_HTTP = ("bot/webhook.py", "bot/process.py")
CONTRACTS = source.ROOT / ".importlinter"
# One forbidden import for each contract.
PLANTED = {
    "layers": ("desk/planted.py", "import knowledge.engine"),
    "messenger": ("eservices/planted.py", "import telegram"),
    "http": ("handlers/planted.py", "import aiohttp"),
    "sql": ("handlers/planted_sql.py", "import sqlalchemy"),
    "sandbox-alone": ("sandbox/planted.py", "import locales"),
    "sandbox-unused": ("bot/planted.py", "import sandbox"),
    "settings": ("knowledge/planted.py", "import config"),
}


def _options() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(CONTRACTS, encoding="utf-8")
    return parser


def _roots() -> list[str]:
    return _options()["importlinter"]["root_packages"].split()


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept() -> None:
    done = _lint(source.ROOT)
    assert done.returncode == 0, done.stdout


def test_each_contract_bites(tmp_path: Path) -> None:
    sections = [(name, part) for name, part in _options().items() if ":contract:" in name]
    names = {name.rpartition(":")[2]: part["name"] for name, part in sections}
    assert set(names) == set(PLANTED)
    for package in _roots():
        for file in source.files(package):
            copy = tmp_path / file.relative_to(source.ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    shutil.copy(CONTRACTS, tmp_path)
    for where, line in PLANTED.values():
        (tmp_path / where).write_text(line, encoding="utf-8")
    done = _lint(tmp_path)
    assert done.returncode == 1, done.stderr
    said = " ".join(done.stdout.split())
    assert not [name for name in names.values() if f"{name} KEPT" in said]
    assert f"0 kept, {len(PLANTED)} broken" in said


def test_every_package_is_under_contract() -> None:
    packages = {file.parent.name for file in source.ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "bench"} <= set(_roots())


def test_only_the_ingress_the_console_and_the_stand_in_serve_http() -> None:
    for file in source.files(*source.PRODUCT, "bench"):
        for name, node in source.imports(file):
            if name.startswith("aiohttp.web"):
                where = source.place(file)
                assert where in SERVES_HTTP or where.startswith("console/"), source.place(file, node)


def test_only_the_settings_read_the_environment() -> None:
    for file in source.files(*source.PRODUCT, "sandbox"):
        for node in ast.walk(source.tree(file)):
            reads = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
            assert not reads, source.place(file, node)
        for name, node in source.imports(file):
            assert name not in ("os.environ", "os.getenv"), source.place(file, node)


def test_settings_are_loaded_by_commands_only() -> None:
    """The class may be named where it is passed on; it is filled once, where a process begins."""
    for file in source.files(*source.PRODUCT):
        begins = file.name == "__main__.py" or '__name__ == "__main__"' in file.read_text(encoding="utf-8")
        for name, node in source.calls(file):
            assert name != "load_settings" or begins, source.place(file, node)
