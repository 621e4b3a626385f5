"""The balances of many accounts on an EVM network, by the best method that the endpoint supports."""

from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.packed_calls import MethodFailedError, Packed
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.evm.single_calls import Singles
from monitor.chains.evm.worklist import Gathered, Pile
from monitor.chains.node import Held, Wanted


async def balances(at: AtBlock, methods: Methods, wanted: Wanted) -> Held:
    """Return all of ``wanted``; ``methods`` remembers what the endpoint supports."""
    account = next((account for accounts in wanted.values() for account in accounts), None)
    if account is None:
        return Held(at.block, {token: {} for token in wanted})
    while True:
        try:
            await methods.find(at, account)
            findings = await _gathered(at, methods, wanted)
        except MethodFailedError:
            methods.drop()
        except ChainError:
            methods.forget()
            raise
        else:
            whole = {token: held for token, held in findings.held.items() if token not in findings.failed}
            return Held(at.block, whole, findings.failed)


async def _gathered(at: AtBlock, methods: Methods, wanted: Wanted) -> Gathered:
    """What several workers found out, each with a request under way."""
    findings = Gathered(wanted)
    pile = Pile(findings)
    for token, accounts in wanted.items():
        pile.add(token, tuple(accounts))
    workers = range(at.rpc.link.settings.concurrency)
    if methods.current:
        packed = Packed(at, methods.current, methods.sizes, findings)
        await together(packed.work(pile) for _ in workers)
        pile = packed.leftover
    singles = Singles(at, findings)
    await together(singles.work(pile) for _ in workers)
    at.rpc.grow()
    for size in methods.sizes.values():
        size.ended()
    return findings
