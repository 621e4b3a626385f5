"""Rows that state their key beside the signature, or whose account is the key: from the row to its verdict.

``verified`` when the key that signed makes the account. ``unbound`` when it makes the owner that the row names (an
account whose key was rotated), when the account is of a kind that no key makes, or where not all ways are known in
which a key makes an account. ``invalid`` when it makes another account.

A family adds how a key makes an account of its chain, and the message forms of its wallets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, digests, ed25519
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.spellings import read_address
from monitor.registry.addresses import Decoded


@dataclass(frozen=True, slots=True)
class MessageForm:
    """One way of making a message ready for signing."""

    name: str
    prepare: Callable[[bytes, bytes], bytes | None]
    """From the message's UTF-8 and the key to the bytes under the signature; None where the form cannot hold it."""


OKX = MessageForm("OKX header", lambda message, _: digests.okx_preimage(message))
"""OKX's own header, not hashed: what it signs with Ed25519 on every chain."""

TEXT = MessageForm("plain text", lambda message, _: message)
"""The message alone: for wallets whose "sign message" adds nothing."""


class Row(NamedTuple):
    """A row with its one signature. ``owner`` is whom the row says the key belongs to, if not to the account."""

    network: Network
    message: bytes
    signature: str
    key: str
    account: Decoded
    owner: Decoded | None

    @property
    def signer(self) -> Decoded:
        """Whose key must have signed."""
        return self.owner or self.account


class StatedSignature(NamedTuple):
    """A valid signature: by which key, over which form of the message."""

    key: bytes
    form: str


def no_key(_account: Decoded) -> None:
    """Find no key in an account that does not hold it."""
    return


def whole_key(account: Decoded) -> bytes:
    """Find the key of an account that is its key."""
    return account.payload


def key_if_one(account: Decoded) -> bytes | None:
    """Find the key of an account that is its key, or else a hash; None for a hash, as far as it is told apart."""
    return account.payload if ed25519.is_key(account.payload) else None


@dataclass(frozen=True, slots=True)
class Keyed:
    """The usual evidence: a signature of 64 bytes over one of ``forms``, by the key that the row states."""

    forms: Sequence[MessageForm] = (OKX,)
    key_in: Callable[[Decoded], bytes | None] = no_key
    """The key that an account is, for rows that state none."""
    read_key: Callable[[str], bytes] = ed25519.read_key
    read_signature: Callable[[str], bytes] = ed25519.read_signature
    verifies: Callable[[bytes, bytes, bytes], bool] = ed25519.verifies

    def __call__(self, row: Row) -> StatedSignature:
        """Find the valid signature of ``row``; else raise ``Refused`` or ``NotJudged``."""
        key = self.read_key(row.key) if row.key else self.key_in(row.signer)
        if key is None:
            raise NotJudged(
                Code.NO_PUBLIC_KEY, "the row states no public key, without which such a signature cannot be judged"
            )
        signature = self.read_signature(row.signature)
        for form in self.forms:
            prepared = form.prepare(row.message, key)
            if prepared is not None and self.verifies(key, signature, prepared):
                return StatedSignature(key, form.name)
        raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message")


@dataclass(frozen=True, slots=True)
class StatedKeys:
    """How one family proves its accounts."""

    check: Callable[[Row], StatedSignature]
    """The valid signature of a row; else ``Refused`` or ``NotJudged``."""
    bind: Callable[[bytes, Decoded], str | None]
    """How the key makes the account, as a clause about the key; None where it does not."""
    keyless: Callable[[Decoded], str] = lambda _: ""
    """Why no key makes an account of this kind, as a sentence; empty where one does."""
    unknown: str = ""
    """Why an account that the key does not make may be its own all the same, as a sentence; empty where it is not."""

    def judge(self, claim: Claim, network: Network) -> Verdict:
        """Judge ``claim``, a row of ``network``; raise ``Refused`` or ``NotJudged`` where it is not proven."""
        row = _read(claim, network)
        signed = self.check(row)
        by = f"signed by key {signed.key.hex()} ({signed.form})"
        if reason := self.keyless(row.signer):
            return Verdict(Code.UNBOUND_KEY, f"{by}; {reason}")
        bound = self.bind(signed.key, row.signer)
        if bound is None and self.unknown:
            return Verdict(Code.OTHER_MAKING, f"{by}; {self.unknown}")
        if row.owner is None:
            if bound is None:
                raise Refused(Code.NOT_OF_ACCOUNT, f"{by}, which is not the account's")
            return Verdict(Code.OWN_KEY, f"{by}, {bound}")
        if bound is None:
            raise Refused(Code.NOT_OF_OWNER, f"{by}, which is not that of owner {row.owner.canonical}")
        if row.owner.canonical == row.account.canonical:
            return Verdict(Code.OWN_KEY_AS_OWNER, f"{by}, {bound}, named as its own owner")
        reason = f"{by} of owner {row.owner.canonical}; nothing in the list ties it to the account"
        return Verdict(Code.OWNERS_SIGNED, reason)

    def question(self, claim: Claim, network: Network) -> OwnerQuestion:
        """Ask whether the key that signed, or the owner that it makes, controls the account of an ``unbound`` claim."""
        row = _read(claim, network)
        return OwnerQuestion(
            network=network.name,
            account=row.account.canonical,
            signers=(row.owner.canonical,) if row.owner else (),
            keys=(self.check(row).key,),
        )


def is_key(key: bytes, account: Decoded) -> str | None:
    """Bind ``key`` to an account that is a key (``StatedKeys.bind``)."""
    return "which is the account" if account.payload == key else None


def never_bound(why: str, forms: Sequence[MessageForm] = (OKX,)) -> StatedKeys:
    """Make the scheme of a family whose accounts no key makes; ``why`` is the sentence that says so."""
    return StatedKeys(check=Keyed(forms), bind=lambda _key, _account: None, keyless=lambda _account: why)


def _read(claim: Claim, network: Network) -> Row:
    text = accounts.only_signature(claim)
    column = claim.signatures.index(text) + 1
    owners = {number: owner for number, owner in enumerate(claim.owners, 1) if owner}
    for number, owner in owners.items():
        if number != column:
            raise Refused(Code.OWNER_UNSIGNED, f"owner {number}, {owner}, has not signed")
    return Row(
        network=network,
        message=claim.message.encode(),
        signature=text,
        key=claim.key,
        account=accounts.decoded(claim, network),
        owner=read_address(network, owners[column], Code.BAD_OWNER, f"owner {column}, ") if owners else None,
    )
