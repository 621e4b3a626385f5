"""Networks, assets and tokens known out of the box: data files and their reader.

    registry = load()
    registry.place("USDT-TRC20")          # -> Placement(tron, USDT on tron)
    registry.place("USDT", "ETH")         # -> Placement(ethereum, USDT on ethereum)
    registry.place("USDC", "POLYGON")     # -> Placement(polygon, None, "USDC on polygon is one of 2 tokens: …")

Operators add networks, tokens and coin ids in files of the same format (docs/registry.md).
"""

from monitor.registry.book import Placement, Registry
from monitor.registry.errors import RegistryError
from monitor.registry.loader import load

__all__ = ["Placement", "Registry", "RegistryError", "load"]
