"""A nodeos: shapes of the chain API (chain_plugin of AntelopeIO/spring), tables as eosio.system has them."""

from datetime import UTC, datetime
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

A = Token("A", "eos", "core.vaulta", 4)
_EOS = "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906"
_WAX = "1064487b3cd1a897ce03ae5b6a865651747e2e152090f99c1d19d44e01aea5a4"
_LETTERS = "abcdefghij"
_PAGE = 2


class AntelopeStandIn(NetworkStandIn):
    network = load().networks["eos"]
    coin = Token("EOS", "eos", None, 4)
    tokens = (A,)
    pins = False
    nothing = ([],)

    def __init__(self) -> None:
        super().__init__()
        self.reversible = 0
        """How many of its blocks are not irreversible yet."""
        self.replaced: dict[int, str] = {}
        """Blocks that became others, by number."""
        self.missing: set[Address] = set()
        """Accounts that there are not."""
        self.staked_for: dict[Address, dict[Address, int]] = {}
        """What accounts staked for others, beside what they hold."""
        self.refunds: dict[Address, int] = {}
        self.funds: dict[Address, int] = {}
        self.shares: dict[Address, int] = {}
        self.pool: tuple[int, int] | None = (0, 0)
        """Coins and shares of REX; None where the chain has none."""
        self.supplies = {"core.vaulta": {"A": "2100000000.0000 A"}}

    @classmethod
    def account(cls, number: int) -> Address:
        return "acc" + "".join(_LETTERS[int(digit)] for digit in f"{number:06}")

    def hash_of(self, number: int) -> str:
        return self.replaced.get(number, f"{number:08x}" + "ab" * 28)

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["v1", "chain", "get_info"]:
                return self._information()
            case ["v1", "chain", "get_block_info"]:
                number = asked.body["block_num"]
                return {"block_num": number, "id": self.hash_of(number), "timestamp": self._time(number)}
            case ["v1", "chain", "get_account"]:
                return self._account(asked.body["account_name"], asked.body.get("expected_core_symbol"))
            case ["v1", "chain", "get_table_rows"]:
                return self._rows(asked.body)
            case ["v1", "chain", "get_currency_balance"]:
                contract, account = asked.body["code"], asked.body["account"]
                coin = contract == "eosio.token"
                units = self._free(account) if coin else self.units(contract, account, self.tip)
                return [_amount(units, asked.body["symbol"])] if units else []
            case ["v1", "chain", "get_currency_stats"]:
                supply = self.supplies.get(asked.body["code"], {}).get(asked.body["symbol"])
                told = {"supply": supply, "max_supply": supply, "issuer": "core.vaulta"}
                return {asked.body["symbol"]: told} if supply else {}
        raise Refusal(404, {"code": 404, "message": "Not Found"})

    def _time(self, number: int) -> str:
        return f"{datetime.fromtimestamp(self.moment(number), UTC):%Y-%m-%dT%H:%M:%S}.500"

    def _information(self) -> Any:
        told: dict[str, Any] = {"chain_id": _WAX if self.elsewhere else _EOS}
        for name, number in (("head_block", self.tip), ("last_irreversible_block", self.tip - self.reversible)):
            told |= {f"{name}_num": number, f"{name}_id": self.hash_of(number), f"{name}_time": self._time(number)}
        return told

    def _account(self, account: Address, symbol: str | None) -> Any:
        if account in self.missing:
            raise _failure("unknown key (eosio::chain::name): " + account)
        held = self.units(None, account, self.tip)
        shares = self.shares.get(account)
        refund = self.refunds.get(account)
        told = {
            "account_name": account,
            "head_block_num": self.tip,
            "total_resources": {"owner": account, "net_weight": "7777.0000 EOS", "cpu_weight": "7777.0000 EOS"},
            "self_delegated_bandwidth": self._delegations(account)[0] if held else None,
            "refund_request": {"owner": account, "net_amount": _amount(refund), "cpu_amount": _amount(refund)}
            if refund
            else None,
            "rex_info": {"owner": account, "rex_balance": _amount(shares, "REX")} if shares else None,
        }
        return {**told, "core_liquid_balance": _amount(self._free(account))} if held and symbol == "4,EOS" else told

    def _free(self, account: Address) -> int:
        held = self.units(None, account, self.tip)
        return held - held // 2

    def _delegations(self, account: Address) -> list[Any]:
        held = self.units(None, account, self.tip)
        own = {account: held // 2} if held else {}
        return [
            {"from": account, "to": to, "net_weight": _amount(units // 3), "cpu_weight": _amount(units - units // 3)}
            for to, units in (own | self.staked_for.get(account, {})).items()
        ]

    def _rows(self, asked: Any) -> Any:
        if asked["table"] == "delband":
            rows, start = self._delegations(_name(int(asked["scope"]))), int(asked.get("lower_bound", "0"))
            more = len(rows) > start + _PAGE
            return {"rows": rows[start : start + _PAGE], "more": more, "next_key": str(start + _PAGE) if more else ""}
        assert _name(int(asked["scope"])) == "eosio"
        if asked["table"] == "rexfund":
            account = _name(int(asked["lower_bound"]))
            fund = self.funds.get(account)
            rows = [{"version": 0, "owner": account, "balance": _amount(fund)}] if fund else []
        elif self.pool is None:
            raise _failure(f"Table {asked['table']} is not specified in the ABI")
        else:
            coins, shares = self.pool
            rows = [{"version": 0, "total_lendable": _amount(coins), "total_rex": _amount(shares, "REX")}]
        return {"rows": rows, "more": False, "next_key": ""}


def _name(number: int) -> Address:
    digits = ".12345abcdefghijklmnopqrstuvwxyz"
    return "".join(digits[(number >> (59 - 5 * place)) & 31] for place in range(12)).rstrip(".")


def _amount(units: int, symbol: str = "EOS") -> str:
    return f"{units // 10**4}.{units % 10**4:04} {symbol}"


def _failure(message: str) -> Refusal:
    details = [{"message": message, "file": "chain_plugin.cpp", "line_number": 1, "method": "get"}]
    error = {"code": 3060002, "name": "account_query_exception", "what": "Account Query Exception", "details": details}
    return Refusal(500, {"code": 500, "message": "Internal Service Error", "error": error})
