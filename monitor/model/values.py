"""Values that never change.

Those of which a World holds thousands are structs of msgspec with ``gc=False``: the cycle collector does not follow
them, and whatever never changes is in no cycle. Each full collection holds up all threads, the event loop's too.
"""

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
