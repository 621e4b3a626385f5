"""How many transactions accounts have sent, at one block: who sends one has the account's key.

Of an account with code the count tells of the contracts that it has made, which anybody may have it do.
"""

from collections.abc import Sequence

from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.jsonrpc import Reply, failure_of
from monitor.chains.node import Counted
from monitor.model import Address

_LARGEST = 2**63 - 1
"""No chain comes near it; up to here a count fits into every database."""
_OF_THE_BLOCK = {Meaning.HASH_REFUSED, Meaning.UNKNOWN_BLOCK, Meaning.PRUNED}


async def sent(at: AtBlock, accounts: Sequence[Address]) -> Counted:
    """Ask for the counts of ``accounts``: None for those that have code.

    A node that tells none, or that of its newest state whatever block is asked for, is ``unsupported``: its balances
    are no worse for that.
    """
    await _try_nowhere(at, accounts)
    counts = await at.rpc.all([("eth_getTransactionCount", [account, at.position]) for account in accounts])
    codes = await at.rpc.all([("eth_getCode", [account, at.position]) for account in accounts])
    return Counted(
        at.block,
        {
            account: None if at.rpc.data(await _told(at, code), "eth_getCode") else _count(at, await _told(at, count))
            for account, count, code in zip(accounts, counts, codes, strict=True)
        },
    )


async def _try_nowhere(at: AtBlock, accounts: Sequence[Address]) -> None:
    """Ask for a count at a block that nobody has: who tells one has not looked at what it was asked for.

    Gateways that pass on some methods only refuse others by an HTTP status.
    """
    for account in accounts[:1]:
        try:
            (reply,) = await at.rpc.ask([("eth_getTransactionCount", [account, at.nowhere])])
        except ChainError as error:
            if error.reason is not Reason.HTTP_STATUS:
                raise
            raise at.rpc.link.fault(Reason.UNSUPPORTED, f"eth_getTransactionCount: {error}") from error
        if failure_of(reply) is None and reply["result"] is not None:
            raise at.rpc.link.fault(
                Reason.UNSUPPORTED, "eth_getTransactionCount: it tells one of any block, even of none"
            )


async def _told(at: AtBlock, reply: Reply) -> object:
    failure = failure_of(reply)
    if failure is None:
        return reply["result"]
    if meaning(failure) in _OF_THE_BLOCK:
        raise await at.cause(failure)
    raise at.rpc.link.fault(Reason.UNSUPPORTED, f"it does not tell what accounts have sent: {failure}")


def _count(at: AtBlock, value: object) -> int:
    count = at.rpc.quantity(value, "eth_getTransactionCount")
    if count > _LARGEST:
        raise at.rpc.link.fault(Reason.MALFORMED, f"eth_getTransactionCount: {count} is no number of transactions")
    return count
