"""The exchanges' own examples, and every byte of them altered."""

from decimal import Decimal

import pytest

from monitor.model import ProofStatus
from monitor.proofs import Expected, verify
from tests.support import trees

PATHS = {
    "merkle-v1-proof.json": ("okx-merkle-v1", "ac6b39d2a0aa8112bd1aadff5e7d4b5c2b91cd54d595262ba4367f5d2db4160d"),
    "bybit-mock_user_merkle_tree_path_40.json": (
        "bybit-merkle",
        "8837e3a902aa996279fdc3d70e38e46cd18232dfb614c515a25ba34778eb1765",
    ),
    "bybit-mock_user_merkle_tree_path_40_v5.json": (
        "bybit-merkle",
        "c91d5de0554f97244e4d9f8056fad70fa0cb2cdb23c290ec597a042645dcbc03",
    ),
    "bybit-mock_user_merkle_tree_path_40_v2.json": (  # its inner nodes have an empty nonce
        "bybit-merkle",
        "8a9e4bb937aac2d92559791fa711ffa6a38c4861564b87ad8f1f42f5d0ac6c93",
    ),
    "bitget-merkel_tree_bg.json": ("bitget-merkle", "8eac815c495e6a67"),
    "bitget-numbers-merkel_tree_bg.json": ("bitget-merkle", "a8bf4b46f0c874a4"),
    "bitunix-merkle_tree_bitunix.json": (
        "bitunix-merkle",
        "7d409a80ebbbf4cef17f3f9c5f56f6e26040f1ca285395897cf695b21391679d",
    ),
    "mexc-merkle_proof.json": ("mexc-merkle", "35d01ffef2beec3ff0166c03f3d9b0cc"),
    "coinex-merkle_proof_file.json": (
        "coinex-merkle",
        "b272a9a8142f3942dc640936d267ce785ae9d29aaf904c1ec1f0990242047569",
    ),
    "bitmex-liabilities-100-proof.csv": (
        "bitmex-merkle",
        "ceb08dfd693430ece544df853a989684056c0800088d61bfcc38c0d16cc1e1c7",
    ),
    "river-test.csv": ("bitmex-merkle", "60f88b597c9fa10bd1d8e2fc6ba59b2f9a47913735d31a07e95c7d465e28d8b2"),
    "merkle-v2-tree.txt": ("okx-merkle-v2", "9e98ebde32ef22ded88a5fb2d5e53d76ed57cb9c6b2c966f250721defe6ab041"),
}
TOTALS = {
    "merkle-v1-proof.json": {"BTC": "95088.55505656", "ETH": "939953.49090361", "USDT": "3137909428.88369702"},
    "merkle-v2-tree.txt": {"BTC": "0.00005", "ETH": "0.1", "USDT": "1.42045977"},
    "bitget-merkel_tree_bg.json": {
        "BTC": "9935.73595927",
        "ETH": "128842.12373304",
        "USDT": "1661685866.08882744",
        "USDC": "122140146.79859507",
    },
    "bitget-numbers-merkel_tree_bg.json": {"BTC": "11.5001998", "ETH": "5300", "USDT": "13255.22196312"},
    "mexc-merkle_proof.json": {"BTC": "4386831.37", "ETH": "5001729.74", "USDT": "5099023.18", "USDC": "0"},
    "bitmex-liabilities-100-proof.csv": {"BTC": "40.00004"},
    "river-test.csv": {"BTC": "10006.43641021"},
}
NETWORK_FIRM = (
    "networkfirm-input.csv",
    "networkfirm-output_merkle_root.txt",
    "networkfirm-output_merkle_tree.txt",
    "networkfirm-output_total_balances.txt",
)
USER_AND_TREE = ("merkle-v2-user.json", "merkle-v2-tree.txt")


@pytest.mark.parametrize("name", PATHS)
def test_an_example_is_proven_up_to_its_root(name: str) -> None:
    scheme, root = PATHS[name]
    found = verify(trees.files(trees.sample(name)), Expected(root=f"0x{root.upper()}"))
    assert (found.scheme, found.status, found.root) == (scheme, ProofStatus.PROVEN, root)
    assert "the root is the published one" in found.proven
    assert found.totals == {asset: Decimal(amount) for asset, amount in TOTALS.get(name, found.totals).items()}


def test_a_customer_of_okx_v2_is_found_in_the_tree() -> None:
    found = verify(trees.files(trees.sample(*USER_AND_TREE)))
    assert found.status is ProofStatus.PROVEN
    assert "the balances of merkle-v2-user.json (BTC 0.00005) are 2 leaves of this tree" in found.proven


def test_a_customers_file_alone_proves_nothing_about_what_is_owed() -> None:
    found = verify(trees.files(trees.sample("merkle-v2-user.json")))
    assert (found.status, found.totals, found.root) == (ProofStatus.BOUND, {}, "")
    assert any("tree" in sentence for sentence in found.not_proven)


def test_the_network_firms_example_has_leaves_that_cover_no_balances() -> None:
    found = verify(trees.files(trees.sample(*NETWORK_FIRM)))
    assert found.status is ProofStatus.BOUND
    assert found.totals == {
        "balance1": Decimal("3.0000003"),
        "balance2": Decimal("300.0000003"),
        "balance3": Decimal("3.0000003"),
        "balance4": Decimal(30000),
    }
    assert any("no hash covers the list's balances" in sentence for sentence in found.not_proven)


def test_what_bitget_subtracts_and_cuts_is_said() -> None:
    found = verify(trees.files(trees.sample("bitget-merkel_tree_bg.json")))
    assert any("debts of customers are subtracted" in sentence for sentence in found.not_proven)
    assert any("64 bits" in sentence for sentence in found.not_proven)


def altered(data: bytes, at: int) -> bytes:
    """One byte replaced by another that could stand there."""
    old = data[at]
    if ord("0") <= old <= ord("9"):
        new = ord("0") + (old - ord("0") + 1) % 10
    elif ord("a") <= old <= ord("f"):
        new = ord("a") + (old - ord("a") + 1) % 6
    else:
        new = old ^ 1
    return data[:at] + bytes([new]) + data[at + 1 :]


UNHASHED = {
    "bybit-mock_user_merkle_tree_path_40.json": (b'"nonce": "',),
    "bybit-mock_user_merkle_tree_path_40_v2.json": (b'"nonce": "', b'"auditId": "'),
    "bybit-mock_user_merkle_tree_path_40_v5.json": (b'"nonce": "', b'"auditId": "'),
    "bitmex-liabilities-100-proof.csv": (b"block_height:",),
    "river-test.csv": (b"block_height:",),
    "networkfirm-input.csv": (b"#",),
}
"""What stands before values that their formats put into no hash, which the results say."""


def covered(name: str, data: bytes) -> list[int]:
    """The places of a file that mean something and that a hash or a sum covers."""
    open_: set[int] = set()
    for mark in UNHASHED.get(name, ()):
        start = data.find(mark)
        while start >= 0:
            end = start + len(mark)
            while data[end] not in b'",\r\n':
                end += 1
            open_.update(range(start + len(mark), end))
            start = data.find(mark, end)
    return [at for at in range(len(data)) if at not in open_ and not chr(data[at]).isspace()]


@pytest.mark.parametrize(
    "names",
    [*[(name,) for name in PATHS], USER_AND_TREE, *[tuple(sorted(NETWORK_FIRM, key=n.__ne__)) for n in NETWORK_FIRM]],
    ids=lambda names: names[0],
)
def test_no_byte_of_an_example_can_be_altered(names: tuple[str, ...]) -> None:
    content = trees.sample(*names)
    name, data = names[0], content[names[0]]
    scheme = verify(trees.files(content)).scheme  # naming it saves detecting it for each byte
    places = covered(name, data)
    # Bybit's files are long for their forty assets: each seventh byte still meets every amount and every hash.
    for at in places[:: 7 if name.startswith("bybit") else 1]:
        found = verify(trees.files({**content, name: altered(data, at)}), scheme=scheme)
        assert found.status in {ProofStatus.INVALID, ProofStatus.UNREADABLE}, data[max(0, at - 30) : at + 10]
        assert found.reason
        assert not found.totals
