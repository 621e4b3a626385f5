"""Balances of Tron by whatever answers the calls of an EVM node at its newest block."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from monitor.chains.errors import ChainError
from monitor.chains.evm import balances
from monitor.chains.evm.freezes import with_frozen
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.methods import Multicall3
from monitor.chains.evm.rpc import AtBlock, EvmRpc
from monitor.chains.node import Held, Wanted
from monitor.chains.one_state import between_looks
from monitor.chains.tron.accounts import Translated
from monitor.model import Block, Network

LATEST = "latest"
"""The only block that java-tron reads at. Where a call names another one by hash or number, it looks whether it has
such a block, and then answers at the newest one all the same (``TronJsonRpcImpl.getCall``)."""

MULTICALL3 = Multicall3("0x32a4f47a74a6810bd0bf861cabab99656a75de9e")
"""TEazPvZwDjDtFeJupyo7QunvnrnUjPH8ED: Tron derives addresses of contracts in its own way."""


async def read(
    network: Network,
    rpc: EvmRpc,
    methods: Methods,
    wanted: Wanted,
    newest: Callable[[], Awaitable[Block]],
    *,
    window: timedelta | None,
) -> Held:
    """Return all of ``wanted`` at the block that ``newest`` shows before and after; ``methods`` may try what works."""
    translated = Translated(network, wanted)
    moved = False

    async def attempt(block: Block) -> Held:
        nonlocal moved
        if moved:
            methods.forget()  # a way that told another balance than the node may have told that of another block
        moved = True
        at = AtBlock(rpc, block, LATEST)
        held = await balances.balances(at, methods, translated.wanted)
        return await with_frozen(at, methods, held, translated.freezes)

    try:
        return translated.back(await between_looks(attempt, newest, rpc.link, window=window))
    except ChainError:
        methods.forget()
        raise
