"""Safes, told by their published code from contracts that only answer as one does."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data" / "safes.yaml"


@dataclass(frozen=True, slots=True)
class Safes:
    """Versions by the Keccak-256 of the contracts' code."""

    proxies: Mapping[bytes, str]
    """What a Safe's account holds: it hands every call on to the singleton that its storage word 0 names."""
    singletons: Mapping[bytes, str]


@cache
def safes() -> Safes:
    """The published Safes; ``data/safes.yaml`` says from where."""
    found = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return Safes(_by_hash(found["proxies"]), _by_hash(found["singletons"]))


def _by_hash(versions: Mapping[str, str]) -> Mapping[bytes, str]:
    return {bytes.fromhex(digest[2:]): version for version, digest in versions.items()}
