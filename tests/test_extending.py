"""docs/extending.md says the true steps: whatever there is of a kind stands in each place that the page names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from monitor.chains.protocols import PROTOCOLS
from monitor.cli.commands import COMMANDS
from monitor.metrics.families import FAMILIES as METRICS
from monitor.model import AlertName
from monitor.ownership.families import FAMILIES
from monitor.proofs import SCHEMES
from monitor.published import liabilities, wallets
from monitor.registry import addresses, load
from monitor.web.app import PAGES

ROOT = Path(__file__).parent.parent
STEP = re.compile(r"^\| `(?P<where>[^`]+)` \| `(?P<words>[^`]+)` \|", re.MULTILINE)
Names = Mapping[str, str]


def layouts(room: ModuleType) -> Iterator[Names]:
    for module in vars(room).values():
        if isinstance(module, ModuleType):
            for layout in vars(module).values():
                if layout in room.LAYOUTS:
                    yield {"name": layout.name, "module": module.__name__.rpartition(".")[2]}


def protocols() -> Iterator[Names]:
    for name, protocol in PROTOCOLS.items():
        module, _, node = protocol.node.partition(":")
        yield {"name": name, "path": module.replace(".", "/"), "class": node}


def address_families() -> Iterator[Names]:
    for name, decode in addresses._FAMILIES.items():
        yield {"name": name, "module": decode.__module__.rpartition(".")[2]}


KINDS: Mapping[str, list[Names]] = {
    "A network": [{"name": name} for name in load().networks],
    "An address family": list(address_families()),
    "A signature family": [{"name": name, "module": module} for name, module in FAMILIES.items()],
    "A node protocol": list(protocols()),
    "A layout of wallet lists": list(layouts(wallets)),
    "A layout of liabilities": list(layouts(liabilities)),
    "A scheme of proofs": [{"name": name} for name in SCHEMES],
    "An alert": [{"name": name.value, "member": name.name} for name in AlertName],
    "A page": [{"module": page.__name__.rpartition(".")[2]} for page in PAGES],
    "A metric": [{"name": family.name} for family in METRICS],
    "A command": [{"name": name} for name in COMMANDS],
}


def sections() -> Iterator[tuple[str, str]]:
    for section in (ROOT / "docs/extending.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        yield title, text


STEPS = [(title, step["where"], step["words"]) for title, text in sections() for step in STEP.finditer(text)]


def test_every_kind_is_walked() -> None:
    assert {title for title, *_ in STEPS} == set(KINDS)
    assert all(KINDS.values())


@pytest.mark.parametrize(("kind", "where", "words"), STEPS)
def test_whatever_there_is_stands_where_the_page_says(kind: str, where: str, words: str) -> None:
    missing = [names for names in KINDS[kind] if not stands(where.format(**names), words.format(**names))]
    assert not missing


def stands(where: str, words: str) -> bool:
    files = [each for found in ROOT.glob(where) for each in ([found] if found.is_file() else found.rglob("*.py"))]
    return any(words in each.read_text(encoding="utf-8") for each in files)
