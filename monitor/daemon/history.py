"""Keeping the history: what each World says goes into its minute, its hour and its day."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.chains import Wanted
from monitor.computing import computed
from monitor.daemon.stored import written
from monitor.giving_way import giving_way
from monitor.model import (
    Assessment,
    AssetAssessment,
    AssetStep,
    Balances,
    Caip2,
    HistoryStep,
    Snapshot,
    Step,
    Token,
    World,
)
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)

_WATCHED = timedelta(minutes=1)
"""Worlds follow each other within seconds. What lies between two that are further apart was watched by nobody."""


_Key = tuple[str, Step, datetime]


@dataclass(slots=True)
class _Watched:
    """What one exchange's history goes on from."""

    at: datetime | None
    """When it was looked at last in this run."""
    assets: Mapping[str, AssetAssessment]
    """What was known then."""
    steps: dict[Step, HistoryStep]
    """The steps that are not over yet."""


class SnapshotKeeper:
    """Has the history hold the last whole snapshots that a World shows: each is written once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: dict[str, dict[str, Balances]] = {}
        """By network and exchange."""

    async def load(
        self, chains: Mapping[str, Caip2], wanted: Callable[[str, str], Wanted]
    ) -> AsyncIterator[tuple[Snapshot, Mapping[Token, Snapshot]]]:
        """Read those of an earlier run on ``chains``, CAIP-2 ids by name of the network: one network after the other.

        Beside each are the last readings of tokens that the chain refused to tell at its block. ``wanted`` tells what
        an exchange claims on a network.
        """
        for network, chain in chains.items():
            earlier = await self._store.earlier({network: chain})
            for read in await self._store.snapshots({network: chain}):
                each = await computed(_with_texts_of, wanted(read.exchange, network), read)
                self._written.setdefault(network, {})[each.exchange] = each.balances
                yield each, earlier.get((each.exchange, network), {})

    async def keep(self, world: World, network: str) -> None:
        """Write what ``world`` shows of ``network`` and the history does not hold yet."""
        states = {name: each.snapshots.get(network) for name, each in world.assessments.items()}
        shown = {name: (each.last, each) for name, each in states.items() if each and each.last}
        # By their balances, which are the same ones when the clock has stepped and the snapshot with it.
        before = self._written.get(network, {})
        present = {name for each in world.assessments.values() for name in each.snapshots}
        self._written = {name: each for name, each in self._written.items() if name in present}
        self._written[network] = {name: last.balances for name, (last, _) in shown.items()}
        for name, (last, state) in shown.items():
            if before.get(name) is not last.balances:
                await written(self._store.save_snapshot(last, state.chain, state.earlier))


class HistoryKeeper:
    """Takes in one World after the other, and writes what they change.

    A step is written when something in it changed, and at its end: whatever is killed in between, no change is lost.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watched: dict[str, _Watched] = {}
        self._unsaved: dict[_Key, HistoryStep] = {}
        """Hours and days that could not be written: they are, once that is possible."""

    def begin_anew(self) -> None:
        """Go on as after a restart, from what is kept: the clock has stepped, into other minutes and days."""
        self._watched.clear()

    async def keep(self, world: World) -> None:
        """Take in what ``world`` says of every exchange."""
        known = self._watched
        try:
            self._watched = {
                name: known.get(name) or await self._restored(each) for name, each in world.assessments.items()
            }
        except StoreError as error:  # what cannot be read must not be written over
            _log.error("the history was not read", error=str(error))
            return
        await self._save(await computed(self._taken_in, world))

    async def close(self) -> None:
        """Write the time that has passed since the last change."""
        steps = (each for watched in self._watched.values() for each in watched.steps.values())
        await self._save(_by_key(steps))

    async def _save(self, news: Mapping[_Key, HistoryStep]) -> None:
        if not news:
            return
        news = {**self._unsaved, **news}
        saved = await written(self._store.save_history(tuple(news.values())))
        self._unsaved = {} if saved else {key: each for key, each in news.items() if each.step is not Step.RAW}

    def _taken_in(self, world: World) -> dict[_Key, HistoryStep]:
        watches = giving_way(self._watched.items())
        return _by_key(each for name, watched in watches for each in _taken_in(watched, world.assessments[name]))

    async def _restored(self, assessment: Assessment) -> _Watched:
        """What is kept of the steps that are not over yet; nobody watched since."""
        steps: dict[Step, HistoryStep] = {}
        for step in Step:
            begins = step.begins(assessment.at)
            kept = await self._store.history(assessment.exchange, step, begins, begins + step.length)
            unsaved = self._unsaved.get((assessment.exchange, step, begins))
            for each in kept if unsaved is None else [unsaved]:
                steps[step] = each
        return _Watched(None, {}, steps)


def _with_texts_of(wanted: Wanted, snapshot: Snapshot) -> Snapshot:
    """``snapshot`` with the accounts of ``wanted`` as its keys: as texts of its own they take 100 bytes each."""
    texts = {account: account for accounts in wanted.values() for account in accounts}
    balances = {
        token: {texts.get(account, account): units for account, units in held.items()}
        for token, held in giving_way(snapshot.balances.items())
    }
    return replace(snapshot, balances=balances)


def _by_key(steps: Iterable[HistoryStep]) -> dict[_Key, HistoryStep]:
    """The last form of each of ``steps`` that tells of anything."""
    return {(each.exchange, each.step, each.at): each for each in steps if each.assets}


def _taken_in(watched: _Watched, assessment: Assessment) -> Iterator[HistoryStep]:
    """Bring all steps up to ``assessment``; those that are to be written, the last form of each at the end."""
    assets = {name: each for name, each in assessment.assets.items() if not each.implied}
    before = watched.at or assessment.at
    passed = assessment.at - before
    goes_on = watched.at is not None and timedelta() <= passed <= _WATCHED
    changed = (
        not goes_on
        or assets.keys() != watched.assets.keys()
        or any(_differ(each, watched.assets[name]) for name, each in assets.items())
    )
    over = False
    for step in Step:
        begins = step.begins(assessment.at)
        current = watched.steps.get(step)
        if current is not None and begins > current.at:
            over = True
            yield _lasting(current, watched.assets, begins - before) if goes_on else current
        if current is None or begins > current.at:
            current = HistoryStep(assessment.exchange, step, begins, {})
            if goes_on:  # what held when it began
                held = {name: AssetStep.of(each) for name, each in watched.assets.items()}
                current = _lasting(replace(current, assets=held), watched.assets, assessment.at - begins)
        elif goes_on:
            current = _lasting(current, watched.assets, passed)
        watched.steps[step] = _and_then(current, assets) if changed else current
    watched.at, watched.assets = assessment.at, assets
    if changed or over:
        yield from watched.steps.values()


def _differ(one: AssetAssessment, other: AssetAssessment) -> bool:
    """Whether the history of ``one`` is another one."""
    basis = one.basis
    return (one.status, basis, one.owed, one.whole, one.accounts) != (
        other.status,
        other.basis,
        other.owed,
        other.whole,
        other.accounts,
    ) or any(
        each.get(basis) != before.get(basis)
        for each, before in (
            (one.totals, other.totals),
            (one.lower_bounds, other.lower_bounds),
            (one.upper_bounds, other.upper_bounds),
        )
    )


def _lasting(step: HistoryStep, held: Mapping[str, AssetAssessment], time: timedelta) -> HistoryStep:
    """``step``, after what was ``held`` went on for so long."""
    return replace(
        step,
        assets={
            name: told.lasting(held[name].status, time) if name in held else told for name, told in step.assets.items()
        },
    )


def _and_then(step: HistoryStep, assets: Mapping[str, AssetAssessment]) -> HistoryStep:
    """``step``, and ``assets`` seen after it."""
    seen = {
        name: step.assets[name].and_then(each) if name in step.assets else AssetStep.of(each)
        for name, each in assets.items()
    }
    return replace(step, assets={**step.assets, **seen})
