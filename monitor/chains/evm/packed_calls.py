"""Balances by large calls: thousands of accounts in one ``eth_call``."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.chains.concurrency import now
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm.bytecode import NO_BALANCE
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.methods import Method, NoBalanceError
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.evm.single_calls import Singles
from monitor.chains.evm.worklist import Gathered, Pile, Turn, Turns
from monitor.chains.jsonrpc import BatchRefusedError, Reply, RpcFailure, failure_of
from monitor.model import Address, Token

_FEW = 16
"""Accounts that every endpoint can tell in one call, if it can tell any."""
_ACCUSED = re.compile(NO_BALANCE + "0{24}([0-9a-f]{40})")


class MethodFailedError(Exception):
    """The endpoint no longer answers by this method."""


class Packed:
    """Reads by one method at one block, and takes each answer for what it is.

    A refusal of many is taken for a refusal of their number: half of them are asked for. What a token refuses is
    settled by single calls, so that no limit of gas or size is ever taken for the token's own answer.
    """

    def __init__(
        self,
        at: AtBlock,
        method: Method,
        sizes: Mapping[Token, CallSize],
        findings: Gathered,
    ) -> None:
        self._at = at
        self._rpc = at.rpc
        self._method = method
        self._sizes = sizes
        self._findings = findings
        self._turns = Turns(findings)
        self._singles = Singles(at, findings)
        self.leftover = Pile(findings)
        """What this cannot tell and single calls may."""
        self._avoided: set[Token] = set()
        """Tokens that tell a single call what they do not tell a program."""
        self._timeouts = 0
        self._timed_out_at = 0.0

    async def work(self, pile: Pile) -> None:
        """Read until nothing is left on ``pile``. What a call was too large for goes back there."""
        while token := pile.token():
            if token in self._avoided:
                self.leftover.add(token, pile.take(sys.maxsize))
                continue
            turn = self._turns.begin(token)
            rest = await self._read(turn, pile.take(self._sizes[token].accounts))
            self._turns.end(turn)
            if rest.accounts and token not in self._findings.failed:
                self._divide(pile, token, rest)

    async def _read(self, turn: Turn, accounts: Sequence[Address]) -> "_Rest":
        """Find out the balances of ``accounts``, all or some, by one call; gives what is left of them."""
        token, began = turn.token, now()
        try:
            reply = await self._rpc.divisible("eth_call", self._method.params(token, accounts, self._at.position))
        except BatchRefusedError as refusal:
            self._bear(refusal, began)
            return _Rest(accounts, fault=refusal.fault)
        self._timeouts = 0
        if failure := failure_of(reply):
            return await self._refused(token, accounts, failure, reply)
        data = self._rpc.data(reply["result"], "eth_call")
        if not data:
            raise MethodFailedError("whoever answered ran no program")
        try:
            amounts = self._method.amounts(data, accounts)
        except NoBalanceError as doubt:
            return await self._doubted(token, accounts, doubt.account)
        except ValueError as error:
            raise self._rpc.link.fault(Reason.MALFORMED, f"eth_call: {error}") from None
        turn.accounts, turn.amounts = accounts, amounts
        self._sizes[token].fine(len(accounts), (now() - began) / self._rpc.link.timeout)
        return _Rest(())

    def _bear(self, refusal: BatchRefusedError, began: float) -> None:
        """Bear with one time-out, of all calls that were under way; not with another before anything was answered."""
        if refusal.fault is None or refusal.fault.reason is not Reason.TIMEOUT or began < self._timed_out_at:
            return
        self._timed_out_at = now()
        self._timeouts += 1
        if self._timeouts > 1:
            raise refusal.fault

    async def _refused(self, token: Token, accounts: Sequence[Address], failure: RpcFailure, reply: Reply) -> "_Rest":
        what = meaning(failure)
        if what in (Meaning.UNKNOWN_BLOCK, Meaning.PRUNED):
            raise await self._at.cause(failure)
        accused = _ACCUSED.search(str(reply["error"]).lower())
        if token.contract and accused and (account := f"0x{accused[1]}") in accounts:
            return await self._doubted(token, accounts, account)
        return _Rest(accounts, reverted=what is Meaning.REVERTED)

    async def _doubted(self, token: Token, accounts: Sequence[Address], account: Address) -> "_Rest":
        """The token itself is asked; where it tells this account after all, the large call ran out of something."""
        await self._singles.ask([(token, account)])
        return _Rest([other for other in accounts if other != account], reverted=True)

    def _divide(self, pile: Pile, token: Token, rest: "_Rest") -> None:
        if len(rest.accounts) > _FEW:
            self._sizes[token].refused(len(rest.accounts))
            pile.add(token, rest.accounts)
        elif token.contract and rest.reverted:
            self._avoided.add(token)
            self.leftover.add(token, rest.accounts)
        elif rest.fault:
            raise rest.fault
        else:
            raise MethodFailedError(f"not even {len(rest.accounts)} accounts are told in one call")


@dataclass(frozen=True, slots=True)
class _Rest:
    """Accounts that a call did not tell, and why."""

    accounts: Sequence[Address]
    reverted: bool = False
    fault: ChainError | None = None
