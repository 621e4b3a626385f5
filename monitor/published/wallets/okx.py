"""OKX's wallet list with 9, 11 or 12 columns (docs/layouts.md), and excerpts of it without the evidence."""

from collections.abc import Sequence
from functools import lru_cache

from monitor.formats import quoted
from monitor.model import Claim, ClaimKind
from monitor.published.cells import Padded, name_of
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowReader, TableLayout, filled
from monitor.published.wallets.placements import Placements
from monitor.published.wallets.summary import Summary, sums, totals

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


def _reader(found: FileClaims, placements: Placements) -> RowReader:
    figures = Figures(found)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim:
        coin, text, label, height, address, amount, message, signature1, signature2, key, owner1, owner2 = values
        if misfit:
            return Claim(found.file, line, coin, None, None, address, None, found.report(line, misfit))
        kind = _kind(text)
        claimed, at, fault = figures.of(line, address, amount, height)
        placement = placements.place(coin, label, kind or ClaimKind.ACCOUNT, at)
        account, undecoded = placements.account(placement.network, address, kind or ClaimKind.ACCOUNT)
        token = placement.token
        if kind is None:
            token, fault = None, fault or f"the type {quoted(text)} is not known: it may be no plain account"
        return Claim(
            found.file,
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

    return read


@lru_cache(64)
def _kind(text: str) -> ClaimKind | None:
    """What the column ``Type`` says; None where that is not known."""
    return _KINDS.get(name_of(text)) if text else ClaimKind.ACCOUNT


def _compare(summary: Summary, found: FileClaims, placements: Placements) -> None:
    if not summary.stated:
        return
    assets: dict[str, str] = {}
    for claim in found.claims:
        if claim.coin not in assets:
            assets[claim.coin] = claim.token.asset if claim.token else claim.coin.partition("-")[0]
    summed = sums((claim.coin, claim.amount) for claim in found.claims)
    found.summary = totals(found.file, summary.stated, summed, assets)


LAYOUT = TableLayout("okx", SHAPE, _reader, _compare)
