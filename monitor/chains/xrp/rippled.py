"""XRP Ledger servers (rippled and Clio, JSON-RPC in their own envelope): who may sign for an account.

An account's master key makes its address. Beside it, or in its place once it is disabled, there can be a regular key
and a list of signers with weights and a quorum (XRPL docs, "Cryptographic Keys", "Multi-Signing"). Each of the three is
named by the address that its key makes. Validated ledgers are final, so every tag means the newest of them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import Rest, items, member, strictly, text
from monitor.model import Address, Block, Network, OwnerOutcome, OwnerQuestion

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MASTER_DISABLED = 0x00100000  # lsfDisableMaster
_HASH = re.compile(r"[0-9A-F]{64}")
_MAIN_NET = 0


class RippledNode(OwnersNode):
    """One server. It must still have the newest validated ledger; full history is not needed."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        """``network_id``. A server that was given none joins the main net."""
        found = await self._result("server_info", {})
        with strictly(self.link, "server_info"):
            information = member(found, "info")
            if not isinstance(information, dict):
                raise TypeError("info is not an object")
            return f"xrpl:{count(information.get('network_id', _MAIN_NET))}"

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case Height(number):
                return await self._ledger(number)
            case Tag() | Depth(0):
                return await self._ledger("validated")
            case Depth(confirmations):
                return await self._ledger(max(1, (await self._ledger("validated")).number - confirmations))

    async def _ledger(self, index: int | str) -> Block:
        found = await self._result("ledger", {"ledger_index": index})
        with strictly(self.link, "ledger"):
            if (error := _error(found)) is not None:
                raise self.link.fault(Reason.BEHIND if error == "lgrNotFound" else Reason.RPC_ERROR, error)
            _check_validated(found)
            number = count(member(found, "ledger_index"))
            if isinstance(index, int) and number != index:
                raise ValueError(f"it is about ledger {number}")
            closed = _EPOCH + timedelta(seconds=count(member(found, "ledger", "close_time")))
            return Block(number, _hash(member(found, "ledger_hash")), closed)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        asked = {"account": question.account, "ledger_hash": block.hash, "signer_lists": True}
        found = await self._result("account_info", asked)
        with strictly(self.link, f"account_info {question.account}"):
            error = _error(found)
            if error == "actNotFound":
                if isinstance(found, dict) and found.get("ledger_hash", block.hash) != block.hash:
                    raise ValueError("it is about another ledger")
                return OwnerOutcome.UNDECIDED, "the ledger knows no such account"
            if error is not None:
                raise self.link.fault(Reason.BEHIND if error == "lgrNotFound" else Reason.RPC_ERROR, error)
            _check_validated(found)
            if _hash(member(found, "ledger_hash")) != block.hash:
                raise ValueError("it is about another ledger")
            return judge(question, found)

    async def _result(self, method: str, parameters: dict[str, object]) -> object:
        reply = await self._rest.post("", {"method": method, "params": [parameters]})
        with strictly(self.link, method):
            return member(reply.document, "result")

    async def close(self) -> None:
        await self._rest.close()


def judge(question: OwnerQuestion, found: object) -> Control:
    """Whether the signers of ``question`` may sign for the account that ``account_info`` described."""
    data = member(found, "account_data")
    if not isinstance(data, dict):
        raise TypeError("account_data is not an object")
    if member(data, "Account") != question.account:
        raise ValueError(f"it is about {data['Account']!r:.40}")
    signers = set(question.signers)
    if question.account in signers and not count(member(data, "Flags")) & _MASTER_DISABLED:
        return OwnerOutcome.CONFIRMED, "its master key signed, and is not disabled"
    regular = text(data.get("RegularKey", ""))
    if regular in signers:
        return OwnerOutcome.CONFIRMED, f"its regular key is that of the signer {regular}"
    # API version 1 has the lists inside, version 2 and Clio beside the account's data
    lists = data["signer_lists"] if "signer_lists" in data else member(found, "signer_lists")
    told = [f"its regular key is that of {regular}" if regular else "it has no regular key"]
    for entry in items(lists):
        quorum = count(member(entry, "SignerQuorum"))
        weight = sum(weight for signer, weight in _weights(entry).items() if signer in signers)
        told.append(f"the signers weigh {weight} of its signer list's quorum of {quorum}")
        if weight >= quorum > 0:
            return OwnerOutcome.CONFIRMED, told[-1]
    return OwnerOutcome.REFUTED, "; ".join(told)


def _weights(signer_list: object) -> dict[Address, int]:
    entries = items(member(signer_list, "SignerEntries"))
    return {
        text(member(entry, "SignerEntry", "Account")): count(member(entry, "SignerEntry", "SignerWeight"))
        for entry in entries
    }


def _error(found: object) -> str | None:
    return text(found["error"]) if isinstance(found, dict) and "error" in found else None


def _check_validated(found: object) -> None:
    if member(found, "validated") is not True:
        raise ValueError("the ledger is not validated")


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError(f"{value!r:.70} is not a ledger hash")
    return value
