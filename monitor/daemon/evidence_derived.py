"""Deriving what a bundle of evidence says from what it rests on, by the functions that the daemon judges by.

Who makes a bundle and who verifies it call the same: so it says what follows, or is found out.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from monitor.daemon.coverage import unreadable_networks
from monitor.daemon.judged import JudgedList, with_answers
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.list_reading import ListTask
from monitor.daemon.proof_sources import is_proof
from monitor.evidence.arithmetic import arithmetic_rows, gap_rows, liabilities_of
from monitor.evidence.contents import Contents
from monitor.evidence.errors import EvidenceError, UnjudgedError
from monitor.evidence.readings import states_of
from monitor.evidence.readme import readme
from monitor.evidence.statement import BESIDE, Predicate, Published
from monitor.evidence.tables import ARITHMETIC, BALANCES, CLAIMS, CONFIRMATIONS, GAPS, LIABILITIES, data_package, safe
from monitor.formats.strict_json import read as read_json
from monitor.judgement import assess, tally
from monitor.model import (
    AssetAssessment,
    Basis,
    Block,
    Claim,
    Confirmation,
    Document,
    Height,
    Liabilities,
    OwnerAnswer,
    OwnerOutcome,
    Verdict,
)
from monitor.published import Cause, DocumentError, claims_again, read_liabilities, unpack
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import ExchangeSettings, LiabilitiesSettings
from monitor.settings.schema import Growth

WALLETS, LIABILITY = "wallets", "liabilities"
"""Kinds of documents."""
JUDGED_BY = {
    "basis",
    "growth",
    "unread",
    "breach_below",
    "warn_below",
    "assets",
    "administered",
    "promote",
    "confirm_max_age",
}
READ_BY = {"format", "messages", "largest", "max_members"}
OWED_BY = {"format"}
"""Of liabilities. How much memory it may take to read them, who verifies a bundle does not let it say."""
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


async def derive(predicate: Predicate, files: Contents, lists: ListJudge) -> Derived:
    """Judge the list in ``files``, by ``lists``, and all that hangs on it anew.

    Raises ForeseenError (UnjudgedError: a document is too large), ValueError, LookupError, ArithmeticError, TypeError,
    AttributeError: what a stranger wrote may be anything.
    """
    registry = await asyncio.to_thread(_registry, files)
    settings = _settings(predicate)
    document, raw = _document(predicate, WALLETS, files)
    told = _named(predicate, WALLETS)
    accepted = told.accepted_at if told and told.accepted_at else predicate.at
    task = ListTask(document, settings.wallets, registry, accepted, exchange=predicate.exchange)
    try:
        judged = (await lists.judge(task, raw)).judged
        return await asyncio.to_thread(_derived, predicate, files, settings, task, judged)
    except DocumentError as error:
        if error.reason not in {Cause.TOO_LARGE, Cause.KILLED}:
            raise
        problem = f"it takes more to read than {_AGREED}" if error.reason is Cause.TOO_LARGE else str(error)
        raise UnjudgedError(f"the published list or report: {problem}") from error


def _derived(
    predicate: Predicate, files: Contents, settings: ExchangeSettings, task: ListTask, judged: JudgedList
) -> Derived:
    registry, wallets, raw = task.registry, task.settings, files[document_file(task.document.sha256)]
    told, since = _confirmations(files[CONFIRMATIONS.file]), predicate.at - settings.confirm_max_age
    left_out = settings.administered == "listed"
    judged = with_answers(judged, judged.verdicts, told, since, leave_out=left_out)
    liabilities, contradictions, unread = _liabilities(predicate, files, settings, registry)
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


# --- Documents and settings -------------------------------------------------------------------------------------------


def document_file(sha256: str) -> str:
    """Where the bytes of a document are in a bundle."""
    return f"documents/{sha256}"


def _named(predicate: Predicate, kind: str) -> Published | None:
    """The document of ``kind``. Raises EvidenceError where there are several."""
    told = [each for each in predicate.documents if each.kind == kind]
    if len(told) > 1:
        raise EvidenceError(f"predicate.documents: there are several of {kind}")
    return told[0] if told else None


def _document(predicate: Predicate, kind: str, files: Contents) -> tuple[Document, bytes]:
    told = _named(predicate, kind)
    if told is None:
        raise EvidenceError(f"predicate.documents: there is none of {kind}")
    raw = files[document_file(told.sha256)]
    if hashlib.sha256(raw).hexdigest() != told.sha256:
        raise EvidenceError(f"documents/{told.sha256}: its name is not its SHA-256")
    return Document(told.source, told.sha256, len(raw), told.fetched_at, told.modified_at), raw


def _settings(predicate: Predicate) -> ExchangeSettings:
    """How the exchange is judged; of reading documents no more than what is in them, with the limits of a newcomer."""
    told = dict(predicate.settings)
    read = told[WALLETS].keys() - READ_BY | told.get(LIABILITY, {}).keys() - OWED_BY
    if read or told.keys() - JUDGED_BY - {WALLETS, LIABILITY}:
        raise ValueError("predicate.settings: there are others than judge an exchange")
    for kind in (WALLETS, LIABILITY):
        if kind in told:
            told[kind] = {**told[kind], "source": kind}
    return ExchangeSettings.model_validate(told)


def _registry(files: Contents) -> Registry:
    extensions = sorted(name for name in files if name.startswith("registry/"))
    if not extensions:
        return load_registry()
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name.removeprefix("registry/") for name in extensions]
        for path, name in zip(paths, extensions, strict=True):
            read_json(files[name])  # YAML reads JSON, and would read more
            path.write_bytes(files[name])
        return load_registry(paths)


# --- What is owed -----------------------------------------------------------------------------------------------------


def _liabilities(
    predicate: Predicate, files: Contents, settings: ExchangeSettings, registry: Registry
) -> tuple[Liabilities | None, list[tuple[str, str]], list[str]]:
    """What is owed by the table; what of it the report contradicts; and what nothing here shows."""
    told = _named(predicate, LIABILITY)
    document = Document(told.source, told.sha256, 0, told.fetched_at) if told else None
    owed = liabilities_of(predicate.owed, document, files[LIABILITIES.file])
    if owed is None or predicate.owed is None:
        return None, [], []
    unread = [f"{asset} is owed by an earlier report, which is not in the bundle" for asset in sorted(owed.carried)]
    if predicate.owed.proven is not (settings.liabilities is not None and is_proof(settings.liabilities)):
        raise EvidenceError("predicate.owed.proven is not what the format of the liabilities says")
    unknown = frozenset(asset for asset in owed.owed if registry.known_asset(asset) is None)
    if told is None or not told.kept or predicate.owed.proven:
        whose = "a proof of liabilities" if predicate.owed.proven else "a report that is not in the bundle"
        unread.append(f"what is owed comes from {whose}, and is not read here again")
        return replace(owed, unknown_names=unknown), [], unread
    document, raw = _document(predicate, LIABILITY, files)
    source = settings.liabilities or LiabilitiesSettings(source=LIABILITY)
    report = read_liabilities(unpack(raw, document, source), document, source.format, registry)
    contradictions = list(_liabilities_contradictions(report, owed))
    return replace(owed, unknown_names=report.unknown_names | (unknown & owed.carried.keys())), contradictions, unread


def _liabilities_contradictions(report: Liabilities, told: Liabilities) -> Iterator[tuple[str, str]]:
    named = {asset: amount for asset, amount in told.owed.items() if asset not in told.carried}
    for asset in sorted({*report.owed, *named}):
        if report.owed.get(asset) != named.get(asset):
            yield LIABILITIES.file, f"owed of {asset}: {named.get(asset)}, but the report says {report.owed.get(asset)}"
    for asset in sorted({*report.unaddressed, *told.unaddressed}):
        if report.unaddressed.get(asset) != told.unaddressed.get(asset):
            yield LIABILITIES.file, f"unaddressed of {asset}: the report says {report.unaddressed.get(asset)}"
    for name in ("layout", "as_of", "report_id", "merkle_root"):
        if getattr(report, name) != getattr(told, name):
            yield "statement.json", f"predicate.owed.{name}: the report says {getattr(report, name)}"
