"""Making a bundle of evidence of one assessment, and deriving what a bundle says from what it rests on.

Both by the functions that the daemon judges by. Whoever verifies a bundle calls :func:`derive` too, so that it says the
same or is found out.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import yaml

from monitor import __version__
from monitor.daemon.check import world_of
from monitor.daemon.coverage import unreadable_networks
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.hub import Hub
from monitor.daemon.judged import JudgedList, with_answers
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.list_reading import ListTask
from monitor.daemon.proof_sources import is_proof
from monitor.evidence.arithmetic import arithmetic_rows, gap_rows, liabilities_of, liabilities_rows
from monitor.evidence.contents import Contents, write
from monitor.evidence.errors import EvidenceError
from monitor.evidence.kept import newest, place, prune
from monitor.evidence.keys import load_signing_key
from monitor.evidence.log import Log
from monitor.evidence.readings import balance_rows, network_read, states_of
from monitor.evidence.readme import readme
from monitor.evidence.statement import Owed, Predicate, Published, Software, seal
from monitor.evidence.tables import ARITHMETIC, BALANCES, CLAIMS, CONFIRMATIONS, GAPS, LIABILITIES, data_package, safe
from monitor.formats import shown
from monitor.formats.strict_json import read as read_json
from monitor.judgement import assess, tally
from monitor.model import (
    Assessment,
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
from monitor.ownership import RULES_VERSION
from monitor.published import claims_again, is_url, read_liabilities, unpack
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import ExchangeSettings, LiabilitiesSettings, Settings
from monitor.store import Store

_ATTEMPTS = 3
_SOON = timedelta(seconds=1)
"""Until the first pass has finished."""
WALLETS, LIABILITY = "wallets", "liabilities"
_JUDGED_BY = {
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
_READ_BY = {"format", "messages", "largest"}


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from what a bundle rests on."""

    files: Contents
    assets: Mapping[str, AssetAssessment]
    judged: JudgedList
    contradictions: Sequence[tuple[str, str]]
    """A file, and what is not so in it by the documents."""
    unproven: Sequence[str]
    """What rests on something that is not in the bundle."""


async def make(hub: Hub, exchange: str) -> tuple[Predicate, Contents]:
    """Make a bundle of what is known of ``exchange`` now, signed and logged as the configuration says.

    Raises ForeseenError, OSError.
    """
    settings = hub.settings.evidence
    key = load_signing_key(settings.key_file) if settings.key_file else None
    log = Log(settings.log) if settings.log else None
    for _ in range(_ATTEMPTS):
        assessment = world_of(hub).assessments[exchange]
        predicate, files = await gather(assessment, hub.exchanges[exchange], hub.settings, hub.store)
        derived = await derive(predicate, files, hub.lists)
        if agrees(derived, assessment):
            signed = msgspec.structs.replace(
                predicate, signer=key.public.raw.hex() if key else None, log=settings.origin if log else None
            )
            return signed, await asyncio.to_thread(seal, {**files, **derived.files}, signed, key, log)
    raise EvidenceError(f"{exchange}: what is known of it changed each time that a bundle was made: try again")


async def keep(hub: Hub, exchange: str) -> timedelta | None:
    """Make a bundle for the folder of the daemon, if the last one is old enough; return how soon to come again.

    Raises ForeseenError, OSError: what stands in the way is told as a job that fails.
    """
    world, settings = world_of(hub), hub.settings.evidence
    if settings.folder is None:
        return None
    if not world.ready or hub.exchanges[exchange].judged is None:
        return _SOON
    last = await asyncio.to_thread(newest, settings.folder, exchange, world.at)
    if last and world.at - last[0] < settings.every:
        return settings.every - (world.at - last[0])
    predicate, contents = await make(hub, exchange)
    await asyncio.to_thread(write, contents, place(settings.folder, exchange, predicate.at))
    await asyncio.to_thread(prune, settings.folder, exchange, predicate.at - settings.keep)
    return None


async def gather(
    assessment: Assessment, watch: ExchangeWatch, settings: Settings, store: Store
) -> tuple[Predicate, Contents]:
    """What a bundle of ``assessment`` rests on: the predicate of its statement, and files. Raises EvidenceError."""
    judged, told = watch.judged, watch.told
    current = assessment.documents[WALLETS].current
    if judged is None or current is None:
        raise EvidenceError(
            f"{assessment.exchange}: no wallet list was accepted yet: there is nothing to give evidence of"
        )
    files: dict[str, bytes] = {}
    documents = []
    for kind, state in assessment.documents.items():
        if state.current:
            stored = await store.document(assessment.exchange, kind)
            kept = stored is not None and stored.document.sha256 == state.current.sha256
            if stored and kept:
                files[_document_file(state.current.sha256)] = stored.content
            accepted = stored.accepted_at if stored and kept else None
            documents.append(
                _published(kind, state.current, accepted, stored.layout if stored and kept else "", kept=kept)
            )
            if kind == WALLETS and not kept:
                raise EvidenceError(
                    f"{assessment.exchange}: the bytes of its list are not in the history: try again later"
                )
    for number, path in enumerate(settings.registry):
        files[f"registry/{number}.json"] = await asyncio.to_thread(_as_data, path)
    own, owed = settings.exchanges[assessment.exchange], assessment.liabilities
    predicate = Predicate(
        exchange=assessment.exchange,
        title=shown(assessment.title),
        at=assessment.at,
        software=Software("reserve-monitor", __version__, RULES_VERSION),
        signer=None,
        log=None,
        basis=assessment.basis,
        settings=_told_settings(own),
        documents=tuple(documents),
        owed=_owed(owed, proven=own.liabilities is not None and is_proof(own.liabilities)) if owed else None,
        networks=tuple(
            network_read(state, settings.networks[name].growth) for name, state in sorted(assessment.snapshots.items())
        ),
    )
    files[BALANCES.file] = await asyncio.to_thread(lambda: BALANCES.write(balance_rows(assessment.snapshots.values())))
    files[LIABILITIES.file] = LIABILITIES.write(liabilities_rows(owed))
    asked = {mark: said for mark, said in told.items() if mark in judged.questions}
    files[CONFIRMATIONS.file] = CONFIRMATIONS.write(_confirmation_rows(asked, judged))
    return predicate, files


def agrees(derived: Derived, assessment: Assessment) -> bool:
    """Whether what was derived is what is shown: it is not where something was read or told meanwhile."""

    def told(asset: AssetAssessment) -> object:
        return (
            *(asset.status, asset.owed, asset.basis, asset.totals, asset.unjudged, asset.unread),
            *(asset.lower_bounds, asset.upper_bounds),
        )

    shown_now = {name: told(asset) for name, asset in assessment.assets.items()}
    return shown_now == {name: told(asset) for name, asset in derived.assets.items()}


async def derive(predicate: Predicate, files: Contents, lists: ListJudge) -> Derived:
    """Judge the list in ``files``, by ``lists``, and all that hangs on it anew.

    Raises ForeseenError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError: what a stranger wrote may
    be anything.
    """
    registry = await asyncio.to_thread(_registry, files)
    settings = _settings(predicate)
    document, raw = _document(predicate, WALLETS, files)
    told = _named(predicate, WALLETS)
    accepted = told.accepted_at if told and told.accepted_at else predicate.at
    task = ListTask(document, settings.wallets, registry, accepted, exchange=predicate.exchange)
    judged = (await lists.judge(task, raw)).judged
    return await asyncio.to_thread(_derived, predicate, files, task, raw, judged)


def _derived(predicate: Predicate, files: Contents, task: ListTask, raw: bytes, judged: JudgedList) -> Derived:
    settings, registry = _settings(predicate), task.registry
    told, since = _confirmations(files[CONFIRMATIONS.file]), predicate.at - settings.confirm_max_age
    left_out = settings.administered == "listed"
    judged = with_answers(judged, judged.verdicts, told, since, leave_out=left_out)
    liabilities, contradictions, unproven = _liabilities(predicate, files, registry)
    contradictions += list(_basis_contradictions(predicate, settings, judged))
    states = states_of(predicate, files[BALANCES.file])
    assets = assess(
        judged.holdings,
        states,
        tally(judged.holdings, states),
        liabilities=liabilities,
        settings=settings,
        basis=Basis(predicate.basis),
        growth={each.network: Decimal(each.growth) for each in predicate.networks if each.growth is not None},
        configured=states.keys(),
        unreadable=unreadable_networks(judged.holdings, registry),
        audit=None,
        now=predicate.at,
    )
    wallets = task.settings
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
    return Derived(made, assets, judged, contradictions, unproven)


# --- The list and its verdicts ---------------------------------------------------------------------------------------


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


def _confirmation_rows(told: Mapping[bytes, Confirmation], judged: JudgedList) -> Sequence[Sequence[str]]:
    return sorted(
        (
            *(mark.hex(), judged.questions[mark].network, judged.questions[mark].account),
            *(said.answer.outcome.value, shown(said.answer.reason)),
            *(str(said.answer.block.number), said.answer.block.hash, said.answer.block.timestamp.isoformat()),
            *(said.told_at.isoformat(), said.confirmed_at.isoformat() if said.confirmed_at else ""),
        )
        for mark, said in told.items()
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


# --- Documents and settings ------------------------------------------------------------------------------------------


def _document_file(sha256: str) -> str:
    return f"documents/{sha256}"


def _published(kind: str, document: Document, accepted: datetime | None, layout: str, *, kept: bool) -> Published:
    """``document``, without where a file of it lies on this machine."""
    source = document.source if is_url(document.source) else Path(document.source).name
    times = document.fetched_at, accepted, document.modified_at
    return Published(kind, shown(source), document.sha256, *times, layout, kept=kept)


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
    raw = files[_document_file(told.sha256)]
    if hashlib.sha256(raw).hexdigest() != told.sha256:
        raise EvidenceError(f"documents/{told.sha256}: its name is not its SHA-256")
    return Document(told.source, told.sha256, len(raw), told.fetched_at, told.modified_at), raw


def _told_settings(own: ExchangeSettings) -> dict[str, object]:
    told = own.model_dump(mode="json", include=_JUDGED_BY)
    told["wallets"] = own.wallets.model_dump(mode="json", include=_READ_BY)
    if own.liabilities:
        told["liabilities"] = {"format": own.liabilities.format}
    return told


def _settings(predicate: Predicate) -> ExchangeSettings:
    """How the exchange is judged; of reading documents no more than their layouts, with the limits of a newcomer."""
    told = dict(predicate.settings)
    if told.keys() - _JUDGED_BY - {WALLETS, LIABILITY} or told[WALLETS].keys() - _READ_BY:
        raise ValueError("predicate.settings: there are others than judge an exchange")
    for kind in (WALLETS, LIABILITY):
        if kind in told:
            told[kind] = {**told[kind], "source": kind}
    return ExchangeSettings.model_validate(told)


def _as_data(path: Path) -> bytes:
    """A file of the registry, without comments, and without what makes little YAML a lot."""
    with path.open("rb") as file:
        return json.dumps(yaml.safe_load(file), ensure_ascii=False, default=str).encode()


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


# --- What is owed ----------------------------------------------------------------------------------------------------


def _owed(owed: Liabilities, *, proven: bool) -> Owed:
    return Owed(owed.layout, owed.as_of, owed.report_id, owed.merkle_root, proven)


def _liabilities(
    predicate: Predicate, files: Contents, registry: Registry
) -> tuple[Liabilities | None, list[tuple[str, str]], list[str]]:
    """What is owed by the table; what of it the report contradicts; and what nothing here shows."""
    told = _named(predicate, LIABILITY)
    document = Document(told.source, told.sha256, 0, told.fetched_at) if told else None
    owed = liabilities_of(predicate.owed, document, files[LIABILITIES.file])
    if owed is None or predicate.owed is None:
        return None, [], []
    unproven = [f"{asset} is owed by an earlier report, which is not in the bundle" for asset in sorted(owed.carried)]
    unknown = frozenset(asset for asset in owed.owed if registry.known_asset(asset) is None)
    if told is None or not told.kept or predicate.owed.proven:
        source = "a proof of liabilities" if predicate.owed.proven else "a report that is not in the bundle"
        unproven.append(f"what is owed comes from {source}, and is not read here again")
        return replace(owed, unknown_names=unknown), [], unproven
    document, raw = _document(predicate, LIABILITY, files)
    settings = LiabilitiesSettings.model_validate({**predicate.settings[LIABILITY], "source": LIABILITY})
    report = read_liabilities(unpack(raw, document, settings), document, settings.format, registry)
    contradictions = list(_liabilities_contradictions(report, owed))
    return replace(owed, unknown_names=report.unknown_names | (unknown & owed.carried.keys())), contradictions, unproven


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
