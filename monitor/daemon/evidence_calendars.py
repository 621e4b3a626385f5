"""Asking calendars of OpenTimestamps over HTTP: to commit to a bundle, and later for the way to a block.

Slow to import: import it where there are calendars.
"""

import asyncio
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import aiohttp
import structlog

from monitor.daemon.evidence_stamp import answer_of
from monitor.evidence.calendars import LARGEST, LARGEST_ANSWER, Proof
from monitor.evidence.contents import read, write
from monitor.evidence.errors import EvidenceError
from monitor.evidence.kept import kept
from monitor.evidence.statement import CALENDARS, with_stamp
from monitor.published.download import opened
from monitor.settings.party import host_of

_ACCEPTED = {"Accept": "application/vnd.opentimestamps.v1"}
_log = structlog.get_logger(__name__)


async def committed(
    calendars: tuple[str, ...], content: bytes, session: aiohttp.ClientSession | None = None
) -> tuple[Proof | None, list[str]]:
    """Have ``calendars`` commit to ``content``; return the proof, None where none did, and why some did not."""
    proof, commitment = Proof.begin(content)
    found: Proof | None = None
    failures: list[str] = []
    async with opened(session) as asking:

        async def ask(calendar: str) -> None:
            nonlocal proof, found
            try:
                answer = await _ask(asking, calendar, "digest", commitment)
                proof = found = proof.with_answer(commitment, answer or b"")
            except (EvidenceError, ValueError) as error:
                failures.append(f"{host_of(calendar)}: {error}")

        await asyncio.gather(*map(ask, calendars))
    return found, sorted(failures)


async def upgrade(
    calendars: tuple[str, ...], folder: Path, exchange: str, session: aiohttp.ClientSession | None
) -> bool:
    """Ask for the way from the bundles in ``folder`` to blocks; return whether some lead to none yet.

    Only ``calendars`` are asked, each until it does not answer. A bundle is replaced whole, or stays as it is.
    Raises OSError.
    """
    answering, pending = list(calendars), False
    async with opened(session) as asking:
        for _, path in sorted(await asyncio.to_thread(lambda: list(kept(folder, exchange)))):
            proof = await asyncio.to_thread(_proof_in, path)
            if proof is None or proof.blocks:
                continue
            better = await _upgraded(proof, answering, asking)
            if better.blocks:
                await asyncio.to_thread(_replace, path, better)
            else:
                pending = True
    return pending


async def _upgraded(proof: Proof, answering: list[str], asking: aiohttp.ClientSession) -> Proof:
    """``proof`` with what is known now; who does not answer is taken from ``answering``."""
    for commitment, _ in proof.pending:
        for calendar in tuple(answering):
            try:
                answer = await _ask(asking, calendar, f"timestamp/{commitment.hex()}")
                if answer is not None:
                    proof = proof.with_answer(commitment, answer)
            except (EvidenceError, ValueError) as error:
                answering.remove(calendar)
                _log.warning("a calendar does not tell of a time stamp", calendar=host_of(calendar), error=str(error))
    return proof


async def _ask(asking: aiohttp.ClientSession, calendar: str, path: str, data: bytes | None = None) -> bytes | None:
    """What ``calendar`` answers; None: it does not know that, or not yet. Raises EvidenceError."""
    url = f"{calendar.rstrip('/')}/{path}"
    status, answer = await answer_of(asking, "the calendar", url, most=LARGEST_ANSWER, headers=_ACCEPTED, data=data)
    if status == 404:
        return None
    if status != 200:
        raise EvidenceError(f"the calendar has answered {status}")
    return answer


def _proof_in(path: Path) -> Proof | None:
    """The proof in an archive, if it has one that can be read: the rest may be large."""
    try:
        with ZipFile(path) as archive:
            entry = archive.getinfo(CALENDARS)
            return Proof.read(archive.read(entry)) if entry.file_size <= LARGEST else None
    except (BadZipFile, KeyError, ValueError):
        return None


def _replace(path: Path, proof: Proof) -> None:
    contents, faults = read(path)
    if faults:
        _log.warning("a bundle is not whole any more: its time stamp stays pending", bundle=path.name)
    else:
        write(with_stamp(contents, proof.to_bytes(), CALENDARS), path, replacing=True)
