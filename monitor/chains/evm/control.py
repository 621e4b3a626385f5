"""Who controls an EVM account, by what its code and its own answers say.

What a contract answers is its own word, and anybody's contract may say anything. So its word against those who signed
counts; its word for them counts where it can be relied on. In this order:

1. Without code, the account is controlled by its own key alone, and that has not signed: refuted.
2. An account of a key that delegates to code (EIP-7702) is still its key's, whatever the code answers: undecided.
3. A Safe, told by its code (:mod:`monitor.registry.safes`), names its owners and how many of them must sign. What it
   answers is final.
4. A contract that answers a function that nobody has (a fallback that echoes, or says the same to everything) has not
   answered anything: undecided.
5. An EigenPod, the contract that a restaked validator's coins go to (``podOwner()``, EigenLayer's ``IEigenPod``): its
   owner must be a signer.
6. A contract that judges signatures itself (``isValidSignature``, EIP-1271): it must accept the signed digest with the
   signatures, by the very 32 bytes that the standard wants, and must not accept those of strangers.
7. ``owner()`` (ERC-173) is a signer: that names an administrator, and not whose coins the contract holds.
8. What answers as a Safe does and has another code: undecided, where its owners have signed.
9. Whoever names others, or refuses the signatures, refutes; else it is undecided.

A call that reverts, or answers in another form, only means that this rule does not apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Address, OwnerOutcome, OwnerQuestion

_WORD = 32
_MAGIC = bytes.fromhex("1626ba7e") + bytes(28)
"""EIP-1271: the selector of ``isValidSignature(bytes32,bytes)``, as the ABI pads ``bytes4``."""
_DELEGATION = bytes.fromhex("ef0100")
"""EIP-7702: before the 20 bytes of the address, the whole code of such an account."""
_DELEGATION_SIZE = 23
_NOBODY = "0x" + "00" * 20

Control = tuple[OwnerOutcome, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What an account's code is, and what it answers; None for what it does not answer in the right form."""

    code: bytes
    safe: str = ""
    """The version of the Safe that it is by its code and its singleton's; empty: none that is known."""
    owners: Sequence[Address] | None = None
    threshold: int | None = None
    owner: Address | None = None
    pod_owner: Address | None = None
    validity: bytes | None = None
    """A word, as all that judges signatures answers."""
    stranger: bytes | None = None
    strangers_message: bytes | None = None
    nobody: bool = False
    """Whether it answers a function that nobody has."""

    @property
    def is_contract(self) -> bool:
        return bool(self.code) and not self.delegate

    @property
    def delegate(self) -> Address:
        """Whose code a key's account has taken for its own; empty: it is none that has."""
        if len(self.code) == _DELEGATION_SIZE and self.code.startswith(_DELEGATION):
            return "0x" + self.code[len(_DELEGATION) :].hex()
        return ""

    @property
    def accepts(self) -> bool:
        """Whether it accepts the signatures (EIP-1271)."""
        return self.validity == _MAGIC

    @property
    def accepts_strangers(self) -> bool:
        """Whether it accepts signatures that nobody made for it."""
        return _MAGIC in (self.stranger, self.strangers_message)

    @property
    def refuses(self) -> bool:
        """Whether the signatures were looked at and not accepted."""
        return self.validity is not None and not self.validity.startswith(_MAGIC[:4])

    @property
    def named(self) -> tuple[set[Address], int] | None:
        """Owners, and how many of them must sign, as a Safe tells them; None where the answers are not a Safe's."""
        members, needed = {owner.lower() for owner in self.owners or ()}, self.threshold or 0
        return (members, needed) if 1 <= needed <= len(members) else None


def judge(question: OwnerQuestion, told: Told) -> Control:
    """Tell whether the signers of ``question`` control the account, and why or why not."""
    if not told.code:
        reason = "there is no contract at this account: its own key alone controls it, and that has not signed"
        return OwnerOutcome.REFUTED, reason
    if told.delegate:
        reason = f"it is the account of a key, which lets the code of {told.delegate} answer for it (EIP-7702)"
        return OwnerOutcome.UNDECIDED, reason
    signers = {signer.lower() for signer in question.signers}
    if told.safe:
        return _by_safe(signers, told)
    if told.nobody:
        return OwnerOutcome.UNDECIDED, "it answers a function that nobody has: its answers say nothing"
    return _by_word(signers, told)


def _by_safe(signers: set[Address], told: Told) -> Control:
    if told.named is None:
        return OwnerOutcome.UNDECIDED, f"it is a Safe {told.safe} that has no owners yet"
    owners, needed = told.named
    signed = len(signers & owners)
    outcome = OwnerOutcome.CONFIRMED if signed >= needed else OwnerOutcome.REFUTED
    return outcome, f"{signed} of the {len(owners)} owners of the Safe ({told.safe}) signed; it needs {needed}"


def _by_word(signers: set[Address], told: Told) -> Control:
    """By what a contract says that may say anything."""
    if (owner := _account(told.pod_owner)) in signers:
        return OwnerOutcome.CONFIRMED, f"podOwner() is the signer {owner}"
    if told.accepts and not told.accepts_strangers:
        return OwnerOutcome.CONFIRMED, "isValidSignature accepts the signatures (EIP-1271), and not those of strangers"
    if (owner := _account(told.owner)) in signers:
        reason = f"owner() is the signer {owner}: an administrator, which does not say whose coins it holds"
        return OwnerOutcome.ADMINISTERED, reason
    if told.named and len(signers & told.named[0]) >= told.named[1]:
        reason = "it names the signers as a Safe names its owners, and its code is none of the known Safes'"
        return OwnerOutcome.UNDECIDED, reason
    if others := _others(told):
        return OwnerOutcome.REFUTED, others
    if told.accepts_strangers:
        return OwnerOutcome.UNDECIDED, "isValidSignature accepts the signatures of strangers too: it says nothing"
    return OwnerOutcome.UNDECIDED, "the contract names no owner, and isValidSignature does not accept the signatures"


def _others(told: Told) -> str:
    """What the contract says against those who signed; empty: nothing."""
    against = [
        f"{function} is {address}, who did not sign"
        for function, answer in (("owner()", told.owner), ("podOwner()", told.pod_owner))
        if (address := _account(answer)) is not None
    ]
    if told.named:
        owners, needed = told.named
        against.append(f"too few of its {len(owners)} owners signed; it needs {needed}")
    if told.refuses:
        against.append("isValidSignature refuses the signatures (EIP-1271)")
    return " and ".join(against)


def _account(answer: Address | None) -> Address | None:
    """The account that was answered; None where none was, or nobody's."""
    return None if answer in (None, _NOBODY) else answer.lower()


def address_in(word: bytes | None) -> Address | None:
    """Return the address that ``word`` is; None where it is none, or that of nobody."""
    if word is None or len(word) != _WORD or any(word[:12]) or not any(word):
        return None
    return "0x" + word[12:].hex()
