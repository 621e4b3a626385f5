"""reserve-monitor: independent, live watching of exchanges' proofs of reserves."""

import sys
from typing import TYPE_CHECKING

RECURSION_LIMIT = sys.getrecursionlimit()
"""Before anything else is imported; see :mod:`monitor.formats.recursion`."""

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name):  # noqa: ANN001, ANN202
        """``__version__``, looked up in the installation when somebody asks."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import version  # noqa: PLC0415 - slower to import than all that the help needs

        return version("reserve-monitor")
