"""A registry file: its shape, and how one is read. ``docs/registry.md`` explains every key."""

from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, StrictBool, StrictInt, ValidationError, model_validator

from monitor.formats.phrases import unreadable
from monitor.registry.errors import RegistryError
from monitor.registry.fields import (
    AssetName,
    ChainId,
    Decimals,
    Entry,
    Explorer,
    FreezeFunction,
    Kind,
    Name,
    Pair,
    RateFunction,
    StorageSlot,
    Text,
)
from monitor.registry.parameters import ParametersEntry

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # a PyYAML built without libyaml reads the same, five times slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class HeldAsEntry(Entry):
    """What the native units of a network stand for, where they are no coins in a wallet."""

    name: Text
    kind: Kind


class NativeEntry(Entry):
    """The coin that a network's own protocol moves, in base units of ``10 ** -decimals``."""

    asset: AssetName
    decimals: Decimals
    slip44: Annotated[StrictInt, Field(ge=0)] | None = None
    position: HeldAsEntry | None = None


class MovedEntry(Entry):
    """Where the balances of a chain went, and the first of its blocks from which they are there."""

    height: Annotated[StrictInt, Field(ge=0)]
    network: Name


class NetworkEntry(Entry):
    """A chain. Its name and title are labels already."""

    caip2: ChainId
    family: Name
    title: Text
    explorer: Explorer = ""
    native: NativeEntry | None = None
    labels: list[Text] = Field(default_factory=list)
    execution: Name | None = None
    moved: MovedEntry | None = None
    parameters: ParametersEntry | None = None


class SlotEntry(Entry):
    """Where a contract's storage holds balances, where that takes more than a number to say."""

    slot: StorageSlot
    bits: Annotated[StrictInt, Field(gt=0, le=256)] = 256
    vyper: StrictBool = False


class TokenEntry(Entry):
    """A token of the network under which it stands; without a contract, the native coin by another name or unit."""

    asset: AssetName
    decimals: Decimals
    contract: Text | None = None
    names: list[Text] = Field(default_factory=list)
    implied: StrictBool = True
    freeze: FreezeFunction | None = None
    balance_slot: StorageSlot | SlotEntry | None = None

    @model_validator(mode="after")
    def _only_contracts_have_storage(self) -> Self:
        if self.balance_slot is not None and self.contract is None:
            raise ValueError("a `balance_slot` is in the storage of a contract: name the `contract`")
        if self.freeze is not None and self.contract is None:
            raise ValueError("`freeze` is a function of a contract: name the `contract`")
        return self


class RateEntry(Entry):
    """How a position's contract tells what its units stand for."""

    function: RateFunction
    scale: Annotated[StrictInt, Field(ge=0, le=77)] | None = None
    decimals: Decimals
    """Of the coin that the position stands for."""

    @model_validator(mode="after")
    def _is_scaled_or_of_an_amount(self) -> Self:
        if self.function.endswith("()") == (self.scale is None):
            raise ValueError("a function without argument needs a `scale`, one of an amount has none")
        return self


class PositionEntry(Entry):
    """A token of the network under which it stands that counts as the coins that it stands for."""

    name: Text
    kind: Kind
    asset: AssetName
    contract: Text
    decimals: Decimals
    """Of the contract."""
    rate: RateEntry | None = None


class HoldingEntry(Entry):
    """An account whose published coins are in fact a position."""

    account: Text
    asset: AssetName
    contract: Text


class CoinEntry(Entry):
    """What a coin id means: a token of a network, or the reason why that is not known."""

    network: Name | None = None
    asset: AssetName | None = None
    contract: Text | None = None
    labels: list[Text] = Field(default_factory=list)
    reason: Text | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.reason and self.contract:
            raise ValueError("a coin that is placed needs no `reason`: keep that, or the `contract`")
        if self.network is None and not self.reason:
            raise ValueError("needs a `network`, or a `reason` why none is known")
        return self


class FeedEntry(Entry):
    """A contract of Chainlink's that tells what an asset is worth."""

    asset: AssetName
    contract: Text
    pair: Pair = ""
    decimals: Decimals = 8
    heartbeat: Annotated[StrictInt, Field(gt=0, le=7 * 86_400)] = 86_400
    """Seconds."""


class RegistryFile(Entry):
    """One whole file. Every section may be missing."""

    networks: dict[Name, NetworkEntry] = Field(default_factory=dict)
    labels: dict[Text, Name] = Field(default_factory=dict)
    tokens: dict[Name, list[TokenEntry]] = Field(default_factory=dict)
    positions: dict[Name, list[PositionEntry]] = Field(default_factory=dict)
    holdings: dict[Name, list[HoldingEntry]] = Field(default_factory=dict)
    assets: dict[AssetName, list[Text]] = Field(default_factory=dict)
    staking: dict[AssetName, Name] = Field(default_factory=dict)
    coins: dict[Text, CoinEntry] = Field(default_factory=dict)
    feeds: dict[Name, list[FeedEntry]] = Field(default_factory=dict)
    sequencers: dict[Name, Text] = Field(default_factory=dict)


class _Loader(_SafeLoader):
    """YAML, but a key that stands twice is an error and not a silent loss of the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"`{key.value}` stands twice; keep one", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(path: Path) -> RegistryFile:
    """The file at ``path``, checked by itself. Raises :class:`RegistryError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError([f"{path}: cannot be read: {unreadable(error)}"]) from error
    return parse(text, str(path))


def parse(text: str, file: str) -> RegistryFile:
    """The YAML ``text``, checked by itself; ``file`` is its name in errors."""
    try:
        values = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RegistryError([f"{file}{line}: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise RegistryError([f"{file}: not YAML: {error}"]) from error
    except ValueError as error:  # a date or number that YAML's own types cannot hold, such as 2026-02-30
        raise RegistryError([f"{file}: {error}"]) from error
    try:
        return RegistryFile.model_validate({} if values is None else values)
    except ValidationError as error:
        raise RegistryError(
            [f"{file}: {_place(detail['loc'])}{_message(detail['type'], detail['msg'])}" for detail in error.errors()]
        ) from error


def _place(path: tuple[str | int, ...]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path if part != "[key]")
    return f"{place.lstrip('.')}: " if place else ""


def _message(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "unknown key; see docs/registry.md for those that there are"
        case "missing":
            return "is required"
        case "string_type":
            return "is not text; put it in quotes"
        case "model_type" | "dict_type":
            return "is not a mapping of keys to values"
        case _:
            return message.removeprefix("Value error, ")
