"""A node that answers of another block than it is asked for."""

from typing import Any

from tests.support.standins import EvmStandIn, RefusedError

METHODS = frozenset({"eth_getBalance", "eth_call", "override", "eth_getCode"})
"""All by which a state is asked for; ``override`` is ``eth_call`` with code of the asker's own."""


class Careless(EvmStandIn):
    """Answers ``careless`` methods of its newest state where the block is addressed in one of the forms ``ignored``."""

    careless: frozenset[str] = METHODS
    ignored: tuple[type, ...] = ()
    unknown: object = RefusedError(-32000, "header not found")
    """What it says of a block that nobody has, where it looks."""

    miner = "0x" + "11" * 20
    """Of every block."""

    def on_eth_getBlockByNumber(self, name: str, full: bool) -> dict[str, Any] | None:  # noqa: N802
        block = super().on_eth_getBlockByNumber(name, full)
        return block and {**block, "miner": self.miner}

    def at(self, number: int) -> None:
        """Set ``coins`` and ``tokens`` to what they were at a block."""

    def _number(self, method: str, at: Any) -> int | None:
        if at == "latest" or (method in self.careless and isinstance(at, self.ignored)):
            return self.tip
        try:
            self.known(at)
        except RefusedError:
            if isinstance(self.unknown, RefusedError):
                raise
            return None
        return int(at, 16) if isinstance(at, str) else {self.hash_of(n): n for n in range(101)}[at["blockHash"]]

    def _told(self, method: str, at: Any, tell: Any) -> Any:
        number = self._number(method, at)
        if number is None:
            return self.unknown
        self.at(number)
        return tell(hex(number))

    def on_eth_getBalance(self, account: str, at: Any) -> Any:  # noqa: N802
        return self._told("eth_getBalance", at, lambda number: super(Careless, self).on_eth_getBalance(account, number))

    def on_eth_getCode(self, account: str, at: Any) -> Any:  # noqa: N802
        return self._told("eth_getCode", at, lambda number: super(Careless, self).on_eth_getCode(account, number))

    def on_eth_call(self, call: dict[str, str], at: Any, overrides: Any = None) -> Any:
        method = "override" if overrides else "eth_call"
        return self._told(method, at, lambda number: super(Careless, self).on_eth_call(call, number, overrides))
