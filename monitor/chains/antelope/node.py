"""Antelope nodes (nodeos' ``chain_api``): which keys, of what weight, rule an account.

An account has permissions, of which ``active`` moves its coins and ``owner`` may change ``active`` (Antelope docs,
"Accounts and Permissions"). A permission is satisfied when weights reach its threshold. Counted are the keys that
signed, and nothing else: other accounts, to which a permission may be delegated, and waiting have not been proven.

``get_account`` tells the state of the node's head only. The block that is named is the last irreversible one before
that, on which all honest nodes agree; the head is at least as new.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from based58 import b58encode
from Crypto.Hash import RIPEMD160

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import Rest, items, member, strictly, text
from monitor.formats import shown
from monitor.model import Block, Network, OwnerOutcome, OwnerQuestion

_RULING = ("active", "owner")
_FAILED = 500
_UNKNOWN_ACCOUNT = "unknown key (eosio::chain::name)"
_ID_DIGITS = 64
_CAIP2_DIGITS = 32


class AntelopeNode(OwnersNode):
    """One nodeos. Plug-ins beyond the chain API, and history, are not needed."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        information = await self._information()
        with strictly(self.link, "get_info"):
            return f"antelope:{_identity(member(information, 'chain_id'))[:_CAIP2_DIGITS]}"

    async def _information(self) -> object:
        return (await self._rest.post("/v1/chain/get_info", {})).document

    async def resolve(self, choice: BlockChoice) -> Block:
        information = await self._information()
        with strictly(self.link, "get_info"):
            irreversible = Block(
                count(member(information, "last_irreversible_block_num")),
                _identity(member(information, "last_irreversible_block_id")),
                datetime.fromisoformat(text(member(information, "last_irreversible_block_time"))).replace(tzinfo=UTC),
            )
        match choice:
            case Tag() | Depth(0):
                return irreversible
            case Height(number) if number == irreversible.number:
                return irreversible
            case Height(number) if number > irreversible.number:
                raise self.link.fault(Reason.BEHIND, f"it has no block {number} yet; its tip is {irreversible.number}")
            case Height() | Depth():
                told = f"it reads only its tip, {irreversible.number}; set `block: latest`"
                raise self.link.fault(Reason.PAST_BLOCK, told)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        return await one_by_one(questions, block, lambda question: self._control(question, block))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        reply = await self._rest.post(
            "/v1/chain/get_account", {"account_name": question.account}, told=frozenset({_FAILED})
        )
        with strictly(self.link, f"get_account {question.account}"):
            if reply.status == _FAILED:
                details = [
                    text(member(detail, "message")) for detail in items(member(reply.document, "error", "details"))
                ]
                if any(detail.startswith(_UNKNOWN_ACCOUNT) for detail in details):
                    return OwnerOutcome.UNDECIDED, "the chain knows no such account"
                raise self.link.fault(Reason.RPC_ERROR, shown("; ".join(details), 200))
            if (name := member(reply.document, "account_name")) != question.account:
                raise ValueError(f"it is about {name!r:.40}")
            if (head := count(member(reply.document, "head_block_num"))) < block.number:
                raise self.link.fault(Reason.BEHIND, f"its head is block {head}, under {block.number}")
            return judge(question.keys, items(member(reply.document, "permissions")))

    async def close(self) -> None:
        await self._rest.close()


def judge(keys: Sequence[bytes], permissions: Sequence[object]) -> Control:
    """Tell whether ``keys`` (33 bytes each) satisfy one of the permissions that rule the account.

    Where a permission is delegated to other accounts, nobody knows whose keys satisfy it: that refutes nothing.
    """
    spellings = {spelling for key in keys for spelling in _spellings(key)}
    told, delegated = [], False
    for permission in permissions:
        name = text(member(permission, "perm_name"))
        threshold = count(member(permission, "required_auth", "threshold"))
        listed = {
            text(member(entry, "key")): count(member(entry, "weight"))
            for entry in items(member(permission, "required_auth", "keys"))
        }
        if name not in _RULING:
            continue
        weight = sum(listed[key] for key in spellings & listed.keys())
        told.append(f"the keys that signed weigh {weight} of the {threshold} that {name} needs")
        if weight >= threshold > 0:
            return OwnerOutcome.CONFIRMED, told[-1]
        delegated = delegated or bool(items(member(permission, "required_auth", "accounts")))
    if not told:
        return OwnerOutcome.UNDECIDED, "it has neither the permission active nor owner"
    if delegated:
        return OwnerOutcome.UNDECIDED, f"{' and '.join(told)}; other accounts have a say, too"
    return OwnerOutcome.REFUTED, " and ".join(told)


def _spellings(key: bytes) -> tuple[str, str]:
    """A key of secp256k1 as nodes write it: with the checksum of the newer form, and as before it."""
    newer, older = (RIPEMD160.new(key + suffix).digest()[:4] for suffix in (b"K1", b""))
    return f"PUB_K1_{b58encode(key + newer).decode()}", f"EOS{b58encode(key + older).decode()}"


def _identity(value: object) -> str:
    """The id of a chain or block: 32 bytes in hex."""
    identity = text(value)
    if len(identity) != _ID_DIGITS or len(bytes.fromhex(identity)) * 2 != _ID_DIGITS:
        raise ValueError(f"{identity:.70} is not an id")
    return identity
