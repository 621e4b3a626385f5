"""reserve-monitor: independent, live watching of exchanges' proofs of reserves."""

import sys
from importlib.metadata import version

_RECURSION_LIMIT = sys.getrecursionlimit()

# web3 brings py_ecc in, which lets Python recurse 100 000 deep: JSON nested so deeply, by a publisher or a node, would
# then overflow the stack and kill the process. So it is imported first, and the limit put back.
import py_ecc  # noqa: E402, F401

sys.setrecursionlimit(_RECURSION_LIMIT)

__version__ = version("reserve-monitor")
