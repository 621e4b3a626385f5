"""The Merkle sum paths that are known, each as data for the one engine in ``sum_path``.

Sources: the exchanges' own verifiers (okx/proof-of-reserves, bybit-exchange/merkle-proof,
BitgetLimited/proof-of-reserves, BitunixOfficial/proof-of-reserves, mexcmerkle/mexc-proof-of-reserves,
coinexcom/proof-of-reserves) and their examples, all of which recompute.
"""

import re

from monitor.proofs.path_format import CoinOrder, Levels, Missing, Number, PathFormat, Side, Texts
from monitor.proofs.scheme import RUN_TOGETHER, SHORT_HASHES


def _joined(balances: Texts) -> str:
    return "".join(balances.values())


def _json(balances: Texts) -> str:
    return "{" + ",".join(f'"{asset}":{_json_text(amount)}' for asset, amount in balances.items()) + "}"


def _json_text(amount: str) -> str:
    return amount if isinstance(amount, Number) else f'"{amount}"'


def _pairs(balances: Texts) -> str:
    return ",".join(f"{asset}:{amount}" for asset, amount in balances.items())


def _joined_node(left: str, right: str, balances: Texts, level: int) -> str:
    return f"{left}{right}{_joined(balances)}{level}"


def _comma_leaf(fields: Texts, balances: Texts) -> str:
    return f"{fields['encryptUid']},{fields['nonce']},{_json(balances)}"


def _comma_node(left: str, right: str, balances: Texts, level: int) -> str:
    return f"{left}{right},{_json(balances)},{level}"


OKX_V1 = PathFormat(
    name="okx-merkle-v1",
    title="OKX Merkle sum tree, version 1: a customer's path",
    marks=(r'"auditId"', r'"balances"\s*:', r'"type"', r'"hash"'),
    leaf=lambda fields, balances: f"{fields['nonce']}{_json(balances)}",
    node=_joined_node,
    leaf_fields=("nonce",),
    report_key="auditId",
    unhashed=("auditId",),
    pads_marked=True,
    orders=(CoinOrder("1", ("BTC", "ETH", "USDT")),),
    most_places=8,
    limit=RUN_TOGETHER,
)

_BYBIT_20 = "AGLA APT ATOM AVAX BIT BTC BUSD DAI DOGE DOT DYDX EOS ETH FTM LTC MATIC SOL USDC USDT XRP"
_BYBIT_MNT_20 = _BYBIT_20.replace("BIT", "MNT")
_BYBIT_32 = f"{_BYBIT_MNT_20} SHIB OP SAND LDO LINK COMP UNI MANA CRV BLUR SUSHI PEPE"
_BYBIT_40_V1 = f"{_BYBIT_32.replace(' BUSD', '')} WLD BEAM AGI FET IMX RNDR GALA APEX SHRAP"
_BYBIT_40_V2 = f"{_BYBIT_40_V1.replace(' DAI', '').replace('RNDR', 'RENDER')} USDE"
_BYBIT_40_V3 = _BYBIT_40_V2.replace("MATIC", "POL")
_BYBIT_40_V4 = _BYBIT_40_V3.replace("FTM", "S")
_BYBIT_40_V5 = _BYBIT_40_V4.replace("EOS", "A")
_BYBIT_50 = f"{_BYBIT_40_V5} GRAM XAUT HYPE STABLE ENA ARB ASTER ONDO AAVE USD1"

BYBIT = PathFormat(
    name="bybit-merkle",
    title="Bybit Merkle sum tree: a customer's path",
    marks=(r'"balance"\s*:', r'"hash"', r'"type"'),
    leaf=lambda fields, balances: f"{fields['userHash']}{_joined(balances)}",
    node=_joined_node,
    leaf_fields=("userHash",),
    leaf_form=re.compile(r"[0-9a-f]{64}"),  # the first amount's digits follow at once
    balances_key="balance",
    user_key="userHash",
    report_key="auditId",
    optional=frozenset({"nonce"}),
    unhashed=("auditId", "nonce"),
    orders=(
        CoinOrder("4 coins", ("BTC", "ETH", "USDT", "USDC"), {"USDT": 4, "USDC": 4}),
        CoinOrder("20 coins", tuple(_BYBIT_20.split())),
        CoinOrder("20 coins with MNT", tuple(_BYBIT_MNT_20.split())),
        CoinOrder("32 coins", tuple(_BYBIT_32.split())),
        CoinOrder("40 coins, v1", tuple(_BYBIT_40_V1.split())),
        CoinOrder("40 coins, v2", tuple(_BYBIT_40_V2.split())),
        CoinOrder("40 coins, v3", tuple(_BYBIT_40_V3.split())),
        CoinOrder("40 coins, v4", tuple(_BYBIT_40_V4.split())),
        CoinOrder("40 coins, v5", tuple(_BYBIT_40_V5.split())),
        CoinOrder("50 coins", tuple(_BYBIT_50.split())),
    ),
    places=8,
    most_places=8,
)

BITGET = PathFormat(
    name="bitget-merkle",
    title="Bitget Merkle sum tree: a customer's path",
    marks=(r'"merkelLeaf"',),
    leaf=_comma_leaf,
    node=_comma_node,
    leaf_fields=("encryptUid", "nonce"),
    hash_key="merkelLeaf",
    side_key="role",
    level_key="level",
    user_key="encryptUid",
    report_key="auditId",
    unhashed=("auditId",),
    sides={0: Side.PAD, 1: Side.LEFT, 2: Side.RIGHT, 3: Side.ROOT},
    root_side=False,
    levels=Levels.DOWN,
    most_places=8,
    numbers=True,  # November 2022 to 2023
    hex_digits=16,
    limit=SHORT_HASHES,
    negatives=True,
)

BITUNIX = PathFormat(
    name="bitunix-merkle",
    title="Bitunix Merkle sum tree: a customer's path",
    marks=(r'"merkleLeaf"',),
    leaf=_comma_leaf,
    node=_comma_node,
    leaf_fields=("encryptUid", "nonce"),
    hash_key="merkleLeaf",
    user_key="encryptUid",
    levels=Levels.DOWN,
    precisions_key="precisions",
)

MEXC = PathFormat(
    name="mexc-merkle",
    title="MEXC Merkle sum tree: a customer's path",
    marks=(r'"pathList"',),
    leaf=lambda fields, balances: f"{fields['proofId']},{fields['accountId']},{_pairs(balances)}",
    node=lambda left, right, balances, _: f"{left},{right},{_pairs(balances)}",
    leaf_fields=("proofId", "accountId"),
    leaf_form=re.compile(r"(?![0-9a-f]{32}$)[^,]+"),  # two hashes would make a leaf of any node
    level_key="level",
    path_key="pathList",
    user_key="accountId",
    leaf_level=0,
    sparse_leaf=True,
    hashed_sorted=True,
    hex_digits=32,
    limit="hashes are cut to 128 bits: two trees with one root take about 2^64 tries, which money can buy",
    missing=(Missing.NOTHING,),
)

COINEX = PathFormat(
    name="coinex-merkle",
    title="CoinEx Merkle sum tree: a customer's path",
    marks=(r'"root"\s*:\s*\{', r'"self"\s*:\s*\{', r'"balances"'),
    leaf=lambda fields, balances: f"{fields['nonce']}{_json(balances)}",
    node=lambda left, right, balances, _: f"{left}{right}{_json(balances)}",
    leaf_fields=("nonce",),
    side_key="pos",
    level_key="",
    root_key="root",
    sides={"left": Side.LEFT, "right": Side.RIGHT},
    root_side=False,
    levels=Levels.NONE,
    most_places=8,
    sparse_leaf=True,
    sparse_siblings=True,
    hashed_sorted=True,
    # The published example hashes nothing there; the published verifier repeats the hash, and refuses the example.
    missing=(Missing.NOTHING, Missing.REPEATED),
    limit="a customer's leaf looks like a node that has no neighbour, and levels are not numbered: one balance can be"
    " shown to two customers",
)

FORMATS = (OKX_V1, BYBIT, BITGET, BITUNIX, MEXC, COINEX)
