"""How values become bytes in the history: compressed JSON, numbers as text so that none is ever rounded."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from monitor.model import Audit, Balances, Basis, ClaimMismatch, ListChanges, Token

_LEVEL = 1  # lists and balances are written often and read once: speed counts, and level 1 already finds the repeats


def compress(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)


def decompress(content: bytes) -> bytes:
    return zlib.decompress(content)


def _pack(value: object) -> bytes:
    return compress(orjson.dumps(value))


def _unpack(content: bytes) -> Any:  # noqa: ANN401 - JSON; each decoder below gives it its type
    return orjson.loads(decompress(content))


def _token(token: Token) -> list[str | int | None]:
    return [token.asset, token.network, token.contract, token.decimals]


def encode_balances(balances: Balances) -> bytes:
    return _pack(
        [[_token(token), list(held), [str(amount) for amount in held.values()]] for token, held in balances.items()]
    )


def decode_balances(content: bytes) -> Balances:
    return {
        Token(*token): dict(zip(accounts, map(int, amounts), strict=True))
        for token, accounts, amounts in _unpack(content)
    }


def encode_changes(changes: ListChanges) -> bytes:
    return _pack([changes.added, changes.removed, changes.altered])


def decode_changes(content: bytes, restated: int) -> ListChanges:
    added, removed, altered = _unpack(content)
    return ListChanges(tuple(added), tuple(removed), tuple(altered), restated)


def encode_audit(audit: Audit) -> bytes:
    return _pack(
        {
            "at": audit.at.isoformat(),
            "matches": audit.matches,
            "mismatches": [
                [m.line, m.network, _token(m.token), m.account, str(m.claimed), str(m.found)] for m in audit.mismatches
            ],
            "unjudged": dict(audit.unjudged),
            "checked": [[network, asset, count] for (network, asset), count in audit.checked.items()],
            "report_reserves": {asset: _amounts(reserves) for asset, reserves in audit.report_reserves.items()},
        }
    )


def _amounts(reserves: Mapping[Basis, Decimal]) -> dict[str, str]:
    return {basis.value: str(amount) for basis, amount in reserves.items()}


def decode_audit(content: bytes) -> Audit:
    value = _unpack(content)
    return Audit(
        at=datetime.fromisoformat(value["at"]),
        matches=value["matches"],
        mismatches=tuple(
            ClaimMismatch(line, network, Token(*token), account, Decimal(claimed), Decimal(found))
            for line, network, token, account, claimed, found in value["mismatches"]
        ),
        unjudged=value["unjudged"],
        checked={(network, asset): count for network, asset, count in value["checked"]},
        report_reserves={
            asset: {Basis(basis): Decimal(amount) for basis, amount in reserves.items()}
            for asset, reserves in value["report_reserves"].items()
        },
    )
