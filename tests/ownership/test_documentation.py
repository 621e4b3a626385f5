"""docs/ownership.md cannot go stale."""

from dataclasses import fields

import pytest

from monitor.ownership.families import FAMILIES, load_family
from monitor.registry import load
from tools import ownership_docs


def test_the_page_is_what_code_and_registry_say() -> None:
    assert ownership_docs.TARGET.read_text(encoding="utf-8") == ownership_docs.page(), "run `make docs`"


def test_the_page_has_one_row_for_every_network_of_the_registry() -> None:
    rows = [line for line in ownership_docs.page().splitlines() if line.startswith("| `")]
    for network in load().networks.values():
        assert sum(line.startswith(f"| `{network.name}` ({network.title}) |") for line in rows) == 1


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_describes_itself_in_whole_sentences(name: str) -> None:
    family = load_family(name)
    assert family
    description = family.description
    for field in fields(description):
        text = getattr(description, field.name)
        assert text.strip() == text, field.name
        assert text.endswith("."), field.name
        assert "\n" not in text, field.name
