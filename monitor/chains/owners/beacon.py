"""Beacon nodes (the standard API of Ethereum's consensus clients): who gets a validator's coins.

A validator's withdrawal credentials (consensus specification, "Withdrawal prefixes") begin with 01 or 02 and end in the
20 bytes of an account of the execution layer, where everything that the validator pays out arrives and who may order
its exit. If that account has signed, it controls the validator. If it is another one, such as an EigenPod or a Safe,
the execution layer is to be asked who controls that. Credentials that begin with 00 name no account.

A block is a slot here: its number, and the root of the block in it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from monitor.chains.choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.evm.values import block_hash
from monitor.chains.line import Line
from monitor.chains.node import Confirmed
from monitor.chains.owners.owners_only import OwnersNode
from monitor.chains.rest import Rest, decimal, items, member, strictly, text
from monitor.chains.together import together
from monitor.model import Address, Block, Network, OwnerAnswer, OwnerQuestion

_EXECUTION_LAYER = "ethereum"
"""The network whose accounts withdrawal credentials name."""

_MOST_IDS = 64
"""In one request (``maxItems`` of the parameter ``id``)."""

_NAMED = re.compile(r"0x0[12]0{22}([0-9a-f]{40})")
_CREDENTIALS = re.compile(r"0x[0-9a-f]{64}")
_GENESIS_DIGITS = 32
_MISSING = frozenset({404})


class BeaconNode(OwnersNode):
    """One beacon node. It needs the state of the chosen slot only: any node has that of the newest finalized one."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._rest = Rest(line)
        self._genesis = datetime.fromtimestamp(0, UTC)
        self._slot: timedelta | None = None

    # --- the chain and its slots ---

    async def identify(self) -> str:
        """The first half of the genesis validators' root; a chain's clock, which that fixes, is learnt on the way."""
        reply = await self._rest.get("/eth/v1/beacon/genesis")
        with strictly(self.line, "genesis"):
            root = block_hash(member(reply.document, "data", "genesis_validators_root"))
            self._genesis = datetime.fromtimestamp(decimal(member(reply.document, "data", "genesis_time")), UTC)
        return f"beacon:{root[2 : 2 + _GENESIS_DIGITS]}"

    async def resolve(self, choice: BlockChoice) -> Block:
        """Beacon nodes name no justified block, so ``safe`` is ``finalized`` too."""
        match choice:
            case Tag("latest") | Depth(0):
                found = await self._header("head")
            case Tag():
                found = await self._header("finalized")
            case Height(number):
                found = await self._header(str(number))
            case Depth(confirmations):
                tip = await self._header("head")
                found = tip and await self._header(str(max(0, tip.number - confirmations)))
        if found is None:
            raise self.line.fault(Reason.BEHIND, f"it has no block {choice}; a slot can also be empty")
        return found

    async def _header(self, name: str) -> Block | None:
        path = f"/eth/v1/beacon/headers/{name}"
        reply = await self._rest.get(path, told=_MISSING)
        if reply.status != 200:
            return None
        with strictly(self.line, path):
            self._refuse_optimistic(reply.document)
            slot = decimal(member(reply.document, "data", "header", "message", "slot"))
            root = block_hash(member(reply.document, "data", "root"))
            return Block(slot, root, self._genesis + slot * await self._slot_length())

    async def _slot_length(self) -> timedelta:
        """How long a slot takes. Clients are replacing the one constant by the other."""
        if self._slot is None:
            reply = await self._rest.get("/eth/v1/config/spec")
            with strictly(self.line, "spec"):
                spec = member(reply.document, "data")
                if isinstance(spec, dict) and "SLOT_DURATION_MS" in spec:
                    self._slot = timedelta(milliseconds=decimal(spec["SLOT_DURATION_MS"]))
                else:
                    self._slot = timedelta(seconds=decimal(member(spec, "SECONDS_PER_SLOT")))
        return self._slot

    def _refuse_optimistic(self, document: object) -> None:
        """A node that has not executed the payload of a block (yet) may be on a chain that no one else accepts."""
        if member(document, "execution_optimistic") is not False:
            raise self.line.fault(Reason.BEHIND, "its execution client has not checked the block yet (optimistic)")

    # --- validators ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        credentials: dict[Address, str] = {}
        validators = iter(dict.fromkeys(question.account for question in questions))
        size = min(self.line.settings.batch, _MOST_IDS)

        async def work() -> None:
            while part := list(islice(validators, size)):
                credentials.update(await self._credentials(part, block))

        await together(work() for _ in range(self.line.settings.concurrency))
        await self._still_canonical(block)
        answers = (judge(question, credentials.get(question.account), block) for question in questions)
        return Confirmed(block, tuple(answers))

    async def _credentials(self, validators: Sequence[Address], block: Block) -> dict[Address, str]:
        """Withdrawal credentials by validator. Those that the chain does not know are simply not in the answer."""
        path = f"/eth/v1/beacon/states/{block.number}/validators"
        reply = await self._rest.get(path, [("id", validator) for validator in validators], told=_MISSING)
        if reply.status != 200:
            raise self.line.fault(Reason.PRUNED, f"it has no state of slot {block.number}")
        found: dict[Address, str] = {}
        with strictly(self.line, path):
            self._refuse_optimistic(reply.document)
            for item in items(member(reply.document, "data")):
                validator = text(member(item, "validator", "pubkey")).lower()
                if validator in found or validator not in validators:
                    raise ValueError(f"validator {validator:.100} was not asked for or came twice")
                found[validator] = _checked(text(member(item, "validator", "withdrawal_credentials")).lower())
        return found

    async def _still_canonical(self, block: Block) -> None:
        """States are asked for by slot: make sure that the slot still has the block."""
        found = await self._header(str(block.number))
        if found is None or found.hash != block.hash:
            raise self.line.fault(Reason.TIP_MOVED, f"slot {block.number} has another block than {block.hash} now")

    async def close(self) -> None:
        await self._rest.close()


def judge(question: OwnerQuestion, credentials: str | None, block: Block) -> OwnerAnswer:
    """What ``credentials`` (None: no such validator) say of the signers of ``question``."""
    named = _NAMED.fullmatch(credentials or "")
    address = "0x" + named[1] if named else ""
    if address in {signer.lower() for signer in question.signers}:
        return OwnerAnswer(confirmed=True, reason=f"its withdrawal credentials name the signer {address}", block=block)
    if credentials is None:
        reason = "the chain knows no such validator"
    elif not address:
        reason = f"its withdrawal credentials {credentials} name no account"
    else:
        reason = f"its withdrawal credentials name {address}"
    referred = replace(question, network=_EXECUTION_LAYER, account=address) if address else None
    return OwnerAnswer(confirmed=False, reason=reason, block=block, referred=referred)


def _checked(credentials: str) -> str:
    if not _CREDENTIALS.fullmatch(credentials):
        raise ValueError(f"{credentials!r:.80} are not withdrawal credentials")
    return credentials
