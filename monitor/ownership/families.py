"""The families whose signatures are judged. A further family is one module (or package) and one line here.

Such a module has ``judge``, ``DESCRIPTION`` and, where a chain can be asked about its ``unbound`` claims, ``question``,
as :class:`Family` says. It is imported when a row needs it: most lists need few, and some are slow to import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership.description import Description

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "aelf": "aelf",
        "algorand": "ed25519.algorand",
        "aptos": "ed25519.aptos",
        "beacon": "beacon",
        "bitcoin": "bitcoin",
        "canton": "ed25519.canton",
        "cardano": "ed25519.cardano",
        "casper": "ed25519.casper",
        "conflux": "conflux",
        "cosmos": "cosmos",
        "eos": "eos",
        "evm": "evm",
        "filecoin": "filecoin",
        "flow": "flow",
        "harmony": "harmony",
        "hedera": "ed25519.hedera",
        "icon": "icon",
        "internet-computer": "ed25519.internet_computer",
        "iost": "ed25519.iost",
        "iota": "ed25519.sui",
        "kadena": "ed25519.kadena",
        "klayr": "ed25519.klayr",
        "multiversx": "ed25519.multiversx",
        "near": "ed25519.near",
        "nuls": "nuls",
        "platon": "platon",
        "pocket": "ed25519.pocket",
        "sia": "ed25519.sia",
        "solana": "ed25519.solana",
        "stacks": "stacks",
        "starknet": "starknet",
        "stellar": "ed25519.stellar",
        "substrate": "ed25519.substrate",
        "sui": "ed25519.sui",
        "tezos": "ed25519.tezos",
        "ton": "ed25519.ton",
        "tron": "tron",
        "venom": "ed25519.venom",
        "xrp": "xrp",
    }
)
"""``Network.family`` to the module of this package that judges it."""


def _nothing_to_ask(_claim: Claim, _network: Network) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is judged.

    Both functions are given signed claims with an account and a message that is valid Unicode. They may raise
    ``Refused`` and ``NotJudged``, whose texts become the reasons of ``invalid`` and ``unsupported``.
    """

    judge: Callable[[Claim, Network], Verdict]
    description: Description
    question: Callable[[Claim, Network], OwnerQuestion | None] = _nothing_to_ask
    """What a chain can be asked about an ``unbound`` claim."""


@cache
def load_family(name: str) -> Family | None:
    """Import the family called ``name`` (``Network.family``); None for one that is not judged."""
    if name not in FAMILIES:
        return None
    module = import_module(f"monitor.ownership.{FAMILIES[name]}")
    return Family(module.judge, module.DESCRIPTION, getattr(module, "question", _nothing_to_ask))
