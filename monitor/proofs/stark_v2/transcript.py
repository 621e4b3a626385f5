"""The challenges that verifier and prover draw from everything said so far (plonky2's duplex challenger)."""

from collections.abc import Iterable

from monitor.proofs.stark_v2.extension import Element
from monitor.proofs.stark_v2.poseidon import RATE, WIDTH, Hash, permuted


class Transcript:
    """A sponge that overwrites: what is observed goes in, challenges come out."""

    def __init__(self) -> None:
        self._state = [0] * WIDTH
        self._input: list[int] = []
        self._output: list[int] = []

    def observe(self, elements: Iterable[int]) -> None:
        for element in elements:
            self._input.append(element)
            if len(self._input) == RATE:
                self._duplex()

    def observe_cap(self, cap: Iterable[Hash]) -> None:
        for node in cap:
            self.observe(node)

    def observe_extension(self, values: Iterable[Element]) -> None:
        for value in values:
            self.observe(value)

    def draw(self) -> int:
        if self._input or not self._output:
            self._duplex()
        return self._output.pop()

    def draw_many(self, count: int) -> list[int]:
        return [self.draw() for _ in range(count)]

    def draw_extension(self) -> Element:
        first = self.draw()
        return first, self.draw()

    def _duplex(self) -> None:
        self._state[: len(self._input)] = self._input
        self._input.clear()
        self._state = permuted(self._state)
        self._output = self._state[:RATE]
