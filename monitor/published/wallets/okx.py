"""OKX's wallet list with 9, 11 or 12 columns (docs/layouts.md), and excerpts of it without the evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from monitor.model import Address, Claim, ClaimKind, Token
from monitor.published import cells
from monitor.published.cells import Padded, name_of, shown
from monitor.published.shapes import Block, Shape
from monitor.published.wallets.drafts import drafted
from monitor.published.wallets.layouts import Figures, TableLayout, filled, filled_pairs
from monitor.published.wallets.parts import Part
from monitor.published.wallets.places import REMEMBERED, Places, no_account
from monitor.published.wallets.summary import Summary, sums, totals
from monitor.registry.addresses import AddressError

_EVIDENCE = frozenset({"message", "signature1", "signature2", "key", "owner1", "owner2"})

SHAPE = Shape(
    fields=(
        *("coin", "kind", "network", "height", "address", "amount"),
        *("message", "signature1", "signature2", "key", "owner1", "owner2"),
    ),
    names={
        "coin": "coin",
        "type": "kind",
        "network": "network",
        "networknormalised": "network",
        "snapshotheight": "height",
        "address": "address",
        "amount": "amount",
        "amountclaimed": "amount",
        "balance": "amount",
        "message": "message",
        "signature1": "signature1",
        "signature2": "signature2",
        "redeemscript": "key",
        "redeemscript/publickey": "key",
        "publickey": "key",
        "eoa1": "owner1",
        "eoa2": "owner2",
    },
    required=frozenset({"coin", "network", "height", "address", "amount"}),
    evidence=_EVIDENCE,
    trailing=frozenset({"owner1", "owner2"}),
    repeated=frozenset({"coin", "kind", "network", "height"}),
    exact=frozenset({"message"}),
)

_KINDS = {
    "nonstaking": ClaimKind.ACCOUNT,
    "nativeethstaking": ClaimKind.STAKING,
    "eigenlayerstaking": ClaimKind.RESTAKING,
}


@dataclass(frozen=True, slots=True)
class _Common:
    """What a row says beside its address, amount and evidence: the same in thousands of rows."""

    coin: str
    network: str | None
    token: Token | None
    fault: str
    kind: ClaimKind
    height: int | None
    message: str
    padded: bool
    account: Callable[[str], Address | None]
    """Of an address; None, or an AddressError, where that or anything of the above needs a closer look."""


class _Reader:
    """Reads rows column by column, and an unusual one again by itself, which tells what is wrong with it."""

    def __init__(self, part: Part, places: Places) -> None:
        self._part = part
        self._places = places
        self._figures = Figures(part)
        # Of the places alone: a cache that knew this reader would keep it, and with it all claims, for the collector.
        self._common = lru_cache(REMEMBERED)(partial(_common_of, places))

    def __call__(self, block: Block) -> list[Claim]:
        coins, kinds, labels, heights, addresses, texts, messages, first, second, keys, owner1, owner2 = block.columns
        common = [*map(self._common, zip(coins, kinds, labels, heights, messages, strict=True))]
        accounts = _accounts(common, addresses)
        amounts, unreadable = cells.amounts(texts)
        signatures, owners = filled_pairs(first, second), filled_pairs(owner1, owner2)
        rows = zip(block.lines, common, addresses, accounts, amounts, signatures, keys, owners, strict=True)
        file = self._part.file
        claims = [
            drafted(
                file,
                line,
                each.coin,
                each.network,
                each.token,
                address,
                account,
                each.fault,
                each.kind,
                amount,
                each.height,
                each.message,
                signed,
                key,
                owned,
                each.padded,
            )
            for line, each, address, account, amount, signed, key, owned in rows
        ]
        unusual = {*block.misfits, *unreadable, *(row for row, account in enumerate(accounts) if account is None)}
        for row in sorted(unusual):
            claims[row] = self._read(*block.row(row))
        return claims

    def _read(self, line: int, values: Sequence[str], misfit: str) -> Claim:
        """One row, whatever it is like."""
        coin, text, label, height, address, amount, message, signature1, signature2, key, owner1, owner2 = values
        part, places = self._part, self._places
        if misfit:
            return Claim(part.file, line, coin, None, None, address, None, part.report(line, misfit))
        kind = _kind(text)
        claimed, at, fault = self._figures.of(line, address, amount, height)
        placement = places.place(coin, label, kind or ClaimKind.ACCOUNT, at)
        account, undecoded = places.account(placement.network, address, kind or ClaimKind.ACCOUNT)
        token = placement.token
        if kind is None:
            token, fault = None, fault or f"the type {shown(text)} is not known: it may be no plain account"
        return Claim(
            part.file,
            line,
            coin,
            placement.network.name if placement.network else None,
            token,
            address,
            account,
            fault or placement.fault or undecoded,
            kind or ClaimKind.ACCOUNT,
            claimed,
            at,
            str(message),
            filled(signature1, signature2),
            key,
            filled(owner1, owner2),
            isinstance(message, Padded),
        )


def _common_of(places: Places, fields: tuple[str, str, str, str, str]) -> _Common:
    coin, text, label, height, message = fields
    kind = _kind(text)
    try:
        at, is_height = cells.height(height), True
    except ValueError:
        at, is_height = None, False
    placement = places.place(coin, label, kind or ClaimKind.ACCOUNT, at)
    network = placement.network
    account = places.accounts(network, kind) if kind and is_height else no_account
    name, padded = network.name if network else None, isinstance(message, Padded)
    return _Common(
        coin, name, placement.token, placement.fault, kind or ClaimKind.ACCOUNT, at, str(message), padded, account
    )


def _accounts(common: Sequence[_Common], addresses: Sequence[str]) -> list[Address | None]:
    found: list[Address | None] = []
    for each, address in zip(common, addresses, strict=True):
        try:
            found.append(each.account(address))
        except AddressError:
            found.append(None)
    return found


def _kind(text: str) -> ClaimKind | None:
    """What the column ``Type`` says; None where that is not known."""
    return _KINDS.get(name_of(text)) if text else ClaimKind.ACCOUNT


def _compare(summary: Summary, part: Part, places: Places) -> None:
    if not summary.stated:
        return
    assets: dict[str, str] = {}
    for claim in part.claims:
        if claim.coin not in assets:
            assets[claim.coin] = claim.token.asset if claim.token else claim.coin.partition("-")[0]
    summed = sums((claim.coin, claim.amount) for claim in part.claims)
    part.summary = totals(part.file, summary.stated, summed, assets)


LAYOUT = TableLayout("okx", SHAPE, _Reader, _compare)
