"""Where people look accounts up."""

from pathlib import Path

import pytest

from monitor.registry import RegistryError, load


def test_every_network_that_okx_lists_most_of_its_coins_on_has_an_explorer() -> None:
    explorers = load(()).explorers
    assert explorers["bitcoin"] == "https://mempool.space/address/{account}"
    assert {"ethereum", "tron", "solana", "ethereum-beacon", "polkadot-asset-hub"} <= explorers.keys()
    assert "bitcoin-diamond" not in explorers


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example/{account}",
        "https://x.example/",
        "javascript:alert({account})",
        "https://{account}/x",
        "https://x.example/{account}/{x}",
    ],
)
def test_an_explorer_is_an_https_url_with_the_account_in_its_place(tmp_path: Path, url: str) -> None:
    file = tmp_path / "further.yaml"
    file.write_text(f'networks: {{grove: {{caip2: "eip155:99", family: evm, title: Grove, explorer: "{url}"}}}}\n')
    with pytest.raises(RegistryError, match=r"networks\.grove\.explorer"):
        load([file])
