"""Networks, assets and tokens known out of the box: data files and their reader.

    registry = load()
    registry.place("USDT-TRC20")          # -> Placement(tron, USDT on tron)
    registry.place("USDT", "ETH")         # -> Placement(ethereum, USDT on ethereum)
    registry.place("USDC", "POLYGON")     # -> Placement(polygon, None, "USDC on polygon is one of 2 tokens: …")

Operators add networks, tokens and coin ids in files of the same format (docs/registry.md).
"""

from collections.abc import Sequence
from pathlib import Path

from monitor.registry.book import Placement, Registry
from monitor.registry.errors import RegistryError

__all__ = ["Placement", "Registry", "RegistryError", "load"]


def load(extensions: Sequence[Path] = ()) -> Registry:
    """The networks, tokens and coin ids known out of the box, and those of the files ``extensions``.

    Raises :class:`RegistryError` with everything that is wrong with the extensions.
    """
    # A process that judges signatures needs addresses alone, and starts in half the time without what reads files.
    from monitor.registry import loader  # noqa: PLC0415

    return loader.load(extensions)
