"""Snapshots, what accounts held by them, and the endpoints that they come from, as JSON's types."""

from collections.abc import Mapping

from monitor.formats.exact import plain
from monitor.model import Address, BaseUnits, EndpointState, Snapshot, SnapshotState, Token, total
from monitor.web.plain import Json, block, time


def snapshot(whole: Snapshot) -> Json:
    return {
        "block": block(whole.block),
        "taken_at": time(whole.taken_at),
        "endpoints": list(whole.endpoints),
        "agreed": whole.agreed,
        "asked": whole.asked,
    }


def snapshot_of(state: SnapshotState | None) -> Json | None:
    """The snapshot that is shown there, if one is, with whether it is stale."""
    if state is None or state.snapshot is None:
        return None
    return snapshot(state.snapshot) | {"stale": state.stale}


def snapshot_state(state: SnapshotState) -> Json:
    return {
        "accounts_wanted": state.wanted,
        "stale": state.stale,
        "stale_after_seconds": int(state.stale_after.total_seconds()) if state.stale_after else None,
        "snapshot": snapshot(state.snapshot) if state.snapshot is not None else None,
        "failure": state.failure or None,
        "failed_at": time(state.failed_at),
    }


def account(state: SnapshotState, whole: Snapshot, held: Mapping[Token, int]) -> Json:
    """What an account held at a snapshot, by token."""
    balances = [
        {"asset": token.asset, "contract": token.contract, "amount": plain(token.whole(BaseUnits(units)))}
        for token, units in held.items()
    ]
    return {"balances": balances, "snapshot": snapshot(whole) | {"stale": state.stale}}


def outputs(whole: Snapshot, account: Address) -> Json | None:
    """The unspent outputs of an account, in coins of its network; None where they are not followed."""
    coin = next((token for token, held in whole.balances.items() if token.contract is None and account in held), None)
    if coin is None or whole.outputs is None:
        return None
    traced = whole.outputs.of(account)
    return {
        "block": block(whole.block),
        "total": plain(coin.whole(total(output.amount for output in traced))),
        "unspent": [
            {
                "txid": output.txid,
                "index": output.index,
                "height": output.height,
                "amount": plain(coin.whole(output.amount)),
            }
            for output in traced
        ],
    }


def endpoint(state: EndpointState) -> Json:
    return {
        "network": state.network,
        "name": state.name,
        "protocol": state.protocol,
        "method": state.method or None,
        "work": {"what": state.work.what, "percent": int(100 * state.work.share)} if state.work else None,
        "difference": state.difference,
        "up": state.up,
        "requests": state.requests,
        "failures": dict(state.failures),
        "disagreements": state.disagreements,
        "standing": state.standing,
        "head": state.head,
        "lag": state.lag,
        "archive": state.archive,
        "last_error": state.last_error or None,
        "last_success_at": time(state.last_success_at),
    }
