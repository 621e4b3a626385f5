"""Values that never change."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

Address = str
"""An account in the canonical spelling of its network, as ``monitor.registry.addresses`` returns it."""


def frozen(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """A read-only copy of ``mapping``, so that a shared value cannot be changed by whoever holds it."""
    return MappingProxyType(dict(mapping))
