"""Making a bundle of evidence of what is shown of an exchange, by what the daemon holds of it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
import yaml

from monitor import __version__
from monitor.daemon.check import world_of
from monitor.daemon.evidence_derived import Derived, derive
from monitor.daemon.evidence_documents import JUDGED_BY, OWED_BY, READ_BY, WALLETS, document_file
from monitor.daemon.evidence_stamp import stamped
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.hub import Hub
from monitor.daemon.judged import JudgedList
from monitor.daemon.proof_sources import is_proof
from monitor.evidence.arithmetic import liabilities_rows
from monitor.evidence.contents import Contents, write
from monitor.evidence.errors import EvidenceError
from monitor.evidence.kept import newest, place, prune
from monitor.evidence.keys import load_signing_key
from monitor.evidence.log import Log
from monitor.evidence.readings import balance_rows, network_read
from monitor.evidence.statement import CALENDARS, Owed, Predicate, Published, Software, seal, stampable, with_stamp
from monitor.evidence.tables import BALANCES, CONFIRMATIONS, LIABILITIES
from monitor.formats import shown
from monitor.model import (
    Assessment,
    AssetAssessment,
    Confirmation,
    Document,
)
from monitor.ownership import RULES_VERSION
from monitor.published import is_url
from monitor.settings import ExchangeSettings, Settings
from monitor.store import Store

_ATTEMPTS = 3
_SOON = timedelta(seconds=1)
"""Until the first pass has finished."""
_UPGRADED = timedelta(hours=3)
"""Until calendars are asked again for the way to a block: they commit every few hours."""
_log = structlog.get_logger(__name__)


class Made(NamedTuple):
    """A bundle."""

    predicate: Predicate
    contents: Contents
    unstamped: str
    """Why it has not a time stamp that the configuration wants; empty: it has, or none is wanted."""


async def make(hub: Hub, exchange: str) -> Made:
    """Make a bundle of what is known of ``exchange`` now, signed, logged and stamped as the configuration says.

    Who does not stamp stands in the way of no bundle. Raises ForeseenError, OSError.
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
            contents = await asyncio.to_thread(seal, {**files, **derived.files}, signed, key, log)
            return await _stamped(Made(signed, contents, ""), hub)
    raise EvidenceError(f"{exchange}: what is known of it changed each time that a bundle was made: try again")


async def _stamped(made: Made, hub: Hub) -> Made:
    """``made`` with the time stamps that the configuration wants, as far as they are had."""
    settings, content, contents, lacking = hub.settings.evidence, stampable(made.contents), made.contents, []
    if settings.timestamp:
        try:
            answer = await stamped(settings.timestamp, content, made.predicate.at, hub.session)
            contents = with_stamp(contents, answer)
        except EvidenceError as error:
            lacking.append(f"made without a time stamp: {error}")
    if settings.calendars:
        from monitor.daemon.evidence_calendars import committed  # noqa: PLC0415 - slow to import

        proof, failures = await committed(settings.calendars, content, hub.session)
        if proof:
            contents = with_stamp(contents, proof.to_bytes(), CALENDARS)
            if failures:
                _log.warning("calendars did not stamp a bundle, and others did", failures=failures)
        else:
            lacking.append(f"made without a time stamp of OpenTimestamps: {'; '.join(failures)}")
    return Made(made.predicate, contents, "; ".join(lacking))


async def keep(hub: Hub, exchange: str) -> timedelta | None:
    """Make a bundle for the folder of the daemon, if the last one is old enough; return how soon to come again.

    Raises ForeseenError, OSError: what stands in the way is told as a job that fails.
    """
    world, settings = world_of(hub), hub.settings.evidence
    if settings.folder is None:
        return None
    if not world.ready or hub.exchanges[exchange].judged is None:
        return _SOON
    pending = False
    if settings.calendars:
        from monitor.daemon.evidence_calendars import upgrade  # noqa: PLC0415 - slow to import

        pending = await upgrade(settings.calendars, settings.folder, exchange, hub.session)
    last = await asyncio.to_thread(newest, settings.folder, exchange, world.at)
    if last and world.at - last[0] < settings.every:
        rest = settings.every - (world.at - last[0])
        return min(rest, _UPGRADED) if pending else rest
    made = await make(hub, exchange)
    await asyncio.to_thread(write, made.contents, place(settings.folder, exchange, made.predicate.at))
    await asyncio.to_thread(prune, settings.folder, exchange, made.predicate.at - settings.keep)
    if made.unstamped:
        raise EvidenceError(f"the bundle of {exchange} was {made.unstamped}")
    return min(settings.every, _UPGRADED) if settings.calendars else None


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
                files[document_file(state.current.sha256)] = stored.content
            accepted = stored.accepted_at if stored and kept else None
            documents.append(
                _published(kind, state.current, accepted, stored.layout if stored and kept else "", kept=kept)
            )
            if kind == WALLETS and not kept:
                raise EvidenceError(
                    f"{assessment.exchange}: the bytes of its list are not in the history: try again later"
                )
    for number, path in enumerate(settings.registry):
        files[f"registry/{number:04}.json"] = await asyncio.to_thread(_as_data, path)
    own, owed = settings.exchanges[assessment.exchange], assessment.liabilities
    proven = own.liabilities is not None and is_proof(own.liabilities)
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
        owed=Owed(owed.layout, owed.as_of, owed.report_id, owed.merkle_root, proven) if owed else None,
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


# --- How it is told ---------------------------------------------------------------------------------------------------


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


def _published(kind: str, document: Document, accepted: datetime | None, layout: str, *, kept: bool) -> Published:
    """``document``, without where a file of it lies on this machine."""
    source = document.source if is_url(document.source) else Path(document.source).name
    times = document.fetched_at, accepted, document.modified_at
    return Published(kind, shown(source), document.sha256, *times, layout, kept=kept)


def _told_settings(own: ExchangeSettings) -> dict[str, object]:
    told = own.model_dump(mode="json", include=JUDGED_BY)
    told["wallets"] = own.wallets.model_dump(mode="json", include=READ_BY)
    if own.liabilities:
        told["liabilities"] = own.liabilities.model_dump(mode="json", include=OWED_BY)
    return told


def _as_data(path: Path) -> bytes:
    """A file of the registry, without comments, and without what makes little YAML a lot."""
    with path.open("rb") as file:
        return json.dumps(yaml.safe_load(file), ensure_ascii=False, default=str).encode()
