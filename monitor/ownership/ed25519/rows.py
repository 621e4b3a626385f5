"""From a row to its verdict: what the families of this package have in common.

``verified`` when the key that signed makes the account. ``unbound`` when it makes the owner that the row names (an
account whose key was rotated), when the account is of a kind that no key makes, or where not all ways are known in
which a key makes an account. ``invalid`` when it makes another account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Claim, Network, OwnerQuestion, Verdict, VerdictStatus
from monitor.ownership.ed25519 import curve, spellings
from monitor.ownership.ed25519.messages import OKX, Form
from monitor.ownership.faults import NotJudged, Refused
from monitor.registry.addresses import AddressError, Decoded, decode


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


class Signed(NamedTuple):
    """A valid signature: by which key, over which form of the message."""

    key: bytes
    form: str


def no_key(_account: Decoded) -> None:
    """The account does not hold its key."""
    return


def whole_key(account: Decoded) -> bytes:
    """The account is its key."""
    return account.payload


@dataclass(frozen=True, slots=True)
class Keyed:
    """The usual evidence: a signature of 64 bytes over one of ``forms``, by the key that the row states."""

    forms: Sequence[Form] = (OKX,)
    key_in: Callable[[Decoded], bytes | None] = no_key
    """The key that an account is, for rows that state none."""
    read_key: Callable[[str], bytes] = spellings.key
    read_signature: Callable[[str], bytes] = spellings.signature
    verifies: Callable[[bytes, bytes, bytes], bool] = curve.verifies

    def __call__(self, row: Row) -> Signed:
        """The valid signature of ``row``; else ``Refused`` or ``NotJudged``."""
        key = self.read_key(row.key) if row.key else self.key_in(row.signer)
        if key is None:
            raise NotJudged("the row states no public key, without which such a signature cannot be judged")
        signature = self.read_signature(row.signature)
        for form in self.forms:
            prepared = form.prepare(row.message, key)
            if prepared is not None and self.verifies(key, signature, prepared):
                return Signed(key, form.name)
        raise Refused(f"the signature is not by key {key.hex()} over this message")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one family proves its accounts."""

    check: Callable[[Row], Signed]
    """The valid signature of a row; else ``Refused`` or ``NotJudged``."""
    bind: Callable[[bytes, Decoded], str | None]
    """How the key makes the account, as a clause about the key; None where it does not."""
    keyless: Callable[[Decoded], str] = lambda _: ""
    """Why no key makes an account of this kind, as a sentence; empty where one does."""
    unknown: str = ""
    """Why an account that the key does not make may be its own all the same, as a sentence; empty where it is not."""


def is_key(key: bytes, account: Decoded) -> str | None:
    """``bind`` where an account is a key."""
    return "which is the account" if account.payload == key else None


def stated(why: str) -> Scheme:
    """The scheme of a family whose accounts no key makes, ``why`` being the sentence that says so."""
    return Scheme(check=Keyed(), bind=lambda _key, _account: None, keyless=lambda _account: why)


def judge(claim: Claim, network: Network, scheme: Scheme) -> Verdict:
    """The verdict of ``claim``; else ``Refused`` or ``NotJudged``."""
    row = _read(claim, network)
    signed = scheme.check(row)
    by = f"signed by key {signed.key.hex()} ({signed.form})"
    if reason := scheme.keyless(row.signer):
        return Verdict(VerdictStatus.UNBOUND, f"{by}; {reason}")
    bound = scheme.bind(signed.key, row.signer)
    if bound is None and scheme.unknown:
        return Verdict(VerdictStatus.UNBOUND, f"{by}; {scheme.unknown}")
    if row.owner is None:
        if bound is None:
            raise Refused(f"{by}, which is not the account's")
        return Verdict(VerdictStatus.VERIFIED, f"{by}, {bound}")
    if bound is None:
        raise Refused(f"{by}, which is not that of owner {row.owner.canonical}")
    if row.owner.canonical == row.account.canonical:
        return Verdict(VerdictStatus.VERIFIED, f"{by}, {bound}, named as its own owner")
    reason = f"{by} of owner {row.owner.canonical}; nothing in the list ties it to the account"
    return Verdict(VerdictStatus.UNBOUND, reason)


def question(claim: Claim, network: Network, scheme: Scheme) -> OwnerQuestion:
    """Does the key that signed, or the owner that it makes, control the account? For claims judged ``unbound``."""
    row = _read(claim, network)
    return OwnerQuestion(
        network=network.name,
        account=row.account.canonical,
        signers=(row.owner.canonical,) if row.owner else (),
        keys=(scheme.check(row).key,),
    )


def _read(claim: Claim, network: Network) -> Row:
    signatures = {column: text for column, text in enumerate(claim.signatures, 1) if text}
    owners = {column: text for column, text in enumerate(claim.owners, 1) if text}
    if len(signatures) > 1:
        raise NotJudged(f"{len(signatures)} signatures are given for one key; only rows with one are judged")
    for column, owner in owners.items():
        if column not in signatures:
            raise Refused(f"owner {column}, {owner}, has not signed")
    [(column, text)] = signatures.items()
    if owners and column not in owners:
        raise Refused(f"signature {column} belongs to no owner")
    return Row(
        network=network,
        message=claim.message.encode(),
        signature=text,
        key=claim.key,
        account=_decode(network, claim.account or "", ""),
        owner=_decode(network, owners[column], f"owner {column}, ") if owners else None,
    )


def _decode(network: Network, text: str, who: str) -> Decoded:
    try:
        return decode(network, text)
    except AddressError as error:
        raise Refused(f"{who}{text}: {error}") from error
