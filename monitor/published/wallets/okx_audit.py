"""The list that OKX had audited in 2025: signatures per asset and network, without amounts and heights."""

from collections.abc import Sequence

from monitor.formats import quoted
from monitor.model import Claim, ClaimKind
from monitor.published.cells import Padded
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowReader, TableLayout, filled
from monitor.published.wallets.placements import Placements

CONFIRMED = "5"
"""The status of a row that counts; OKX's own tool passes over the others."""

SHAPE = Shape(
    fields=(
        *("coin", "network", "address", "signature1", "signature2"),
        *("message", "key", "owner1", "owner2", "status"),
    ),
    names={
        "digitalasset": "coin",
        "network": "network",
        "address": "address",
        "signedmessage": "signature1",
        "signedmessage2": "signature2",
        "message": "message",
        "publickey": "key",
        "owner1": "owner1",
        "owner2": "owner2",
        "status": "status",
    },
    required=frozenset({"coin", "network", "address", "signature1", "message"}),
    evidence=frozenset({"signature1", "signature2", "message", "key", "owner1", "owner2"}),
    trailing=frozenset({"owner1", "owner2", "status"}),
    repeated=frozenset({"coin", "network", "status"}),
    exact=frozenset({"message"}),
)


def _reader(found: FileClaims, placements: Placements) -> RowReader:
    figures = Figures(found)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim:
        coin, label, address, signature1, signature2, message, key, owner1, owner2, status = values
        if misfit:
            return Claim(found.file, line, coin, None, None, address, None, found.report(line, misfit))
        _, _, fault = figures.of(line, address, "", "")
        placement = placements.place(coin, label, ClaimKind.ACCOUNT)
        account, undecoded = placements.account(placement.network, address)
        token, fault = placement.token, fault or placement.fault or undecoded
        if status and status != CONFIRMED:
            token, fault = None, f"status {quoted(status)}: the publisher does not confirm this row ({CONFIRMED} would)"
        return Claim(
            found.file,
            line,
            coin,
            placement.network.name if placement.network else None,
            token,
            address,
            account,
            fault,
            message=str(message),
            signatures=filled(signature1, signature2),
            key=key,
            owners=filled(owner1, owner2),
            padded=isinstance(message, Padded),
        )

    return read


LAYOUT = TableLayout("okx-audit", SHAPE, _reader)
