"""Balances that are proven: what an endpoint tells by its best method, held against what it proves.

The proofs decide. What the endpoint tells costs little beside them and shows two things that a proof cannot: that the
place in storage is what the token takes for a balance, and whether the endpoint is honest to those who do not verify.
"""

from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.evm.balances import balances
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.proofs.gathering import Gathering
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.evm.worklist import Gathered, Pile
from monitor.chains.node import BalanceSlots, Held, StateRoot, Wanted
from monitor.model import Address, Token


async def proven(
    at: AtBlock, methods: Methods, size: CallSize, wanted: Wanted, *, root: StateRoot, slots: BalanceSlots
) -> Held:
    """Read all of ``wanted``, each balance proven by ``root``; tokens whose balances cannot be proven fail by name."""
    unproven = {token: slots.missing[token] for token in wanted if token.contract and token not in slots.found}
    told = await balances(at, methods, {token: wanted[token] for token in wanted if token not in unproven})
    findings = Gathered({token: wanted[token] for token in told.balances})
    pile = Pile(findings)
    for token in told.balances:
        pile.add(token, list(wanted[token]))
    gathering = Gathering(at, root, slots, findings, size)
    await together(gathering.work(pile) for _ in range(at.rpc.link.settings.concurrency))
    at.rpc.grow()
    size.ended()
    failed = {**unproven, **told.failed}
    for token, held in findings.held.items():
        if reason := _misplaced(at, slots, token, told.balances[token], held):
            failed[token] = reason
    return Held(at.block, {token: held for token, held in findings.held.items() if token not in failed}, failed)


def _misplaced(
    at: AtBlock, slots: BalanceSlots, token: Token, told: dict[Address, int], held: dict[Address, int]
) -> str:
    """Why the proven words are not the balances of ``token``; empty if they are.

    Raises a ``disagreement`` where they are and single balances were told otherwise. Where not one balance that was
    told is proven, it may as well be the slot that is wrong: then only the token fails, until an endpoint tells what it
    proves.
    """
    wrong = next((account for account, units in held.items() if told[account] != units), None)
    if wrong is None:
        return ""
    error = at.rpc.link.fault(
        Reason.DISAGREEMENT,
        f"{token}, account {wrong} at block {at.block.number}: it tells {told[wrong]} and proves {held[wrong]}",
    )
    if token.contract is None or any(units and told[account] == units for account, units in held.items()):
        raise error
    return f"{error}; or its balances are not in {slots.found[token]} (`balance_slot`, docs/registry.md)"
