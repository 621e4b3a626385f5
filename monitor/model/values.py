"""Values that never change."""

import copyreg
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

Address = str
"""An account in the canonical spelling of its network, as ``monitor.registry.addresses`` returns it."""


def frozen(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """A read-only copy of ``mapping``, so that a shared value cannot be changed by whoever holds it."""
    return MappingProxyType(dict(mapping))


def _as_copy(mapping: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return frozen, (dict(mapping),)


copyreg.pickle(MappingProxyType, _as_copy)  # a frozen mapping can be handed to another process
