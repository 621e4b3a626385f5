"""A mirror node of Hedera: shapes of its REST API (rest/balances.js, blockViewModel.js in hiero-mirror-node)."""

from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

TREASURY = "0.0.2"
_KNOWN = 34305852
_NOT_FOUND = {"_status": {"messages": [{"message": "Not found"}]}}


class HederaStandIn(NetworkStandIn):
    network = load().networks["hedera"]
    coin = Token("HBAR", "hedera", None, 8)

    def __init__(self) -> None:
        super().__init__()
        self.known = "1656461547.557609267"
        self.every = 1
        """After how many blocks there is a snapshot."""
        self.absent: set[Address] = set()
        """Accounts that are in no snapshot."""
        self.accounts: dict[Address, dict[str, Any]] = {}
        """What it tells of accounts beside their balances."""

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0.0.{1000 + number}"

    @staticmethod
    def hash_of(number: int) -> str:
        return f"0x{number:064x}{'ab' * 16}"

    def end(self, number: int) -> int:
        """The nanosecond at which a block ends."""
        return self.moment(number) * 10**9 + number

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["api", "v1", "blocks", number]:
                return self._block(int(number))
            case ["api", "v1", "blocks"]:
                query = dict(asked.query)
                numbers = [each for each in self._blocks if written(self.end(each)) == query["timestamp"]]
                return {"blocks": [self._block(each) for each in numbers], "links": {"next": None}}
            case ["api", "v1", "balances"]:
                return self._balances(asked)
            case ["api", "v1", "accounts", account] if account in self.accounts:
                return {"account": account, "deleted": False, "created_timestamp": written(0), **self.accounts[account]}
        raise Refusal(404, _NOT_FOUND)

    @property
    def _blocks(self) -> range:
        return range(self.oldest - 50, self.tip + 1)

    def _block(self, number: int) -> Any:
        if number == _KNOWN:
            return {"number": number, "hash": self.hash_of(number), "timestamp": {"from": "1.0", "to": self._began}}
        if number not in self._blocks:
            raise Refusal(404, _NOT_FOUND)
        span = {"from": written(self.end(number) - 10**9), "to": written(self.end(number))}
        return {"count": 7, "number": number, "hash": self.hash_of(number), "timestamp": span}

    @property
    def _began(self) -> str:
        return "1656461617.493248000" if self.elsewhere else self.known

    def _balances(self, asked: Asked) -> Any:
        accounts = [value for name, value in asked.query if name == "account.id"]
        assert len(accounts) <= 100
        wanted = dict(asked.query)["timestamp"]
        before = 2**63 if wanted.startswith("lte:") or not self.heeds else nanoseconds(wanted)
        snapshots = [each for each in self._blocks if self.end(each) <= before and each % self.every == 0]
        kept = [each for each in snapshots if each >= self.oldest]
        if not kept:
            return {"timestamp": None, "balances": [], "links": {"next": None}}
        number = max(kept)
        told = [
            {"account": each, "balance": self.units(None, each, number), "tokens": []}
            for each in accounts
            if each not in self.absent
        ]
        return {"timestamp": written(self.end(number)), "balances": told, "links": {"next": None}}


def written(moment: int) -> str:
    return f"{moment // 10**9}.{moment % 10**9:09}"


def nanoseconds(text: str) -> int:
    seconds, _, rest = text.partition(".")
    return int(seconds) * 10**9 + int(rest)
