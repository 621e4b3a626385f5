"""Deriving what a bundle of evidence says from what it rests on, by the functions that the daemon judges by.

Who makes a bundle and who verifies it call the same: so it says what follows, or is found out.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import TypeAdapter

from monitor.daemon.coverage import unreadable_networks
from monitor.daemon.evidence_documents import (
    WALLETS,
    document_file,
    document_of,
    published_of,
    registry_of,
    settings_of,
)
from monitor.daemon.evidence_owed import owed_again
from monitor.daemon.judged import JudgedList, with_answers
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.list_reading import ListTask
from monitor.daemon.proof import Judged
from monitor.evidence.arithmetic import arithmetic_rows, gap_rows
from monitor.evidence.contents import Contents
from monitor.evidence.errors import UnjudgedError
from monitor.evidence.readings import states_of
from monitor.evidence.readme import readme
from monitor.evidence.statement import BESIDE, Predicate
from monitor.evidence.tables import ARITHMETIC, BALANCES, CLAIMS, CONFIRMATIONS, GAPS, LIABILITIES, data_package, safe
from monitor.judgement import assess, tally
from monitor.model import (
    AssetAssessment,
    Basis,
    Block,
    Claim,
    Confirmation,
    Height,
    OwnerAnswer,
    OwnerOutcome,
    Verdict,
)
from monitor.published import Cause, DocumentError, claims_again, unpack
from monitor.registry import Registry
from monitor.settings import ExchangeSettings
from monitor.settings.values import Growth

_AGREED = "whoever verifies a bundle has agreed to, which is the defaults of max_expanded and max_memory"
_GROWTH: TypeAdapter[Decimal] = TypeAdapter(Growth)


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from what a bundle rests on."""

    files: Contents
    assets: Mapping[str, AssetAssessment]
    judged: JudgedList
    contradictions: Sequence[tuple[str, str]]
    """A file, and what is not so in it by the documents."""
    open: Sequence[str]
    """What rests on something that is not in the bundle, and so is not judged."""
    notes: Sequence[str]


async def derive(predicate: Predicate, files: Contents, lists: ListJudge, proof: Judged | None = None) -> Derived:
    """Judge the list in ``files``, by ``lists``, and all that hangs on it anew; ``proof`` is that of what is owed.

    Raises ForeseenError (UnjudgedError: a document is too large), ValueError, LookupError, ArithmeticError, TypeError,
    AttributeError: what a stranger wrote may be anything.
    """
    registry = await asyncio.to_thread(registry_of, files)
    settings = settings_of(predicate)
    document, raw = document_of(predicate, WALLETS, files)
    told = published_of(predicate, WALLETS)
    accepted = told.accepted_at if told and told.accepted_at else predicate.at
    task = ListTask(document, settings.wallets, registry, accepted, exchange=predicate.exchange)
    try:
        judged = (await lists.judge(task, raw)).judged
        return await asyncio.to_thread(_derived, predicate, files, settings, task, judged, proof=proof)
    except DocumentError as error:
        if error.reason not in {Cause.TOO_LARGE, Cause.KILLED}:
            raise
        problem = f"it takes more to read than {_AGREED}" if error.reason is Cause.TOO_LARGE else str(error)
        raise UnjudgedError(f"the published list or report: {problem}") from error


def _derived(
    predicate: Predicate,
    files: Contents,
    settings: ExchangeSettings,
    task: ListTask,
    judged: JudgedList,
    *,
    proof: Judged | None,
) -> Derived:
    registry, wallets, raw = task.registry, task.settings, files[document_file(task.document.sha256)]
    told, since = _confirmations(files[CONFIRMATIONS.file]), predicate.at - settings.confirm_max_age
    left_out = settings.administered == "listed"
    judged = with_answers(judged, judged.verdicts, told, since, leave_out=left_out)
    liabilities, contradictions, unread = owed_again(predicate, files, settings, registry, proof)
    contradictions += list(_basis_contradictions(predicate, settings, judged))
    states = states_of(predicate, files[BALANCES.file])
    assets = assess(
        judged.holdings,
        states,
        tally(judged.holdings, states),
        liabilities=liabilities,
        settings=settings,
        basis=Basis(predicate.basis),
        growth={
            each.network: _GROWTH.validate_python(each.growth) for each in predicate.networks if each.growth is not None
        },
        configured=states.keys(),
        unreadable=unreadable_networks(judged.holdings, registry),
        audit=None,
        now=predicate.at,
    )
    claims = claims_again(
        unpack(raw, task.document, wallets), task.document, wallets.format, registry, largest=wallets.largest
    )
    made = {
        CLAIMS.file: CLAIMS.write(_claim_row(*row) for row in zip(claims, judged.verdicts, strict=True)),
        ARITHMETIC.file: ARITHMETIC.write(arithmetic_rows(assets)),
        GAPS.file: GAPS.write(gap_rows(assets)),
        "README.md": readme(predicate),
    }
    made["datapackage.json"] = data_package(f"{predicate.exchange}-evidence", {**files, **made})
    contradictions += [
        (name, "nothing rests on it, and it follows from nothing") for name in _idle(predicate, files, made)
    ]
    return Derived(made, assets, judged, contradictions, unread, list(_other_chains(predicate, registry)))


# --- The list and its verdicts ----------------------------------------------------------------------------------------


def _claim_row(claim: Claim, verdict: Verdict) -> Sequence[str]:
    token = claim.token
    return (
        *(safe(claim.file), str(claim.line), safe(claim.coin), claim.network or ""),
        *((token.asset, token.contract or "") if token else ("", "")),
        *(safe(claim.address), claim.account or ""),
        "" if claim.stated is None else safe(f"{claim.stated:f}"),
        "" if claim.height is None else str(claim.height),
        *(verdict.status.value, verdict.code.value, safe(verdict.reason)),
        *(safe(claim.message), safe(" ".join(claim.signatures)), safe(claim.key), safe(" ".join(claim.owners))),
    )


def _confirmations(table: bytes) -> dict[bytes, Confirmation]:
    found = {}
    for row in CONFIRMATIONS.read(table):
        block = Block(Height(int(row["block"])), row["block_hash"], datetime.fromisoformat(row["block_time"]))
        answer = OwnerAnswer(OwnerOutcome(row["outcome"]), row["reason"], block)
        confirmed = datetime.fromisoformat(row["confirmed_at"]) if row["confirmed_at"] else None
        found[bytes.fromhex(row["question"])] = Confirmation(answer, datetime.fromisoformat(row["told_at"]), confirmed)
    return found


def _basis_contradictions(
    predicate: Predicate, settings: ExchangeSettings, judged: JudgedList
) -> Iterator[tuple[str, str]]:
    """A list with signatures is held to them; one without may be, as an earlier one may have had some."""
    may_be = {settings.basis} if settings.basis else {Basis.VERIFIED}
    if settings.basis is None and not judged.holdings.has_signatures:
        may_be.add(Basis.LISTED)
    if predicate.basis not in may_be:
        yield "statement.json", f"predicate.basis: {predicate.basis} is not what such a list is judged on"


def _other_chains(predicate: Predicate, registry: Registry) -> Iterator[str]:
    for each in predicate.networks:
        known = registry.networks[each.network].caip2
        if each.chain != known:
            yield f"{each.network} was read of the chain {each.chain}, while the network of this name is {known}"


def _idle(predicate: Predicate, files: Contents, made: Contents) -> Sequence[str]:
    """Files that anybody may have put beside the others."""
    documents = {document_file(each.sha256) for each in predicate.documents if each.kept}
    used = documents | made.keys() | {BALANCES.file, LIABILITIES.file, CONFIRMATIONS.file} | BESIDE
    return sorted(name for name in files.keys() - used if not name.startswith("registry/"))
