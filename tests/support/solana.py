"""A stand-in for a Solana node: it answers as the public documentation shows, and moves on when it is told."""

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from base58 import b58decode, b58encode

from monitor.model import Network, Token
from monitor.registry import load
from tests.support.owner_standins import recorded
from tests.support.standins import JsonRpcStandIn, RefusedError

SOLANA: Network = load().networks["solana"]
SOL = Token("SOL", "solana", None, 9)
USDC = Token("USDC", "solana", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", 6)
USDG = Token("USDG", "solana", "2u1tszSeqZ3qBWF3uNGPFc8TzMk2tdiwknnRMWGWjGWH", 6)

SYSTEM = "11111111111111111111111111111111"
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
ANSWERS = recorded("solana")

_BEGAN = int(time.time()) - 13
"""The time of all blocks, on all stand-ins."""


def key(name: str | int) -> str:
    """A made-up address."""
    return b58encode(hashlib.sha256(f"solana {name}".encode()).digest()).decode()


@dataclass
class Lying:
    """What lies at an address."""

    lamports: int
    program: str = SYSTEM
    data: bytes = b""

    def told(self, part: dict[str, int]) -> dict[str, Any]:
        data = self.data[part["offset"] : part["offset"] + part["length"]]
        return {
            "data": [base64.b64encode(data).decode(), "base64"],
            "executable": False,
            "lamports": self.lamports,
            "owner": self.program,
            "rentEpoch": 18446744073709551615,
            "space": len(self.data),
        }


def token_data(mint: str, owner: str, units: int, *, state: int = 1, extensions: bytes = b"") -> bytes:
    """The data of a token account, by the layout of spl-token; with ``extensions``, by that of Token-2022."""
    base = b58decode(mint) + b58decode(owner) + units.to_bytes(8, "little") + bytes(36) + bytes([state]) + bytes(56)
    return base + (b"\2" + extensions if extensions else b"")


def mint_data(decimals: int, *, extensions: bytes = b"") -> bytes:
    """The data of a mint; with ``extensions``, by the layout of Token-2022."""
    base = bytes(36) + (10**15).to_bytes(8, "little") + bytes([decimals, 1]) + bytes(36)
    return base + (bytes(165 - 82) + b"\1" + extensions if extensions else b"")


class SolanaStandIn(JsonRpcStandIn):
    """A node whose newest slot is finalized. ``moves`` is asked before each answer how many slots pass."""

    def __init__(self) -> None:
        super().__init__()
        self.genesis: str = ANSWERS["getGenesisHash"]
        self.slot: int = ANSWERS["getSlot"]
        self.moves: Callable[[], int] = lambda: 0
        self.late = 0
        """Seconds that it adds to the times of blocks."""
        self.tells_newest = False
        """Whether it tells the newest block, whatever slot is asked for."""
        self.unstored = 0
        """How often the newest block is asked for in vain."""
        self.accounts: dict[str, Lying] = {
            str(USDC.contract): Lying(1, TOKEN, mint_data(6)),
            str(USDG.contract): Lying(1, TOKEN_2022, mint_data(6, extensions=b"\3" * 30)),
        }

    def give(self, token: Token, owner: str, units: int, address: str = "", **how: Any) -> str:
        """Another token account of ``owner``; gives its address."""
        address = address or key(f"{token} {owner} {len(self.accounts)}")
        program = self.accounts[str(token.contract)].program
        self.accounts[address] = Lying(2039280, program, token_data(str(token.contract), owner, units, **how))
        return address

    def on_getGenesisHash(self) -> str:  # noqa: N802
        return self.genesis

    def on_getSlot(self, config: dict[str, Any]) -> int:  # noqa: N802
        return self.slot if config["commitment"] == "finalized" else self.slot + 31

    def on_getBlock(self, slot: int, config: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert (config["transactionDetails"], config["rewards"]) == ("none", False)
        if self.unstored:
            self.unstored -= 1
            raise RefusedError(-32004, f"Block not available for slot {slot}")
        slot = self.slot + 40 if self.tells_newest else slot
        moment = _BEGAN + self.late
        return {**ANSWERS["getBlock"], "blockTime": moment, "blockhash": key(f"block {slot}"), "parentSlot": slot - 1}

    def on_getMultipleAccounts(self, keys: list[str], config: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert len(keys) <= 100
        return self._at(config, [self._told(each, config) for each in keys])

    def on_getTokenAccountsByOwner(  # noqa: N802
        self, owner: str, of: dict[str, str], config: dict[str, Any]
    ) -> dict[str, Any]:
        mint = self.accounts.get(of["mint"])
        if mint is None:
            raise RefusedError(-32602, "Invalid param: could not find mint")
        begins = b58decode(of["mint"]) + b58decode(owner)
        found = [
            {"pubkey": address, "account": lying.told(config["dataSlice"])}
            for address, lying in self.accounts.items()
            if lying.program == mint.program and lying.data.startswith(begins)
        ]
        return self._at(config, found)

    def _told(self, address: str, config: dict[str, Any]) -> dict[str, Any] | None:
        assert config["encoding"] == "base64"
        lying = self.accounts.get(address)
        return lying.told(config["dataSlice"]) if lying else None

    def _at(self, config: dict[str, Any], value: Any) -> dict[str, Any]:
        self.slot += self.moves()
        slot = self.on_getSlot(config)
        if slot < config.get("minContextSlot", 0):
            raise RefusedError(-32016, "Minimum context slot has not been reached")
        return {"context": {"apiVersion": "2.0.15", "slot": slot}, "value": value}
