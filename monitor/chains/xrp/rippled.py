"""XRP Ledger servers (rippled and Clio, JSON-RPC in their own envelope): XRP, and who may sign for an account.

Every question names a ledger by its hash. Validated ledgers are final, so every tag means the newest of them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.chains.amounts import count
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.pinned import CoinNode, nowhere
from monitor.chains.rest_api import Rest, decimal, member, strictly, text
from monitor.chains.xrp.signers import judge
from monitor.model import Address, Block, Height, Network, OwnerOutcome, OwnerQuestion, Token

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HASH = re.compile(r"[0-9A-F]{64}")
_MAIN_NET = 0
_OLDEST = 32_570
_OLDEST_HASH = "4109C6F2045FC7EFF4CDE8F9905D19C28820D86304080FF886B299F0206E42B5"
"""Of the oldest ledger that the main net kept, of 2013-01-01."""

_NOT_FOUND = "lgrNotFound"
_NO_ACCOUNT = "actNotFound"
_CAUSES = {
    _NOT_FOUND: Reason.BEHIND,
    "noNetwork": Reason.BEHIND,
    "noCurrent": Reason.BEHIND,
    "noClosed": Reason.BEHIND,
    "notSynced": Reason.BEHIND,
    "slowDown": Reason.RATE_LIMITED,
    "tooBusy": Reason.BUSY,
}
"""XRPL docs, "Error Formatting": what servers say that lack the ledger, follow nobody, or have too much to do."""
_AGAIN = frozenset({Reason.RATE_LIMITED, Reason.BUSY})


class RippledNode(CoinNode):
    """One server. It must still have the newest validated ledger; full history is needed for the past alone."""

    why_no_tokens = "trust lines of the XRP Ledger are not read, its coin alone"

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link, self._hear)

    async def identify(self) -> str:
        """``network_id``. A server that was given none joins the main net, and is asked for what that began with."""
        found = await self._result("server_info", {})
        with strictly(self.link, "server_info"):
            information = member(found, "info")
            if not isinstance(information, dict):
                raise TypeError("info is not an object")
            number = count(information.get("network_id", _MAIN_NET))
        oldest = await self._look({"ledger_index": _OLDEST}) if number == _MAIN_NET else None
        another = f", whose ledger {_OLDEST} is {oldest.hash}" if oldest and oldest.hash != _OLDEST_HASH else ""
        return f"xrpl:{number}{another}"

    # --- ledgers ---

    async def newest(self) -> Block:
        found = await self._look({"ledger_index": "validated"})
        if found is None:
            raise self.link.fault(Reason.BEHIND, "it has no validated ledger")
        return found

    async def block_at(self, number: int) -> Block:
        found = await self._look({"ledger_index": number})
        if found is None:
            raise self.absent(f"ledger {number}", number, await self.tip())
        return found

    async def _look(self, name: dict[str, object]) -> Block | None:
        """The ledger of that name; None where the server does not have it."""
        found = await self._result("ledger", name)
        with strictly(self.link, "ledger"):
            if (error := _error(found)) is not None:
                if error == _NOT_FOUND:
                    return None
                raise self._fault(error)
            _check_validated(found)
            closed = _EPOCH + timedelta(seconds=count(member(found, "ledger", "close_time")))
            return Block(Height(count(member(found, "ledger_index"))), _hash(member(found, "ledger_hash")), closed)

    # --- balances ---

    async def owned(self, coin: Token, account: Address, at: Block) -> int:
        found = await self._account({"account": account}, at)
        with strictly(self.link, f"account_info {account}"):
            return 0 if found is None else decimal(member(found, "account_data", "Balance"))

    async def _account(self, asked: dict[str, object], block: Block) -> object:
        """What ``account_info`` tells at ``block``; None where that ledger has no such account, and it no coins."""
        found = await self._result("account_info", {**asked, "ledger_hash": block.hash})
        with strictly(self.link, f"account_info {asked['account']}"):
            error = _error(found)
            if error is not None and error != _NO_ACCOUNT:
                raise self._fault(error)
            if error is None:
                _check_validated(found)
                if (name := member(found, "account_data", "Account")) != asked["account"]:
                    raise ValueError(f"it is about {name!r:.40}")
            # Clio does not name the ledger in which an account is missing
            named = block.hash if error and "ledger_hash" not in _fields(found) else member(found, "ledger_hash")
            told = _hash(named)
        if told != block.hash:
            raise self.link.fault(Reason.UNPINNED, f"account_info: it is about another ledger, {told}")
        return None if error else found

    async def try_nowhere(self, account: Address, at: Block) -> None:
        ledger_hash = nowhere(at).upper()
        found = await self._result("account_info", {"account": account, "ledger_hash": ledger_hash})
        with strictly(self.link, "account_info"):
            error = _error(found)
            if error is None or error == _NO_ACCOUNT:
                raise self.unpinned(f"ledger {ledger_hash}")
            if error != _NOT_FOUND:
                raise self._fault(error)

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        found = await self._account({"account": question.account, "signer_lists": True}, block)
        if found is None:
            return OwnerOutcome.UNDECIDED, "the ledger knows no such account"
        with strictly(self.link, f"account_info {question.account}"):
            return judge(question, found)

    # --- answers ---

    async def _result(self, method: str, parameters: dict[str, object]) -> object:
        reply = await self._rest.post("", {"method": method, "params": [parameters]})
        with strictly(self.link, method):
            return member(reply.document, "result")

    def _hear(self, document: object) -> None:
        """Raise what another attempt may cure."""
        result = document.get("result") if isinstance(document, dict) else None
        error = result.get("error") if isinstance(result, dict) else None
        if isinstance(error, str) and _CAUSES.get(error) in _AGAIN:
            raise self._fault(error)

    def _fault(self, error: str) -> ChainError:
        reason = _CAUSES.get(error, Reason.RPC_ERROR)
        return self.link.fault(reason, f"{error:.80}", transient=reason in _AGAIN)


def _fields(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        raise TypeError("the result is not an object")
    return found


def _error(found: object) -> str | None:
    return text(found["error"]) if isinstance(found, dict) and "error" in found else None


def _check_validated(found: object) -> None:
    if member(found, "validated") is not True:
        raise ValueError("the ledger is not validated")


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError(f"{value!r:.70} is not a ledger hash")
    return value
