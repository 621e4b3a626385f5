"""A customer's own proof file, verified in a process of its own: it has limits, keeps nothing, and can be killed."""

import asyncio
import os
import pickle
import resource
from contextlib import suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from monitor.daemon.standing_back import stand_back
from monitor.formats.phrases import span
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Expected, UnreadableError, unpacked, verify
from monitor.settings import VerifySettings

_EXPANDS = 8
"""How many times the size of an upload its files may have, and a little more."""
_LITTLE = 1024**2
_PROGRAM = 256 * 1024**2
"""Bytes that the program takes by itself, with room."""
_FIRST_TO_GO = 900
"""Before the process of a list, which has done more by then."""
_AT_HOME = "reserve-monitor liabilities on a machine of your own has no such limit"
_SPAWN = get_context("spawn")


async def verify_upload(name: str, content: bytes, user: str, limits: VerifySettings) -> LiabilitiesProof:
    """What the file ``name`` shows; ``user`` is the customer's id, or empty. Never raises because of what is in it.

    A file that takes more time or memory than ``limits`` allow is ``unreadable``, and says so.
    """
    connection, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(theirs, limits.max_memory + _PROGRAM, limits.timeout), daemon=True)
    process.start()
    theirs.close()
    asking = asyncio.create_task(asyncio.to_thread(_ask, connection, (name, content, user)))
    try:
        async with asyncio.timeout(limits.timeout.total_seconds()):
            return await asyncio.shield(asking)
    except TimeoutError:
        return _unreadable(f"{name}: was not verified within {span(limits.timeout)}; {_AT_HOME}")
    except (EOFError, OSError):
        return _unreadable(f"{name}: takes more memory or time to verify than is allowed here; {_AT_HOME}")
    finally:
        await _end(process)
        await asyncio.wait((asking,))
        asking.exception()
        connection.close()


def _ask(connection: Connection, upload: tuple[str, bytes, str]) -> LiabilitiesProof:
    connection.send_bytes(pickle.dumps(upload))  # `send` leaves a buffer to the collector, if that process was killed
    proof: LiabilitiesProof = connection.recv()
    return proof


async def _end(process: BaseProcess) -> None:
    process.kill()
    await asyncio.to_thread(process.join)
    process.close()


def _unreadable(reason: str) -> LiabilitiesProof:
    return LiabilitiesProof("", ProofStatus.UNREADABLE, reason=reason)


def _work(connection: Connection, memory: int, time: timedelta) -> None:
    """Verify the file that the other end of ``connection`` sends, in this process, which then ends."""
    stand_back(_FIRST_TO_GO)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # no trace of it may show what is in the file
    seconds = int(time.total_seconds()) + 1
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with suppress(EOFError, OSError):  # nobody is there any more
        name, content, user = connection.recv()
        most = _EXPANDS * len(content) + _LITTLE
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # hashes of a whole tree are sorted in nameless files
        connection.send(_verified(name, content, user, most))


def _verified(name: str, content: bytes, user: str, most: int) -> LiabilitiesProof:
    try:
        return verify(unpacked(name, content, most), Expected(user=user))
    except UnreadableError as error:
        return _unreadable(str(error))
    except MemoryError:
        return _unreadable(f"{name}: takes more memory to verify than is allowed here; {_AT_HOME}")
