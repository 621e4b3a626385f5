"""What is owed by a bundle of evidence, read or proven again."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from monitor.daemon.clock import utc_now
from monitor.daemon.evidence_documents import LIABILITY, document_of, published_of, settings_of
from monitor.daemon.liabilities import not_usable, proven_liabilities
from monitor.daemon.proof import Judged, verified
from monitor.daemon.proof_files import Published, published
from monitor.daemon.proof_sources import is_proof, proof_settings
from monitor.evidence.arithmetic import liabilities_of
from monitor.evidence.contents import Contents
from monitor.evidence.errors import EvidenceError
from monitor.evidence.statement import Predicate
from monitor.evidence.tables import LIABILITIES
from monitor.model import Document, Liabilities, ProofStatus
from monitor.published import read_liabilities, unpack
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, LiabilitiesSettings


def owed_again(
    predicate: Predicate, files: Contents, settings: ExchangeSettings, registry: Registry, proof: Judged | None
) -> tuple[Liabilities | None, list[tuple[str, str]], list[str]]:
    """What is owed by the table; what of it the report contradicts; and what nothing here shows."""
    told = published_of(predicate, LIABILITY)
    document = Document(told.source, told.sha256, 0, told.fetched_at) if told else None
    owed = liabilities_of(predicate.owed, document, files[LIABILITIES.file])
    if owed is None or predicate.owed is None:
        return None, [], []
    unread = [f"{asset} is owed by an earlier report, which is not in the bundle" for asset in sorted(owed.carried)]
    if predicate.owed.proven is not (settings.liabilities is not None and is_proof(settings.liabilities)):
        raise EvidenceError("predicate.owed.proven is not what the format of the liabilities says")
    unknown = frozenset(asset for asset in owed.owed if registry.known_asset(asset) is None)
    report: Liabilities | None = None
    wrong: list[tuple[str, str]] = []
    if not predicate.owed.proven and told and told.kept:
        document, raw = document_of(predicate, LIABILITY, files)
        source = settings.liabilities or LiabilitiesSettings(source=LIABILITY)
        report = read_liabilities(unpack(raw, document, source), document, source.format, registry)
    elif not predicate.owed.proven:
        unread.append("what is owed comes from a report that is not in the bundle")
    elif told is None or proof is None:
        unread.append("what is owed comes from a proof of liabilities: give it as --proof, and it is verified again")
    elif proof.document.sha256 != told.sha256:
        problem = f"predicate.documents: the proof has the SHA-256 {told.sha256}, yours {proof.document.sha256}"
        wrong.append(("statement.json", problem))
    else:
        report = proven_liabilities(proof, predicate.owed.as_of, registry)
        if report is None and proof.proof.status is ProofStatus.INVALID:
            wrong.append((LIABILITIES.file, not_usable(proof)))
        elif report is None:
            unread.append(not_usable(proof))
    if report is None:
        return replace(owed, unknown_names=unknown), wrong, unread
    contradictions = list(_liabilities_contradictions(report, owed))
    return replace(owed, unknown_names=report.unknown_names | (unknown & owed.carried.keys())), contradictions, unread


async def proof_again(predicate: Predicate, source: str) -> Judged:
    """Verify the proof at ``source`` like that of the bundle. Raises EvidenceError where it has none, DocumentError."""
    settings = settings_of(predicate).liabilities
    own = proof_settings(settings) if settings and is_proof(settings) else None
    if own is None:
        raise EvidenceError("what is owed comes from no proof of liabilities: leave --proof out")
    own = own.model_copy(update={"source": source})
    async with published(own, None, None, utc_now) as found:
        if isinstance(found, Published):
            return Judged(found.document, await asyncio.to_thread(verified, found, own), predicate.at)
    raise EvidenceError(f"{source}: it is not known what it is")


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
