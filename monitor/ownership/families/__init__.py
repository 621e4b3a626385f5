"""The families whose signatures are judged. A further family is one module (or package) of this one, and one line here.

Such a module has ``judge``, ``DESCRIPTION`` and, where a chain can be asked about its ``unbound`` claims, ``question``,
as :class:`~monitor.ownership.family.Family` says. It is imported when a row needs it: most lists need few, and some are
slow to import.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from monitor.ownership.family import Family

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "aelf": "aelf",
        "algorand": "algorand",
        "aptos": "aptos",
        "beacon": "beacon",
        "bitcoin": "bitcoin",
        "canton": "canton",
        "cardano": "cardano",
        "casper": "casper",
        "conflux": "conflux",
        "cosmos": "cosmos",
        "eos": "eos",
        "evm": "evm",
        "filecoin": "filecoin",
        "flow": "flow",
        "harmony": "harmony",
        "hedera": "hedera",
        "icon": "icon",
        "internet-computer": "internet_computer",
        "iost": "iost",
        "iota": "sui",
        "kadena": "kadena",
        "klayr": "klayr",
        "multiversx": "multiversx",
        "near": "near",
        "nuls": "nuls",
        "platon": "platon",
        "pocket": "pocket",
        "sia": "sia",
        "solana": "solana",
        "stacks": "stacks",
        "starknet": "starknet",
        "stellar": "stellar",
        "substrate": "substrate",
        "sui": "sui",
        "tezos": "tezos",
        "ton": "ton",
        "tron": "tron",
        "venom": "venom",
        "xrp": "xrp",
    }
)
"""``Network.family`` to the module of this package that judges it."""


@cache
def load_family(name: str) -> Family | None:
    """Import the family called ``name`` (``Network.family``); None for one that is not judged."""
    if name not in FAMILIES:
        return None
    module = import_module(f".{FAMILIES[name]}", __name__)
    return Family(module.judge, module.DESCRIPTION, getattr(module, "question", None))
