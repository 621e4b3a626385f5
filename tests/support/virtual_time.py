"""An event loop whose clock jumps to the next thing that is due: hours pass at once, and always in the same order."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_TURN = 1e-9
"""Seconds that each turn of the loop takes at least, or rounding could keep a clock from reaching what is due."""


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for the next timer, it puts the clock forward. Nothing comes from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everything waits, and nothing will ever happen"
        self.now += max(timeout, _TURN)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """At once instead of in a thread, whose end no clock that jumps can wait for."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever the work raises, as a thread would
            done.set_exception(error)
        return done


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run ``test`` on such a loop; it opens no connections."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(test)
