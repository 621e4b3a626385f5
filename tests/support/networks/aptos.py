"""A full node of Aptos: shapes of aptos-core's specification (api/doc/spec.yaml)."""

from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

VERSIONS = 4
"""In each block."""
_USDT = "0x357b0b74bc833e95a115ad22604854d6b0fca151cecd94111770e5d6ffc9dc2b"
_USDC = "0xbae207659db88bea0cbead6da0ed00aac12edcdda169e591cd41c94180b46f3b"


class AptosStandIn(NetworkStandIn):
    network = load().networks["aptos"]
    coin = Token("APT", "aptos", None, 8)
    tokens = (Token("USDT", "aptos", _USDT, 6), Token("USDC", "aptos", _USDC, 6))

    def __init__(self) -> None:
        super().__init__()
        self.decimals = {str(token.contract): token.decimals for token in self.tokens}

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0x{number:064x}"

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case [""]:
                return self._ledger()
            case ["blocks", "by_height", height]:
                return self._block(int(height))
            case ["transactions", "by_version", version]:
                return self._transaction(int(version))
            case ["accounts", account, "balance", asset]:
                block = self._at(asked)
                return self.units(None if asset == "0x1::aptos_coin::AptosCoin" else asset, account, block)
            case ["accounts", contract, "resource", kind]:
                self._at(asked)
                if contract not in self.decimals:
                    raise Refusal(404, _error("resource_not_found", f"Resource not found by Address({contract})"))
                return {"type": kind, "data": {"decimals": self.decimals[contract], "name": "Tether", "symbol": "T"}}
        raise Refusal(404, _error("web_framework_error", "not found"))

    def _ledger(self) -> Any:
        return {
            "chain_id": 2 if self.elsewhere else 1,
            "epoch": "6600",
            "ledger_version": str(VERSIONS * self.tip + 3),
            "oldest_ledger_version": str(VERSIONS * self.oldest),
            "ledger_timestamp": f"{self.moment(self.tip)}000089",
            "node_role": "full_node",
            "block_height": str(self.tip),
        }

    def _block(self, height: int) -> Any:
        if height > self.tip:
            raise Refusal(404, _error("block_not_found", f"Block not found by height({height})"))
        if height < self.oldest - 50:
            raise Refusal(410, _error("block_pruned", f"Block({height}) has been pruned"))
        return {
            "block_height": str(height),
            "block_hash": f"0x{height:064x}",
            "block_timestamp": f"{self.moment(height)}000089",
            "first_version": str(VERSIONS * height),
            "last_version": str(VERSIONS * height + 3),
            "transactions": None,
        }

    def _transaction(self, version: int) -> Any:
        if version // VERSIONS > self.tip:
            raise Refusal(404, _error("version_not_found", f"Ledger version({version}) not found"))
        return {
            "version": str(version),
            "hash": f"0x{7 * version:064x}",
            "accumulator_root_hash": f"0x{9 * version:064x}",
            "success": True,
            "timestamp": f"{self.moment(version // VERSIONS)}000089",
            "type": "state_checkpoint_transaction",
        }

    def _at(self, asked: Asked) -> int:
        version = int(dict(asked.query).get("ledger_version", VERSIONS * self.tip + 3))
        if not self.heeds:
            return self.tip
        if version > VERSIONS * self.tip + 3:
            raise Refusal(404, _error("version_not_found", f"Ledger version({version}) not found"))
        if version < VERSIONS * self.oldest:
            raise Refusal(410, _error("version_pruned", f"Ledger version({version}) has been pruned"))
        return version // VERSIONS


def _error(code: str, message: str) -> Any:
    return {"message": message, "error_code": code, "vm_error_code": None}
