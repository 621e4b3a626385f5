"""BitMEX's reserves (YAML): addresses with their scripts, and the keys that all of them are made of.

There are no signatures. What needs no chain is checked here: that a script makes its address, and that the published
keys are in it. A row of which that does not hold names no account. Amounts are satoshis.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitor.formats import quoted
from monitor.formats.exact import ZERO, total
from monitor.model import Address, Claim, ClaimKind, Height
from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.errors import Cause, LayoutError
from monitor.published.wallets.bitmex_scripts import TYPES, Keys, NotOursError
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import StreamLayout
from monitor.published.wallets.placements import Placements
from monitor.published.yaml_stream import Yaml, YamlStream
from monitor.registry.addresses import AddressError, decode

_LISTED = "address"
_HEAD = ("height", "chain", "claim", "keys", "total")
_OPTIONAL = ("xpub",)
_ROW = ("addr", "addr_type", "balance", "script")
_UNSPENDABLE = "unspendable"
_LOST = "BitMEX says that nobody can spend what is there"
_COIN, _NETWORK = "BTC", "bitcoin"
_MOST_KEYS = 15
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_KEY = re.compile(r"0[234](?:[0-9a-f]{64}|[0-9a-f]{128})", re.ASCII)
_KEYS = "|".join((_LISTED, *_HEAD, *_OPTIONAL))
_FIRST_KEY = re.compile(rf"(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*(?:{_KEYS}):(?:[ \t]|\r?\n)".encode())


def _recognises(file: PublishedFile) -> bool:
    return _FIRST_KEY.match(file.head().removeprefix(b"\xef\xbb\xbf")) is not None


def _read(file: PublishedFile, budget: Budget, found: FileClaims, placements: Placements) -> Iterator[Claim]:
    stream = YamlStream(file, budget)
    head: dict[str, Yaml] = {}
    rows: list[tuple[int, Mapping[str, str], str]] = []
    for key, line, value in stream.entries(_LISTED):
        if key == _LISTED:
            budget.take_claims(file.name, 1)
            rows.append((line, *_row(value)))
        elif key in {*_HEAD, *_OPTIONAL}:
            head[key] = value
        else:
            found.unread.append(f"{file.name}:{line}: the key {quoted(key)} is not read")
    if missing := [key for key in _HEAD if key not in head]:
        raise stream.refusal(f"without {', '.join(missing)}, which the list is held against", Cause.TRUNCATED)
    try:
        reserves = _Reserves(found, placements, _keys(head), Height(_number(head["height"], "height")))
        if head["chain"] != "main":
            raise ValueError(f"chain is {quoted(str(head['chain']))}, not main")  # noqa: TRY301 - of the text
        stated = _number(head["total"], "total")
    except ValueError as error:
        raise LayoutError(Cause.LAYOUT, f"{file.name}: {error}") from error
    claims = [reserves.claim(*row) for row in rows]
    claimed = total(claim.amount for claim in claims if claim.amount is not None)
    lost = [claim for claim in claims if claim.fault == _LOST]
    if claimed != Decimal(stated).scaleb(-8):
        problem = f"total is {stated} satoshis, but its addresses add up to {claimed.scaleb(8):f}"
        raise LayoutError(Cause.INCONSISTENT, f"{file.name}: {problem}; it is cut, or was altered")
    if lost:
        amount = total(claim.amount or ZERO for claim in lost)
        found.unread.append(f"{file.name}: {len(lost)} addresses with {amount} BTC are left out: {_LOST}")
    yield from (claim for claim in claims if claim.fault != _LOST)


def _row(value: Yaml) -> tuple[Mapping[str, str], str]:
    """The fields of one address, and what is wrong with them."""
    if not isinstance(value, dict):
        return {}, "not a mapping of addr, addr_type, balance and script"
    texts = {key: text for key, text in value.items() if isinstance(text, str)}
    unknown = [key for key in value if key not in _ROW]
    if unknown or len(texts) < len(value):
        return texts, f"unknown keys, or more than texts: {', '.join(unknown or value)}"
    lacking = [key for key in _ROW if key not in value and (key, value.get("addr_type")) != ("script", _UNSPENDABLE)]
    return texts, f"without {', '.join(lacking)}" if lacking else ""


def _keys(head: Mapping[str, Yaml]) -> Keys:
    claim, keys, extended = head["claim"], head["keys"], head.get("xpub") or []
    if not isinstance(claim, dict) or not isinstance(keys, list) or not keys or not isinstance(extended, list):
        raise ValueError("claim is no mapping of m and n, or keys or xpub no list")
    threshold, places = _number(claim.get("m", ""), "claim.m"), _number(claim.get("n", ""), "claim.n")
    if not 1 <= threshold <= places <= _MOST_KEYS:
        raise ValueError(f"claim is {threshold} of {places}, which no script is")
    texts = [str(key).lower() for key in keys]
    if bad := next((key for key in texts if not _KEY.fullmatch(key)), None):
        raise ValueError(f"{quoted(bad)} under keys is no public key in hexadecimal")
    return Keys(threshold, places, frozenset(bytes.fromhex(key)[1:33] for key in texts), frozenset(map(str, extended)))


def _number(value: Yaml, name: str) -> int:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError(f"{name} is {quoted(str(value))}, not a whole number")
    return int(value)


@dataclass(frozen=True, slots=True)
class _Reserves:
    """Makes claims of the addresses of one file."""

    found: FileClaims
    placements: Placements
    keys: Keys
    height: Height

    def claim(self, line: int, row: Mapping[str, str], misfit: str) -> Claim:
        """The claim of one address; one that is not made of the published keys names no account."""
        address = row.get("addr", "")
        placement = self.placements.place(_COIN, _COIN, ClaimKind.ACCOUNT)
        token, account, amount, fault = placement.token, None, None, misfit
        try:
            amount = Decimal(_number(row.get("balance", ""), "balance")).scaleb(-8)
        except ValueError as error:
            fault = fault or str(error)
        if fault:
            fault = self.found.report(line, fault)
        kind = row.get("addr_type", "")
        if not fault:
            account, fault = self._account(address, kind, row.get("script", ""))
            if kind not in TYPES and account:
                token = None
        return Claim(
            self.found.file,
            line,
            _COIN,
            _NETWORK,
            token,
            address,
            account,
            fault,
            amount=amount,
            height=self.height,
            key=row.get("script", ""),
        )

    def _account(self, address: str, kind: str, script: str) -> tuple[Address | None, str]:
        """The account that counts, and why another does not."""
        network = self.placements.registry.networks[_NETWORK]
        account, undecoded = self.placements.account(network, address)
        if kind == _UNSPENDABLE:
            return None, _LOST
        if account is None:
            return None, undecoded
        if kind not in TYPES:  # it may well hold coins: left open, not taken for nothing
            return account, f"the type {quoted(kind)} is not known: nothing says whose keys these are"
        try:
            self.keys.check(kind, decode(network, address), script)
        except (NotOursError, AddressError) as error:
            return None, str(error)
        return account, ""


LAYOUT = StreamLayout("bitmex", _recognises, _read)
