"""Keeps how deep Python recurses: imported by whatever imports py_ecc, web3 or eth_account.

web3 imports eth_account, that eth_keyfile, and that py_ecc, which lets Python recurse 100 000 deep. On Python 3.11 the
readers of JSON and YAML that are written in C (json, msgspec, yaml) go as deep as that: a document nested so deeply, by
a publisher or a node, overflows the stack and kills the process. So py_ecc is imported here, and the limit put back.
"""

import sys

import py_ecc  # noqa: F401

from monitor import RECURSION_LIMIT

sys.setrecursionlimit(RECURSION_LIMIT)
