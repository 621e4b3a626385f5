"""Horizon: shapes of its API reference (root, ledgers, accounts, errors), with the header of its StateMiddleware."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.stellar import _encode
from tests.support.networks.standin import START, Asked, NetworkStandIn, Refusal

_PUBLIC = "Public Global Stellar Network ; September 2015"


class StellarStandIn(NetworkStandIn):
    """Accounts change in every ledger, but for those that have ``moves``."""

    network = load().networks["stellar"]
    coin = Token("XLM", "stellar", None, 7)
    pins = False

    def __init__(self) -> None:
        super().__init__()
        self.passphrase = _PUBLIC
        self.moves: dict[Address, dict[int, int]] = {}
        """By how much an account changed, in which ledgers; one that is here changes in no others."""
        self.missing: set[Address] = set()
        """Accounts that there are not."""
        self.lags = 0
        """How many ledgers it is behind in what it tells of accounts."""
        self.named = True
        """Whether a gateway lets the header through."""

    @classmethod
    def account(cls, number: int) -> Address:
        return _encode(bytes([6 << 3]) + sha256(f"stellar {number}".encode()).digest())

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def units(self, contract: str | None, account: Address, block: int) -> int:
        if account not in self.moves:
            return super().units(contract, account, block)
        moved = sum(units for ledger, units in self.moves[account].items() if ledger <= block)
        return self.held.get((contract, account), 0) + moved

    def _changed(self, account: Address) -> int:
        moves = self.moves.get(account)
        if moves is None:
            return self._known if self.held.get((None, account)) else START - 500
        return max((ledger for ledger in moves if ledger <= self._known), default=START - 500)

    @property
    def _known(self) -> int:
        return self.tip - self.lags

    def headers(self, asked: Asked) -> Mapping[str, str]:
        return {"Latest-Ledger": f"{self._known}"} if self.named and "/accounts/" in asked.path else {}

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case [""]:
                passphrase = "Test SDF Network ; September 2015" if self.elsewhere else self.passphrase
                ledgers = {"ingest_latest_ledger": self.tip, "history_latest_ledger": self.tip}
                return {"horizon_version": "2.32.0", **ledgers, "network_passphrase": passphrase}
            case ["ledgers", number]:
                return self._ledger(int(number))
            case ["accounts", account]:
                return self._account(account)
        raise _problem(404, "not_found")

    def _ledger(self, number: int) -> Any:
        if number < self.oldest:
            raise _problem(410, "before_history")
        if number > self.tip:
            raise _problem(404, "not_found")
        closed = f"{datetime.fromtimestamp(self.moment(number), UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {"id": self.hash_of(number), "hash": self.hash_of(number), "sequence": number, "closed_at": closed}

    def _account(self, account: Address) -> Any:
        if account in self.missing:
            raise _problem(404, "not_found")
        units = self.units(None, account, self._known)
        usdc = {"balance": "12.0000000", "asset_type": "credit_alphanum4", "asset_code": "USDC"}
        xlm = {"balance": f"{units // 10**7}.{units % 10**7:07}", "selling_liabilities": "1.0000000"}
        return {
            "id": account,
            "account_id": account,
            "last_modified_ledger": self._changed(account),
            "balances": [usdc, {**xlm, "asset_type": "native"}],
        }


def _problem(status: int, name: str) -> Refusal:
    return Refusal(status, {"type": f"https://stellar.org/horizon-errors/{name}", "title": name, "status": status})
