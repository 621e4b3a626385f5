"""reserve-monitor: independent, live watching of exchanges' proofs of reserves."""

from importlib.metadata import version

__version__ = version("reserve-monitor")
