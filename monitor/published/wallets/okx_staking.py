"""The file of Ethereum validators that lies beside the list in OKX's wallet archives (``okx_por_eth_staking_*.csv``).

A row claims what is staked through one validator. It carries no signature: the withdrawal address, to which the stake
returns, is kept as the claim's owner, and the deposit address as another where it is another.
"""

from collections.abc import Sequence

from monitor.model import Claim, ClaimKind
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowReader, TableLayout, filled
from monitor.published.wallets.placements import Placements
from monitor.published.wallets.summary import Summary, sums, total

_COIN = "ETH"

SHAPE = Shape(
    fields=("deposit", "validator", "amount", "withdrawal"),
    names={
        "depositaddress": "deposit",
        "validatorpublickey": "validator",
        "amount": "amount",
        "withdrawaladdress": "withdrawal",
    },
    required=frozenset({"deposit", "validator", "amount", "withdrawal"}),
    evidence=frozenset({"deposit", "withdrawal"}),
    repeated=frozenset({"deposit", "withdrawal"}),
)


def _reader(found: FileClaims, placements: Placements) -> RowReader:
    figures = Figures(found)
    placement = placements.place(_COIN, _COIN, ClaimKind.STAKING)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim:
        deposit, validator, amount, withdrawal = values
        if misfit:
            return Claim(found.file, line, _COIN, None, None, validator, None, found.report(line, misfit))
        claimed, _, fault = figures.of(line, validator, amount, "")
        account, undecoded = placements.account(placement.network, validator, ClaimKind.STAKING)
        return Claim(
            found.file,
            line,
            _COIN,
            placement.network.name if placement.network else None,
            placement.token,
            validator,
            account,
            fault or placement.fault or undecoded,
            ClaimKind.STAKING,
            claimed,
            owners=filled(withdrawal, "" if deposit == withdrawal else deposit),
        )

    return read


def _compare(summary: Summary, found: FileClaims, placements: Placements) -> None:
    """The block has one total, under a name of its own."""
    summed = sums((claim.coin, claim.amount) for claim in found.claims)
    found.summary = [total(found.file, name, (_COIN,), stated, summed) for name, stated in summary.stated.items()]


LAYOUT = TableLayout("okx-staking", SHAPE, _reader, _compare)
