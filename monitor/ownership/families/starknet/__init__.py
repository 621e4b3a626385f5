"""Starknet: an account is a contract, and what may sign for it is up to its code, so no key makes an account.

OKX signs typed data that names the account (:mod:`.message`) with a key of the Stark curve,
which the row states by its x coordinate. A valid signature says that the holder of the key claims the account:
``unbound``, until the account itself names the key on chain.
"""

import re

from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, questions
from monitor.ownership.families.starknet import curve, message
from monitor.ownership.family import Description, NotJudged, Refused

DESCRIPTION = Description(
    addresses="The account contract in hex.",
    messages="OKX's typed data (revision 0), which names the account; up to 31 ASCII characters. r and s in hex.",
    binding="Nothing in the list: the account's contract decides which key may sign.",
    verified="Never.",
    promotion="The account contract's public key (`get_public_key`, `get_owner`).",
)

_KEY_SIZE = 32
_KEY = re.compile(r"(?:0x)?([0-9a-fA-F]{1,64})")
_SIGNATURE = re.compile(r"(?:0x)?([0-9a-fA-F]{64})([0-9a-fA-F]{1,64})")


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the stated key signed a message that names the account."""
    if any(claim.owners):
        raise NotJudged(Code.OWNERS_NOT_JUDGED, f"rows with owners are not judged on {network.title}")
    account, signature = accounts.decoded(claim, network), accounts.only_signature(claim)
    key = _read_key(claim.key)
    digest = message.digest(claim.message, int.from_bytes(account.payload, "big"))
    if not curve.verifies(key, _read_signature(signature), digest):
        raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key:#x} over this message for this account")
    reason = f"signed by key {key:#x} (typed data, Stark curve) for this account; only its contract knows its key"
    return Verdict(Code.UNBOUND_KEY, reason)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """Ask whether the account's contract names the key that signed."""
    return questions.of_keys(claim, network, [_read_key(claim.key).to_bytes(_KEY_SIZE, "big")])


def _read_key(text: str) -> int:
    if not text:
        raise NotJudged(Code.NO_PUBLIC_KEY, "the row states no public key, and an account on Starknet holds none")
    match = _KEY.fullmatch(text)
    if not match:
        raise NotJudged(Code.UNKNOWN_SPELLING, "the public key is not up to 64 hex digits, as which alone it is judged")
    return int(match[1], 16)


def _read_signature(text: str) -> curve.Signature:
    match = _SIGNATURE.fullmatch(text)
    if not match:
        raise NotJudged(
            Code.UNKNOWN_SPELLING,
            "the signature is not 64 hex digits of r and up to 64 of s, as which alone it is judged",
        )
    return int(match[1], 16), int(match[2], 16)
