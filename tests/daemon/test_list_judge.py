"""Lists judged in a process of their own: whatever becomes of it, the daemon goes on with the last good one."""

import asyncio
import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from monitor import ownership
from monitor.daemon import list_judge, list_process
from monitor.daemon.handing_over import pieces_of, put_together
from monitor.daemon.judged import JudgedList
from monitor.daemon.list_judge import ListJudge, NothingKnown, Progress
from monitor.daemon.list_process import ListProcess
from monitor.daemon.list_reading import ListTask, judge_list, read_list
from monitor.daemon.stored import StoredVerdicts
from monitor.model import Claim, Code, Document, Network, Verdict, VerdictStatus
from monitor.model.packed import PackedClaims
from monitor.ownership import VerdictsByPrint, judge
from monitor.published import Cause, DocumentError
from monitor.registry import load as load_registry
from monitor.settings import WalletsSettings
from tests.support.daemons import Row, Site, list_of, publish, signed, until, watching
from tests.support.processes import family, is_running

LISTS = Path(__file__).parent.parent / "data" / "ownership"
REGISTRY = load_registry()
NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
ROWS = 4_000
"""More than a pipe holds of a list that was judged: its process waits until all is taken."""
LONG = list_of(Row("ethereum", "ETH", f"0x{n:040x}") for n in range(1, ROWS + 1)).encode()


def task(content: bytes, *, name: str = "list.csv", previous: bytes = b"") -> ListTask:
    document = Document(name, sha256(content).hexdigest(), len(content), NOW)
    new = ListTask(document, WalletsSettings(source=name, max_shrink=1), REGISTRY, NOW)
    return replace(new, previous=PackedClaims(read_list(new, previous).published.claims)) if previous else new


class Known:
    """Remembers verdicts."""

    def __init__(self) -> None:
        self.verdicts: dict[bytes, Verdict] = {}
        self.new: list[bytes] = []
        self.needed: list[bytes] = []

    async def find(self, prints: Sequence[bytes], _task: ListTask) -> Mapping[bytes, Verdict]:
        return {mark: self.verdicts[mark] for mark in prints if mark in self.verdicts}

    async def need(self, prints: Sequence[bytes], _task: ListTask) -> None:
        self.needed += prints

    async def keep(self, verdicts: VerdictsByPrint, _task: ListTask) -> None:
        self.verdicts.update(verdicts)
        self.new += verdicts


def kill(number: int = signal.SIGKILL) -> None:
    for process in multiprocessing.active_children():
        os.kill(process.pid or 0, number)


def once_it_judges(do: Callable[[], object]) -> Progress:
    """Does that whenever rows were judged, of which the last are still to come at first."""

    def told(done: int, _total: int) -> None:
        if done:
            do()

    return told


async def refusal(judging: ListJudge, content: bytes, then: Callable[[], object] = lambda: None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        await judging.judge(task(content), content, progress=once_it_judges(then))
    assert multiprocessing.active_children() == []
    return caught.value


def told_apart(one: JudgedList) -> dict[str, object]:
    """What can be compared of a judged list."""
    return {each.name: getattr(one, each.name) for each in fields(one)} | {"claims": list(one.claims)}


# --- What it answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LISTS.glob("wallets-*.csv")), ids=lambda path: path.stem)
def test_a_list_is_the_same_after_it_was_handed_over(path: Path) -> None:
    content = path.read_bytes()
    first, *rest = content.splitlines(keepends=True)
    previous = b"".join((first, *rest[:-1])) if len(rest) > 6 else content
    asked = task(content, previous=previous)
    read = read_list(asked, content)
    new = judge_list(asked, read, {}, lambda *_: None)
    pieces = [pickle.loads(pickle.dumps(piece)) for piece in pieces_of(new)]
    again = put_together(pieces)
    assert told_apart(again.judged) == told_apart(new.judged)
    assert again.changes == new.changes


def test_what_a_process_is_told_of_networks_is_what_the_daemon_knows() -> None:
    registry = pickle.loads(pickle.dumps(REGISTRY))
    assert registry == REGISTRY
    assert dict(registry.networks) == dict(REGISTRY.networks)
    assert type(registry.networks) is type(REGISTRY.networks), "as frozen as before"


async def test_a_process_says_what_a_thread_says(monkeypatch: pytest.MonkeyPatch) -> None:
    content = list_of([*(signed(n) for n in range(1, 9)), *(signed(n, "BTC", "bitcoin") for n in range(1, 3))]).encode()
    previous = list_of(signed(n) for n in range(3, 12)).encode()
    asked = task(content, previous=previous)
    here = await ListJudge(NothingKnown()).judge(asked, content)
    monkeypatch.setattr(list_judge, "SMALL", 0)
    known, done = Known(), list[tuple[int, int]]()
    there = await ListJudge(known).judge(asked, content, lambda *told: done.append(told))
    assert told_apart(there.judged) == told_apart(here.judged)
    assert there.changes == here.changes
    assert there.changes
    assert (len(there.changes.added), len(there.changes.removed)) == (4, 3)
    assert (done[0], done[-1]) == ((0, 10), (10, 10))
    assert set(known.verdicts.values()) == set(here.judged.verdicts)
    assert multiprocessing.active_children() == []


def test_a_row_is_judged_once_however_often_it_stands_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []

    def watched(claim: Claim, network: Network | None) -> Verdict:
        judged.append(claim.line)
        return judge(claim, network)

    content = list_of([signed(1), signed(2), replace(signed(1), amount="7"), signed(1)]).encode()
    monkeypatch.setattr(ownership, "judge", watched)
    new = judge_list(task(content), read_list(task(content), content), {}, lambda *_: None).judged
    assert len(judged) == 2
    assert [verdict.status for verdict in new.verdicts] == [VerdictStatus.VERIFIED] * 4


async def test_what_is_known_is_not_judged_again() -> None:
    known = Known()
    await ListJudge(known).judge(task(LONG), LONG)
    assert len(known.new) == ROWS
    known.new.clear()
    told = Verdict(Code.OWN_KEY, "as somebody said before")
    known.verdicts = dict.fromkeys(known.verdicts, told)
    more = LONG + list_of([signed(1)]).encode().splitlines(keepends=True)[1]
    new = await ListJudge(known).judge(task(more), more)
    assert len(known.new) == 1
    assert list(new.judged.verdicts[:-1]) == [told] * ROWS
    assert len(known.needed) == ROWS


@pytest.mark.parametrize(
    ("damaged", "reason", "place"),
    [
        (LONG + b'ethereum,"', Cause.TRUNCATED, f"list.csv:{ROWS + 2}"),
        (LONG.replace(b"network,", b"colour,", 1), Cause.LAYOUT, "docs/layouts.md"),
    ],
)
async def test_a_refusal_for_its_content_comes_whole(damaged: bytes, reason: Cause, place: str) -> None:
    known = Known()
    there = await refusal(ListJudge(known), damaged)
    assert known.new == known.needed == [], "nothing of a list that is not whole"
    with pytest.raises(DocumentError) as here:
        read_list(task(damaged), damaged)
    assert (there.reason, str(there)) == (here.value.reason, str(here.value))
    assert there.reason is reason
    assert place in str(there)


async def test_a_defect_of_ours_comes_with_its_traceback() -> None:
    broken = replace(task(LONG), registry=None)  # type: ignore[arg-type]
    with pytest.raises(DocumentError) as caught:
        await ListJudge(NothingKnown()).judge(broken, LONG)
    assert caught.value.reason is Cause.UNEXPECTED
    assert "AttributeError" in str(caught.value)
    assert "Traceback" in caught.value.__notes__[0]


# --- How it may end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_a_process_that_is_killed_refuses_its_list_and_the_next_one_goes_on_from_there(number: int) -> None:
    known = Known()
    error = await refusal(ListJudge(known), LONG, lambda: kill(number))
    assert error.reason is Cause.KILLED
    assert signal.Signals(number).name in str(error)
    assert known.new, "on a busy machine all may be found before it is killed"
    new = await ListJudge(known).judge(task(LONG), LONG)
    assert len(known.new) == ROWS, "each once, before the kill or after it"
    assert new.judged.counts == {("ethereum", VerdictStatus.UNSIGNED): ROWS}


async def test_a_process_that_takes_too_much_memory_refuses_its_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_process, "_AS_MUCH_AGAIN", 0)
    monkeypatch.setattr(list_process, "_PROGRAM", 32 * 1024**2)
    error = await refusal(ListJudge(NothingKnown()), LONG)
    assert error.reason is Cause.TOO_LARGE
    assert "max_memory" in str(error)


async def test_a_process_that_is_no_longer_wanted_while_it_starts_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    begins, may_start = threading.Event(), threading.Event()
    start = ListProcess.start

    def slowly(process: ListProcess) -> None:
        begins.set()
        may_start.wait()
        start(process)

    monkeypatch.setattr(ListProcess, "start", slowly)
    judging = asyncio.create_task(ListJudge(NothingKnown()).judge(task(LONG), LONG))
    await asyncio.to_thread(begins.wait)
    judging.cancel()
    await asyncio.sleep(0)
    may_start.set()
    with pytest.raises(asyncio.CancelledError):
        await judging
    assert multiprocessing.active_children() == []


async def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: ListProcess) -> None:
        raise BlockingIOError(errno.EAGAIN, "no process is left")

    monkeypatch.setattr(ListProcess, "start", fail)
    with pytest.raises(OSError, match="no process is left"):
        await ListJudge(NothingKnown()).judge(task(LONG), LONG)


async def test_the_process_and_its_pool_come_after_the_daemon_for_a_core_and_go_before_it_where_memory_runs_out() -> (
    None
):
    scores: list[int] = []
    nice: list[int] = []

    def look() -> None:
        for process in multiprocessing.active_children():
            for pid in family(process.pid or 0):
                scores.append(int(Path(f"/proc/{pid}/oom_score_adj").read_text()))
                nice.append(os.getpriority(os.PRIO_PROCESS, pid))

    await ListJudge(NothingKnown()).judge(task(LONG), LONG, progress=once_it_judges(look))
    assert scores
    assert min(scores) > int(Path("/proc/self/oom_score_adj").read_text())
    assert min(nice) > os.getpriority(os.PRIO_PROCESS, 0)


FORKED = """
import os, signal
from monitor.daemon import list_pool
from monitor.daemon.handing_over import SomeVerdicts
from monitor.daemon.list_pool import Ahead, JudgingPool
from monitor.daemon.list_reading import judge_list, read_list
from monitor.published import DocumentError
from tests.daemon.test_list_judge import LONG, ROWS, task

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def told(do):
    try:
        do()
    except DocumentError as error:
        print(error.reason, error)

def ahead():
    ours, theirs = list_pool._FORK.Pipe()
    answers = [SomeVerdicts.of({}), SomeVerdicts.of({})]
    for answer in answers:
        theirs.send(answer)
    found = Ahead(asked, ours)
    read_list(asked, LONG, found.note)
    found.end()
    return found

asked = task(LONG)
read = read_list(asked, LONG)
judged = judge_list(asked, read, {}, lambda *_: None).judged
list_pool._AHEAD = ROWS // 2
os.sched_getaffinity = lambda _: {0, 1}
one = ahead()
found = dict(entry for some in one.found(ROWS) for entry in some.by_print().items())
right = dict(zip(read.prints, judged.verdicts))
print(len(found) >= ROWS // 2, all(right[mark] == verdict for mark, verdict in found.items()), one.known == found)
list_pool._judge_ahead = lambda *_: die()
told(lambda: [*ahead().found(ROWS)])
pool = JudgingPool(asked, read.published.claims, die)
told(lambda: judge_list(asked, read, {}, lambda *_: None, pool.judge))
"""


def test_processes_beside_it_judge_what_it_would_and_refuse_the_list_where_they_are_killed() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    ahead, *killed = done.stdout.splitlines()
    assert ahead == "True True True"
    assert len(killed) == 2
    assert all(line.startswith("killed list.csv: a process that judged its rows was killed") for line in killed)


async def test_who_is_cancelled_leaves_no_process_behind_and_keeps_what_was_found() -> None:
    stopped, pids = asyncio.Event(), list[int]()

    def stop() -> None:
        pids.extend(pid for process in multiprocessing.active_children() for pid in family(process.pid or 0))
        stopped.set()

    known = Known()
    judging = asyncio.create_task(ListJudge(known).judge(task(LONG), LONG, progress=once_it_judges(stop)))
    await stopped.wait()
    judging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await judging
    assert multiprocessing.active_children() == []
    assert len(pids) > 1, "with its pool"
    await until(lambda: nobody(pids))
    assert known.verdicts


async def test_one_list_is_judged_at_a_time() -> None:
    at_once: list[int] = []
    judging = ListJudge(NothingKnown())
    look = once_it_judges(lambda: at_once.append(len(multiprocessing.active_children())))
    await asyncio.gather(*(judging.judge(task(LONG), LONG, progress=look) for _ in range(3)))
    assert set(at_once) == {1}


async def nobody(pids: Sequence[int]) -> bool:
    return not any(map(is_running, pids))


# --- What becomes of the daemon --------------------------------------------------------------------------------------


async def test_the_daemon_goes_on_with_the_last_good_list(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.exchange("okx", [signed(1), signed(2)])
    site.owes("okx", ETH="1")
    keep = StoredVerdicts.keep

    async def kept(self: StoredVerdicts, verdicts: VerdictsByPrint, task: ListTask) -> None:
        await keep(self, verdicts, task)
        kill()

    async with watching(site.write()) as watched:
        await until(watched.ready)
        with monkeypatch.context() as patch:
            patch.setattr(StoredVerdicts, "keep", kept)
            patch.setattr(list_judge, "_KEPT", ROWS // 10)
            publish(site.list("okx"), LONG)

            async def refused() -> bool:
                return "SIGKILL" in (await watched.alerts()).get("PorListRefused", {}).get("summary", "")

            await until(refused)
            assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 2
            failures = await watched.value(
                "por_document_failures_total", exchange="okx", document="wallets", reason="killed"
            )
            assert failures
            assert failures >= 1

        async def taken_up() -> bool:
            unsigned = await watched.value("por_claims", exchange="okx", network="ethereum", verdict="unsigned")
            return unsigned == ROWS and "PorListRefused" not in await watched.alerts()

        await until(taken_up)
