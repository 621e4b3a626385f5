"""Blockscout's JSON-RPC (``…/api/eth-rpc``): sixteen of a node's methods, one call a request.

Its ``eth_getBalance`` answers from the explorer's index, which may not have seen yet, or never, what moved coins
without a transaction; ``eth_call`` it passes on to a node. So only what contracts tell is read.
"""

from monitor.chains.evm.explorers.node import ExplorerNode


class BlockscoutNode(ExplorerNode):
    """One instance, or the PRO API at one chain."""
