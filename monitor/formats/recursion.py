"""Keeps how deep Python recurses: imported by whatever imports py_ecc, web3 or eth_account.

The latter two bring py_ecc in, which lets Python recurse 100 000 deep: JSON nested so deeply, by a publisher or a node,
would then overflow the stack and kill the process. So it is imported here, and the limit put back.
"""

import sys

import py_ecc  # noqa: F401

from monitor import RECURSION_LIMIT

sys.setrecursionlimit(RECURSION_LIMIT)
