"""A node of a Cosmos chain: shapes as a node of wasmd 0.70.3 (cosmos-sdk 0.54.0) gave them, proofs among them."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from monitor.chains.cosmos.headers import header_of
from monitor.chains.protobuf import Message, always, field
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses import decode
from monitor.registry.addresses.encodings import bech32
from tests.support.networks.cosmos_trees import Leaves, operations, state_of
from tests.support.networks.rpc_standin import RpcError, RpcStandIn

USDC = "ibc/F663521BF1836B00F5F177680F74BFB9A8B5654A694D0D2BC249E03CF2509013"
_PAGE = 2
"""Entries of a list in a page."""


def _coin(denom: str, units: int) -> bytes:
    return field(1, denom.encode()) + always(2, str(units).encode())


class CosmosStandIn(RpcStandIn):
    network = load().networks["cosmos"]
    coin = Token("ATOM", "cosmos", None, 6)
    tokens = (Token("USDC", "cosmos", USDC, 6),)

    def __init__(self) -> None:
        super().__init__()
        self.denoms = {"uatom": None, USDC: USDC}
        self.catching_up = False
        self.ends = True
        """Whether lists have a last page."""
        self.staked: dict[Address, list[int]] = {}
        """Of what an account holds, what it has delegated to each of some validators."""
        self.unbonding: dict[Address, list[int]] = {}
        self.told: dict[bytes, bytes] = {}
        """Other values than the true ones, by key of the bank's store."""
        self._headers: dict[int, Any] = {}

    @classmethod
    def account(cls, number: int) -> Address:
        return bech32.encode_account("cosmos", sha256(f"cosmos {number}".encode()).digest()[:20])

    def result(self, method: str, params: Any) -> Any:
        match method:
            case "status":
                height = {"latest_block_height": str(self.tip), "catching_up": self.catching_up}
                return {"node_info": {"network": self._chain, "version": "0.39.0"}, "sync_info": height}
            case "commit":
                return self._commit(int(params["height"]))
            case "abci_query":
                return {"response": self._query(params)}
        raise RpcError(-32601, "Method not found")

    @property
    def _chain(self) -> str:
        return "theta-testnet-001" if self.elsewhere else "cosmoshub-4"

    # --- blocks ---

    def _commit(self, number: int) -> Any:
        if not self.oldest - 50 <= number <= self.tip:
            raise RpcError(-32603, "Internal error")
        header = self.header(number)
        identity = {"hash": header_of(header).hash, "parts": {"total": 1, "hash": "AB" * 32}}
        commit = {"height": str(number), "round": 0, "block_id": identity, "signatures": []}
        return {"signed_header": {"header": header, "commit": commit}, "canonical": number < self.tip}

    def header(self, number: int) -> Any:
        first = self.oldest - 60
        for each in range(max(self._headers, default=first - 1) + 1, number + 1):
            before = header_of(self._headers[each - 1]).hash if each > first else "CD" * 32
            self._headers[each] = self._made(each, before)
        return self._headers[number]

    def _made(self, number: int, before: str) -> Any:
        hashes = ("last_commit", "data", "validators", "next_validators", "consensus", "last_results", "evidence")
        return {
            "version": {"block": "11", "app": "0"},
            "chain_id": self._chain,
            "height": str(number),
            "time": f"{datetime.fromtimestamp(self.moment(number), UTC):%Y-%m-%dT%H:%M:%S}.123456789Z",
            "last_block_id": {"hash": before, "parts": {"total": 1, "hash": "AB" * 32}},
            **{f"{name}_hash": sha256(f"{name} {number}".encode()).hexdigest().upper() for name in hashes},
            "app_hash": state_of(self._stores(number - 1)).hex().upper(),
            "proposer_address": "EF" * 20,
        }

    # --- the state ---

    def _stores(self, height: int) -> dict[bytes, Leaves]:
        """The bank with all that anybody holds, as far as there are few; and another store."""
        bank = [(b"\0supply", b"1")]
        for (contract, account), _ in self.held.items() if len(self.held) < 100 else ():
            denom = next(name for name, each in self.denoms.items() if each == contract)
            units = self.bank(denom, account, height)
            if units:
                address = decode(self.network, account).payload
                bank.append((b"\2" + bytes((len(address),)) + address + denom.encode(), str(units).encode()))
        return {b"acc": [(b"\1", b"account")], b"bank": sorted(bank), b"staking": [(b"\1", b"x"), (b"\2", b"y")]}

    def bank(self, denom: str, account: Address, height: int) -> int:
        """What is free of what an account holds."""
        held = self.units(self.denoms[denom], account, height)
        if denom != "uatom":
            return held
        return held - sum(self.staked.get(account, [])) - sum(self.unbonding.get(account, []))

    def _query(self, params: Any) -> Any:
        height = int(params["height"]) if self.heeds else self.tip
        if height > self.tip:
            return _refused(26, "cannot query with height in the future; please provide a valid height: invalid height")
        if height < self.oldest:
            return _refused(18, f"failed to load state at height {height}; version does not exist (latest height: 1)")
        data = bytes.fromhex(params["data"])
        name = params["path"].rpartition("/")[2]
        if name == "key":
            return self._stored(data, height)
        asked = Message(data)
        if name == "SupplyOf":
            denom = asked.text(1)
            return _answered(always(1, _coin(denom, 10**15 if denom in self.denoms else 0)), height)
        account = asked.text(1)
        if name == "Balance":
            denom = asked.text(2)
            return _answered(always(1, _coin(denom, self.bank(denom, account, height))), height)
        entries = {"DelegatorDelegations": self.staked, "DelegatorUnbondingDelegations": self.unbonding}[name]
        return _answered(self._page(name, account, entries.get(account, []), asked), height)

    def _page(self, name: str, account: Address, entries: list[int], asked: Message) -> bytes:
        start = int(Message(asked.bytes(2)).bytes(1) or b"0") if self.ends else 0
        listed = b""
        for number, units in enumerate(entries[start : start + _PAGE], start):
            validator = field(1, account.encode()) + field(2, f"cosmosvaloper{number}".encode())
            if name == "DelegatorDelegations":
                delegation = always(1, validator + field(3, f"{units}{'0' * 18}".encode()))
                listed += always(1, delegation + always(2, _coin("uatom", units)))
            else:
                entry = (
                    field(1, 900) + always(2, b"") + field(3, f"{units + 7}".encode()) + field(4, f"{units}".encode())
                )
                listed += always(1, validator + always(3, entry))
        following = f"{start + _PAGE}".encode() if start + _PAGE < len(entries) else b""
        return listed + always(2, field(1, following) + field(2, len(entries)))

    def _stored(self, key: bytes, height: int) -> Any:
        stores = self._stores(height)
        value = dict(stores[b"bank"]).get(key)
        told = self.told.get(key, value)
        return {**_answered(told, height), "key": b64encode(key).decode(), "proofOps": operations(stores, b"bank", key)}


def _answered(value: bytes | None, height: int) -> Any:
    told = b64encode(value).decode() if value is not None else None
    return {"code": 0, "log": "", "info": "", "index": "0", "key": None, "value": told, "proofOps": None,
            "height": str(height), "codespace": ""}  # fmt: skip


def _refused(code: int, log: str) -> Any:
    return {**_answered(None, 0), "code": code, "log": log, "codespace": "sdk"}
