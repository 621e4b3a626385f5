"""Wallet lists, their rows with what was made of them, and their audits, as JSON's types."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import compress
from urllib.parse import quote

from monitor.formats.exact import ZERO, plain, total
from monitor.model import Assessment, Audit, Claim, SignatureAges, SignaturesGone, SnapshotState, VerdictStatus
from monitor.model.packed import Alike
from monitor.web.plain import Json, block, number, time
from monitor.web.table import csv_line

_COLUMNS = (
    *("file", "line", "coin", "network", "asset", "contract", "position", "kind", "address", "account", "fault"),
    *("claimed", "height", "message", "verdict", "code", "reason", "administered", "custodian"),
)


def wallet_list(assessment: Assessment) -> Json:
    """The list in use, without its rows."""
    return {
        "accepted_at": time(assessment.listed_at),
        "verdicts": verdicts(assessment.verdicts),
        "messages": dict(assessment.messages),
        "changes": dict(assessment.changes),
        "last_changes": last_changes(assessment),
        "signatures_gone": signatures_gone(assessment.signatures_gone),
        "signature_ages": signature_ages(assessment.signature_ages),
        "summary_differences": [
            {"coin": each.coin, "stated": plain(each.stated), "summed": plain(each.summed)}
            for each in assessment.differences
        ],
        "repeated_claims": {
            "rows": assessment.repeats.total,
            "examples": [
                {
                    "network": each.network,
                    "address": each.account,
                    "rows": [{"file": file, "line": line} for file, line in each.rows],
                }
                for each in assessment.repeats.examples
            ],
        },
        "shared_accounts": [
            {"exchange": each.exchange, "count": each.count, "examples": list(each.examples)}
            for each in assessment.shared
        ],
        "custody": custody(assessment),
    }


def custody(assessment: Assessment, asset: str | None = None) -> list[Json]:
    """What custodians keep for the exchange on accounts that it lists, all of it or of one asset.

    It is counted as listed; the keys are somebody else's. Many rows may have to be gone through: best in a thread.
    """
    rows = assessment.claims
    kinds = [bool(alike.custodian) and asset in {None, _asset_of(alike)} for alike in rows.alike]
    kept: defaultdict[tuple[str, str], list[Claim]] = defaultdict(list)
    for place in compress(range(len(rows)), map(kinds.__getitem__, rows.of_alike)) if any(kinds) else ():
        row = rows[place]
        kept[row.custodian, _asset_of(row)].append(row)
    return [
        {"custodian": custodian, "asset": asset, **_kept(claims, assessment.snapshots)}
        for (custodian, asset), claims in sorted(kept.items())
    ]


def _asset_of(row: Claim | Alike) -> str:
    return row.token.asset if row.token is not None else row.coin


def _kept(claims: Iterable[Claim], snapshots: Mapping[str, SnapshotState]) -> Json:
    """What ``claims`` claim, and what their accounts hold, each once; null where that is not known of all of them."""
    accounts = {(row.token, row.account): balance_of(row, snapshots) for row in claims}
    held = [amount for amount in accounts.values() if amount is not None]
    return {
        "accounts": len(accounts),
        "claimed": plain(total(row.stated or ZERO for row in claims)),
        "held": plain(total(held)) if len(held) == len(accounts) else None,
    }


def verdicts(counts: Mapping[tuple[str, VerdictStatus], int]) -> dict[str, dict[str, int]]:
    """By network: every status, 0 where there is no such claim."""
    networks = sorted({network for network, _ in counts})
    return {
        network: {status.value: counts.get((network, status), 0) for status in VerdictStatus} for network in networks
    }


def last_changes(assessment: Assessment) -> Json | None:
    changes = assessment.last_changes
    if changes is None:
        return None
    return {
        "at": time(assessment.changed_at),
        "added": list(changes.added),
        "removed": list(changes.removed),
        "altered": list(changes.altered),
        "restated": changes.restated,
    }


def signature_ages(ages: SignatureAges | None) -> Json | None:
    if ages is None:
        return None
    return {"oldest": time(ages.oldest), "median": time(ages.median), "count": ages.count, "renewed": ages.renewed}


def signatures_gone(gone: SignaturesGone | None) -> Json | None:
    if gone is None:
        return None
    amounts = {asset: plain(amount) for asset, amount in gone.amounts.items()}
    return {"at": time(gone.at), "accounts": gone.accounts, "amounts": amounts, "unread": gone.unread}


def audit(done: Audit | None) -> Json | None:
    if done is None:
        return None
    return {
        "at": time(done.at),
        "matches": done.matches,
        "mismatches": [
            {
                "line": each.line,
                "network": each.network,
                "asset": each.token.asset,
                "address": each.account,
                "claimed": plain(each.claimed),
                "found": plain(each.found),
            }
            for each in done.mismatches
        ],
        "unjudged": dict(done.unjudged),
        "heights": {
            network: {"count": each.count, "lowest": each.lowest, "highest": each.highest}
            for network, each in done.heights.items()
        },
        "report_unknown": dict(done.report_unknown),
    }


def claim(assessment: Assessment, position: int) -> Json:
    """One row of the list, what was made of it, and what its account holds by the last whole snapshot."""
    row, verdict = assessment.claims[position], assessment.claim_verdicts[position]
    return {
        "file": row.file,
        "line": row.line,
        "coin": row.coin,
        "network": row.network,
        "asset": row.token.asset if row.token is not None else None,
        "contract": row.token.contract if row.token is not None else None,
        "position": row.token.position.name if row.token is not None and row.token.position is not None else None,
        "kind": row.kind,
        "address": row.address,
        "account": row.account,
        "fault": row.fault or None,
        "claimed": number(row.amount),
        "height": row.height,
        "message": row.message or None,
        "verdict": verdict.status,
        "code": verdict.code,
        "reason": verdict.reason,
        "administered": verdict.administered,
        "custodian": row.custodian or None,
        "balance": _balance(row, assessment.snapshots),
        "explorer": explorer(row, assessment.explorers),
    }


def explorer(row: Claim, explorers: Mapping[str, str]) -> str | None:
    """Where people look the account of ``row`` up; None where its address does not decode, or nothing is known."""
    pattern = explorers.get(row.network or "")
    return pattern.replace("{account}", quote(row.account, safe="")) if pattern and row.account else None


def claim_lines(rows: Iterable[Json]) -> Iterator[str]:
    """Rows as :func:`claim` has them, as lines of a table below one of headings; what is null there is empty."""
    yield csv_line((*_COLUMNS, "balance", "block_number", "block_hash", "block_time", "block_since", "explorer"))
    for row in rows:
        yield csv_line(map(_text, (*(row[name] for name in _COLUMNS), *_held(row["balance"]), row["explorer"])))


def _held(balance: object) -> Iterable[object]:
    match balance:
        case {"amount": amount, "block": {"number": last, "hash": digest, "time": at, "since": {"number": first}}}:
            return amount, last, digest, at, first
        case {"amount": amount, "block": {"number": number, "hash": digest, "time": at}}:
            return amount, number, digest, at, None
        case _:
            return None, None, None, None, None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _balance(row: Claim, snapshots: Mapping[str, SnapshotState]) -> Json | None:
    amount, state = balance_of(row, snapshots), snapshots.get(row.network or "")
    if amount is None or state is None or state.snapshot is None:
        return None
    return {"amount": plain(amount), "block": block(state.snapshot.block)}


def balance_of(row: Claim, snapshots: Mapping[str, SnapshotState]) -> Decimal | None:
    """Whole coins that the account of ``row`` holds by the last whole snapshot; None where that does not tell."""
    state = snapshots.get(row.network or "")
    if state is None or state.snapshot is None or row.token is None or row.account is None:
        return None
    units = state.snapshot.balances.get(row.token, {}).get(row.account)
    return None if units is None else row.token.whole(units)
