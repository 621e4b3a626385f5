"""What is staked: the balances of validators by their keys, and of all validators that pay out to an account.

No filter of the API knows withdrawal credentials, so an account of the execution layer costs a walk through all
validators. Where it is asked for together with keys of its own validators, :class:`~monitor.model.Reading` says which
are within it, so that nobody counts them twice.
"""

from collections.abc import Collection, Iterable

from monitor.chains.beacon.validators import State, Validator, Validators
from monitor.chains.node import Held, Wanted
from monitor.formats.phrases import first
from monitor.model import Address, Block
from monitor.registry.addresses.beacon import is_withdrawal


async def staked(validators: Validators, wanted: Wanted, block: Block, state: State) -> Held:
    """Return the balances in ``state``, that of ``block``.

    A token fails by name where the state does not know one of its validators. Such a key may have its deposit in the
    queue, or never have had one. What is not known is not zero.
    """
    accounts = {account for accounts in wanted.values() for account in accounts}
    withdrawals = {account for account in accounts if is_withdrawal(account)}
    keys = accounts - withdrawals
    amounts = dict.fromkeys(withdrawals, 0)
    known: dict[Address, Validator] = {}
    if withdrawals:
        async for page in validators.every(state):
            _gather(page, keys, known, amounts)
    elif keys:
        known = await validators.of(sorted(keys), state)
    amounts |= {key: validator.balance for key, validator in known.items()}
    failed = {
        token: reason for token, accounts in wanted.items() if (reason := _unknown(accounts, amounts.keys(), block))
    }
    return Held(
        block,
        {
            token: {each: amounts[each] for each in accounts}
            for token, accounts in wanted.items()
            if token not in failed
        },
        failed,
        within={key: one.withdrawal for key, one in known.items() if one.withdrawal in withdrawals},
    )


def _gather(
    page: Iterable[Validator], keys: Collection[Address], known: dict[Address, Validator], amounts: dict[Address, int]
) -> None:
    for validator in page:
        if validator.key in keys:
            known[validator.key] = validator
        withdrawal = validator.withdrawal
        if withdrawal in amounts:
            amounts[withdrawal] += validator.balance


def _unknown(accounts: Collection[Address], known: Collection[Address], block: Block) -> str:
    unknown = sorted(account for account in accounts if account not in known)
    if not unknown:
        return ""
    return f"the state of slot {block.number} knows no validator {first(unknown, 1)}: not deposited, or still queued"
