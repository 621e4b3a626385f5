import subprocess
import sys

from monitor.ownership.families import FAMILIES
from monitor.ownership.families.evm import forms
from monitor.registry import load

NETWORKS = load().networks


def test_the_families_that_are_judged_are_those_of_the_registry() -> None:
    assert set(FAMILIES) == {network.family for network in NETWORKS.values()}


def test_every_coin_of_bitcoins_kin_has_its_header_and_no_other_network_has_one() -> None:
    for network in NETWORKS.values():
        assert bool(network.parameters and network.parameters.message_headers) == (network.family == "bitcoin")


def test_the_network_with_a_form_of_its_own_is_in_the_registry() -> None:
    assert [form.name for form in forms(NETWORKS["okc"])] == ["OKX header", "OKX digest", "EIP-191"]
    assert [form.name for form in forms(NETWORKS["ethereum"])] == ["OKX digest", "EIP-191"]


CALL = """
import sys
from monitor.ownership import judge
from tests.support.ownership import ETHEREUM, claim
print(judge(claim(ETHEREUM, "0x" + "11" * 20, "0x"), ETHEREUM).status)
print(*(name for name in sys.modules if name.startswith("monitor.ownership.families.")))
"""


def test_only_the_families_that_a_list_needs_are_imported() -> None:
    shown = subprocess.run([sys.executable, "-c", CALL], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["unsupported", "monitor.ownership.families.evm"]
