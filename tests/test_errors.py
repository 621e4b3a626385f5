"""docs/architecture.md draws every way to fail, and each is one name of one thing."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILT_IN = {"Exception", "ValueError", "RuntimeError"}


def raised() -> list[str]:
    """The exceptions that are declared in the monitor, but for the devnet's and those of one file."""
    bases: dict[str, set[str]] = {}
    names: list[str] = []
    for path in (ROOT / "monitor").rglob("*.py"):
        if "devnet" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    bases.setdefault(node.name, set()).update(ast.unparse(base) for base in node.bases)
                    names.append(node.name)
    errors = set(BUILT_IN)
    while more := {name for name, of in bases.items() if of & errors} - errors:
        errors |= more
    return [name for name in names if name in errors and not name.startswith("_")]


def test_every_way_to_fail_is_drawn() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = page.partition("## Every way to fail")[2].partition("\n## ")[0]
    assert not [name for name in raised() if name not in drawn]


def test_no_two_ways_to_fail_have_one_name() -> None:
    assert not [name for name, times in Counter(raised()).items() if times > 1]
