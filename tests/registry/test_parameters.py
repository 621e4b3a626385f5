"""Coins of Bitcoin's family in registry files: what tells them apart, and what is refused."""

from pathlib import Path

import pytest

from monitor.model import BlockHash, Checkpoint, Height, KeyHash
from monitor.registry import RegistryError, load

OWN = """
networks:
  groschen:
    caip2: "{caip2}"
    family: {family}
    title: Groschen
    native: {{asset: GRO, decimals: 6}}
    parameters:
      addresses: {{p2pkh: "26", p2sh: "4b", bech32: gro}}
      message_headers: ["Groschen Signed Message:\\n"]
      {more}
"""
GENESIS = "3c2d8f85fab4d17aac558cc648a1a586"
DOGECOIN = "1a91e3dace36e2be3bf030a65679fe82"
BITCOIN = "000000000019d6689c085ae165831e93"


def written(path: Path, more: str = "", caip2: str = f"bip122:{GENESIS}", family: str = "bitcoin") -> Path:
    file = path / "coins.yaml"
    file.write_text(OWN.format(more=more, caip2=caip2, family=family))
    return file


def test_what_an_entry_leaves_out_is_as_on_bitcoin(tmp_path: Path) -> None:
    parameters = load([written(tmp_path)]).networks["groschen"].parameters
    assert parameters
    assert (parameters.genesis, parameters.decimals, parameters.checkpoint) == (GENESIS, 6, None)
    assert (parameters.key_hash, parameters.block_hash) == (KeyHash.SHA256, BlockHash.SHA256D)
    assert (parameters.bip322, parameters.cash_tokens, parameters.unserved, parameters.kin) == (False, False, {}, ())


def test_other_coins_stay_as_they_were_where_one_is_added(tmp_path: Path) -> None:
    networks = load([written(tmp_path)]).networks
    assert {name: networks[name] for name in load().networks} == load().networks
    assert networks["litecoin"].parameters
    assert networks["litecoin"].parameters.known.bech32["gro"] == ("groschen",)


def test_coins_of_one_genesis_know_each_other_the_latest_first(tmp_path: Path) -> None:
    own = f'checkpoint: {{height: 700000, hash: "{"ab" * 32}"}}\n      genesis: "{BITCOIN}"'
    networks = load([written(tmp_path, own, "gro:mainnet")]).networks
    bitcoin = networks["bitcoin"].parameters
    assert bitcoin
    heights = [checkpoint.height for _, checkpoint in bitcoin.kin]
    assert heights == sorted(heights, reverse=True)
    assert ("gro:mainnet", Checkpoint(Height(700_000), "ab" * 32)) in bitcoin.kin
    assert networks["bitcoin"].caip2 not in dict(bitcoin.kin)


@pytest.mark.parametrize(
    ("more", "caip2", "family", "fault"),
    [
        ("", "gro:mainnet", "bitcoin", r"networks\.groschen: its CAIP-2 id names no block: say its `genesis`"),
        ("", f"bip122:{GENESIS}", "evm", r"networks\.groschen: only coins of the family `bitcoin`"),
        ("bip322: perhaps", f"bip122:{GENESIS}", "bitcoin", r"networks\.groschen\.parameters\.bip322: "),
        ("magic: d9b4bef9", f"bip122:{GENESIS}", "bitcoin", r"parameters\.magic: unknown key; see docs/registry\.md"),
        ("checkpoint: {height: 0, hash: ab}", f"bip122:{GENESIS}", "bitcoin", r"checkpoint\.height: .*\n?"),
    ],
)
def test_an_entry_that_does_not_tell_a_coin_is_refused_by_its_place(
    tmp_path: Path, more: str, caip2: str, family: str, fault: str
) -> None:
    file = written(tmp_path, more, caip2, family)
    with pytest.raises(RegistryError, match=rf"coins\.yaml: .*{fault}"):
        load([file])


@pytest.mark.parametrize("checkpoint", ["", f'\n      checkpoint: {{height: 7, hash: "{"ab" * 32}"}}'])
def test_a_fork_that_nothing_tells_from_its_kin_is_refused(tmp_path: Path, checkpoint: str) -> None:
    plain = f'genesis: "{GENESIS}"{checkpoint}'
    text = written(tmp_path, plain, "gro:mainnet").read_text()
    twin = text.replace("groschen", "heller").replace("gro:mainnet", "hel:mainnet").replace("GRO", "HEL")
    twin = twin.replace("Groschen", "Heller").replace("networks:\n", "")
    (tmp_path / "coins.yaml").write_text(text + twin)
    with pytest.raises(
        RegistryError, match=r"networks\.heller: it shares its genesis with groschen, and .* give it a `checkpoint`"
    ):
        load([tmp_path / "coins.yaml"])


def test_every_coin_of_one_genesis_has_a_checkpoint_but_one_at_most() -> None:
    plain = [
        network for network in load().networks.values() if network.parameters and not network.parameters.checkpoint
    ]
    genesis = [network.parameters.genesis[:32] for network in plain if network.parameters]
    assert len(genesis) == len(set(genesis))


def test_the_coin_of_the_documentation_is_a_coin(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")
    example = page.partition("## Coins of Bitcoin's family")[2].partition("```yaml\n")[2].partition("```")[0]
    file = tmp_path / "coins.yaml"
    file.write_text(example)
    network = load([file]).networks["groschen"]
    assert network.parameters
    assert (network.parameters.message_headers, network.parameters.genesis) == (
        ("Groschen Signed Message:\n",),
        "3c2d8f85fab4d17aac558cc648a1a586",
    )
