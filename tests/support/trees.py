"""Honest Merkle sum trees in every format, built as the exchanges describe them and without the code under test."""

import hmac
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import partial
from hashlib import sha256
from pathlib import Path
from struct import pack

from monitor.proofs import ProofFile

SAMPLES = Path(__file__).parent.parent / "data/proofs/trees"


def file(name: str, data: bytes) -> ProofFile:
    return ProofFile(name, len(data), partial(io.BytesIO, data))


def files(content: Mapping[str, bytes]) -> list[ProofFile]:
    return [file(name, data) for name, data in content.items()]


def sample(*names: str) -> dict[str, bytes]:
    return {name: (SAMPLES / name).read_bytes() for name in names}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed(amount: Decimal) -> str:
    return format(amount, ".8f")


def total(*amounts: Decimal) -> Decimal:
    with localcontext(prec=200):
        return sum(amounts, Decimal(0))


@dataclass(frozen=True)
class Node:
    hash: str
    balances: tuple[Decimal, ...]
    pad: bool = False


Hash = Callable[[Node, Node, tuple[Decimal, ...], int], str]


def levels(leaves: Sequence[Node], node: Hash) -> list[list[Node]]:
    """From the leaves to the root, odd levels padded on the right; ``node`` is given the level, leaves being 1."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        if len(below) % 2:
            below.append(Node(below[-1].hash, tuple(Decimal(0) for _ in below[-1].balances), pad=True))
        pairs = list(zip(below[::2], below[1::2], strict=True))
        sums = [tuple(map(total, left.balances, right.balances)) for left, right in pairs]
        rows.append([Node(node(*pair, own, len(rows) + 1), own) for pair, own in zip(pairs, sums, strict=True)])
    return rows


def path_of(rows: Sequence[Sequence[Node]], index: int) -> list[tuple[Node, bool]]:
    """The siblings from the leaf ``index`` up, each with whether it stands on the left."""
    found = []
    for row in rows[:-1]:
        found.append((row[index ^ 1], bool(index % 2)))
        index //= 2
    return found


def compact(coins: Sequence[str], texts: Sequence[str]) -> str:
    return json.dumps(dict(zip(coins, texts, strict=True)), separators=(",", ":"))


OKX_COINS = ("BTC", "ETH", "USDT")


def okx_node(left: Node, right: Node, sums: Sequence[Decimal], level: int) -> str:
    return digest(left.hash + right.hash + "".join(map(plain, sums)) + str(level))


def okx_v1(users: Sequence[tuple[Decimal, ...]], index: int) -> bytes:
    nonces = [digest(f"nonce {at}") for at in range(len(users))]
    leaves = [
        Node(digest(nonce + compact(OKX_COINS, [*map(plain, user)])), user)
        for nonce, user in zip(nonces, users, strict=True)
    ]
    rows = levels(leaves, okx_node)

    def step(node: Node, kind: int, level: int, **more: str) -> dict[str, object]:
        balances = dict(zip(OKX_COINS, map(plain, node.balances), strict=True))
        return {"auditId": "7", "balances": balances, "type": kind, **more, "hash": node.hash, "height": level}

    path = [
        step(node, 4 if node.pad else 1 if left else 2, level)
        for level, (node, left) in enumerate(path_of(rows, index), 1)
    ]
    own = step(leaves[index], 2 if index % 2 else 1, 1, nonce=nonces[index])
    return json.dumps({"path": [*path, step(rows[-1][0], 3, len(rows))], "self": own}).encode()


def bybit(coins: Sequence[str], users: Sequence[tuple[Decimal, ...]], index: int) -> bytes:
    owners = [digest(f"user {at}") for at in range(len(users))]
    leaves = [Node(digest(owner + "".join(map(fixed, user))), user) for owner, user in zip(owners, users, strict=True)]
    rows = levels(
        leaves,
        lambda left, right, sums, level: digest(left.hash + right.hash + "".join(map(fixed, sums)) + str(level)),
    )

    def step(node: Node, kind: int, level: int) -> dict[str, object]:
        balance = dict(zip(coins, map(fixed, node.balances), strict=True))
        return {"type": kind, "hash": node.hash, "height": level, "balance": balance}

    path = [step(node, 1 if left else 2, level) for level, (node, left) in enumerate(path_of(rows, index), 1)]
    own = {**step(leaves[index], 2 if index % 2 else 1, 1), "auditId": "9", "userHash": owners[index]}
    return json.dumps({"self": own, "path": [*path, step(rows[-1][0], 3, len(rows))]}).encode()


def comma(
    coins: Sequence[str], users: Sequence[tuple[Decimal, ...]], index: int, *, bitget: bool, debts: bool = False
) -> bytes:
    """Bitget's and Bitunix's, which differ in names, spelling and length of hashes."""
    digits, spell = (16, plain) if bitget else (64, fixed)
    key, side, height = ("merkelLeaf", "role", "level") if bitget else ("merkleLeaf", "type", "height")
    depth = max(1, (len(users) - 1).bit_length()) + 1
    owners = [(digest(f"uid {at}"), digest(f"nonce {at}")) for at in range(len(users))]

    def cut(text: str) -> str:
        return digest(text)[:digits]

    leaves = [
        Node(cut(f"{uid},{nonce},{compact(coins, [*map(spell, user)])}"), user)
        for (uid, nonce), user in zip(owners, users, strict=True)
    ]
    rows = levels(
        leaves,
        lambda left, right, sums, level: cut(
            f"{left.hash}{right.hash},{compact(coins, [*map(spell, sums)])},{depth - level + 1}"
        ),
    )

    def step(node: Node, kind: int, level: int, **more: object) -> dict[str, object]:
        balances = dict(zip(coins, map(spell, node.balances), strict=True))
        return {"balances": balances, height: depth - level + 1, key: node.hash, side: kind, **more}

    path = [
        step(node, 0 if node.pad and bitget else 1 if left else 2, level)
        for level, (node, left) in enumerate(path_of(rows, index), 1)
    ]
    uid, nonce = owners[index]
    own = step(leaves[index], 2 if index % 2 else 1, 1, encryptUid=uid, nonce=nonce)
    if not bitget:
        own["precisions"] = dict.fromkeys(coins, 8)
    return json.dumps({"path": [*path, step(rows[-1][0], 3, len(rows))], "self": own}).encode()


def _sparse(balances: Mapping[str, Decimal]) -> dict[str, str]:
    return {coin: plain(balances[coin]) for coin in sorted(balances)}


def _united(left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> dict[str, Decimal]:
    nothing = Decimal(0)
    return {coin: total(left.get(coin, nothing), right.get(coin, nothing)) for coin in {**left, **right}}


def coinex(users: Sequence[Mapping[str, Decimal]], index: int, *, repeated: bool = False) -> bytes:
    """``repeated``: what CoinEx's verifier hashes for a sibling that does not exist, unlike its example."""

    def hashed(*parts: str, balances: Mapping[str, Decimal]) -> str:
        return digest("".join(parts) + json.dumps(_sparse(balances), separators=(",", ":")))

    nonces = [digest(f"nonce {at}") for at in range(len(users))]
    row = [(hashed(nonce, balances=user), user) for nonce, user in zip(nonces, users, strict=True)]
    path: list[dict[str, object]] = []
    at = index
    while len(row) > 1:
        beside = row[at ^ 1] if at ^ 1 < len(row) else None
        where = "left" if at % 2 else "right"
        path.append({"balances": _sparse(beside[1]), "hash": beside[0], "pos": where} if beside else {})
        above = []
        for left, right in zip(row[::2], [*row[1::2], None], strict=False):
            if right is None:
                above.append((hashed(left[0], left[0] if repeated else "", balances=left[1]), left[1]))
            else:
                both = _united(left[1], right[1])
                above.append((hashed(left[0], right[0], balances=both), both))
        row, at = above, at // 2
    root = {"balances": _sparse(row[0][1]), "hash": row[0][0]}
    own = {"balances": _sparse(users[index]), "nonce": nonces[index]}
    return json.dumps({"root": root, "self": own, "path": path}).encode()


MEXC_COINS = ("BTC", "ETH", "USDT", "USDC")


def mexc(users: Sequence[Mapping[str, Decimal]], index: int) -> bytes:
    def hashed(*parts: str, balances: Mapping[str, Decimal]) -> str:
        pairs = ",".join(f"{coin}:{amount}" for coin, amount in _sparse(balances).items())
        return digest(",".join([*parts, pairs]))[:32]

    def whole(balances: Mapping[str, Decimal]) -> dict[str, str]:
        return {coin: plain(balances.get(coin, Decimal(0))) for coin in MEXC_COINS}

    row = [(hashed("PR-1", str(at), balances=user), user) for at, user in enumerate(users)]
    own_hash = row[index][0]
    path: list[dict[str, object]] = []
    at = index
    while len(row) > 1:
        beside = row[at ^ 1] if at ^ 1 < len(row) else ("", {})
        if path or beside[0]:
            kind = 1 if at % 2 else 2
            path.append({"level": len(path), "type": kind, "hash": beside[0], "balances": whole(beside[1])})
        else:
            path.append({})
        above = []
        for left, right in zip(row[::2], [*row[1::2], None], strict=False):
            if right is None:
                above.append((hashed(left[0], "", balances=left[1]), left[1]))
            else:
                both = _united({**dict.fromkeys(MEXC_COINS, Decimal(0)), **left[1]}, right[1])
                above.append((hashed(left[0], right[0], balances=both), both))
        row, at = above, at // 2
    path.append({"level": len(path), "type": 3, "hash": row[0][0], "balances": whole(row[0][1])})
    own = {
        "level": 0,
        "type": 2 if index % 2 else 1,
        "hash": own_hash,
        "balances": {coin: plain(users[index][coin]) for coin in MEXC_COINS if coin in users[index]},
        "proofId": "PR-1",
        "accountId": str(index),
    }
    return json.dumps({"pathList": [step for step in path if step], "self": own}).encode()


def okx_v2(users: Sequence[Sequence[tuple[Decimal, ...]]], newline: str = "\n") -> dict[str, bytes]:
    """The tree and one file for each user, who is given as the shares that their leaves hold."""
    content: dict[str, bytes] = {}
    leaves: list[Node] = []
    for at, shares in enumerate(users):
        nonce = digest(f"nonce {at}")
        sums = tuple(map(plain, map(total, *shares)) if len(shares) > 1 else map(plain, shares[0]))
        own = digest(nonce + compact(OKX_COINS, sums))
        mine = [Node(digest(own + "".join(map(plain, share))), share) for share in shares]
        leaves += mine
        nodes = [{"balances": dict(zip(OKX_COINS, map(plain, n.balances), strict=True)), "hash": n.hash} for n in mine]
        user = {"hash": own, "nodes": nodes, "nonce": nonce, "totalBalances": dict(zip(OKX_COINS, sums, strict=True))}
        content[f"user_{at}.json"] = json.dumps(user).encode()
    return {"tree.txt": okx_v2_tree(leaves, newline), **content}


def okx_v2_tree(leaves: Sequence[Node], newline: str = "\n") -> bytes:
    rows = levels(leaves, okx_node)
    lines = [
        f"{node.hash},{level},{compact(OKX_COINS, [*map(plain, node.balances)])}{newline}"
        for level, row in reversed(list(enumerate(rows, 1)))
        for node in reversed(row)
    ]
    return "".join(lines).encode()


ACCOUNT_NONCE = digest("account nonce")


def bitmex(amounts: Sequence[int], height: int = 700_000, owners: Sequence[int] = ()) -> bytes:
    """``amounts`` in satoshis, a power of two of them; ``owners`` are their accounts."""
    row = []
    for at, amount in enumerate(amounts):
        account = owners[at] if owners else at
        key = sha256(bytes.fromhex(ACCOUNT_NONCE) + pack("<QQ", height, account)).digest()
        row.append((hmac.digest(key, pack("<QQ", amount, at), "sha256"), amount))
    rows = [row]
    while len(row) > 1:
        row = [
            (sha256(left + pack("<Q", a) + right + pack("<Q", b)).digest(), a + b)
            for (left, a), (right, b) in zip(row[::2], row[1::2], strict=True)
        ]
        rows.append(row)
    lines = [f"{hashed.hex()},{amount}" for level in reversed(rows) for hashed, amount in level]
    return "\n".join([f"block_height:{height}", *lines]).encode()


def network_firm(rows: Sequence[Sequence[str]], assets: Sequence[str]) -> dict[str, bytes]:
    """Ids and balances, by the rule of the tool's present version."""
    leaves = [bytes.fromhex(digest(digest(uid) + digest("".join(own)))[:16]) for uid, *own in rows]
    level, depth = leaves, 1
    while len(level) > 1:
        pairs = zip(level[::2], [*level[1::2], None], strict=False)
        level, depth = [sha256(a + b).digest() if b is not None else a for a, b in pairs], depth + 1
    sums = [total(*(Decimal(row[at]) for row in rows)) for at in range(1, len(assets) + 1)]
    lines = [f"{depth},{at}\t{leaf.hex()}" for at, leaf in enumerate(leaves)]
    return {
        "input.csv": "\n".join([",".join(["#ID", *assets]), *(",".join(row) for row in rows), ""]).encode(),
        "output_merkle_tree.txt": "\r\n".join(["Level\tHash", *lines, ""]).encode(),
        "output_merkle_root.txt": level[0].hex().encode(),
        "output_total_balances.txt": "\r\n".join(
            f"{asset}:{plain(amount)}" for asset, amount in zip(assets, sums, strict=True)
        ).encode(),
    }
