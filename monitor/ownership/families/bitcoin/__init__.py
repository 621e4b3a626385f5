"""Bitcoin and its kin: the address commits to keys or to a script, so a valid signature is bound to it.

``verified`` rests on that: a key whose hash is the address (P2PKH, P2WPKH, P2SH-P2WPKH), a script that hashes to the
address and of whose keys at least m distinct ones signed (P2SH, P2WSH, P2SH-P2WSH), or the key that a taproot address
is. Signatures are compact (:mod:`~monitor.ownership.families.bitcoin.compact`) or, where the coin has it, of BIP-322
(:mod:`~monitor.ownership.families.bitcoin.bip322`).
"""

from collections.abc import Sequence

from monitor.model import Claim, Code, KeyHash, Network, Verdict
from monitor.ownership.families.bitcoin import bip322, blake256, compact
from monitor.ownership.families.bitcoin.account import Account, account_of
from monitor.ownership.family import Description, NotJudged, Refused

DESCRIPTION = Description(
    addresses="P2PKH, P2SH and, where the coin has them, P2WPKH, P2WSH, P2TR and cash addresses, each with the coin's "
    "own versions and prefixes.",
    messages="The coin's message headers (below), as compact signature in base64 (headers of BIP-137, or Electrum's 31 "
    "to 34 for any compressed key); except where keys are hashed by BLAKE-256 also OKX's own header, in hex; where "
    "named below also BIP-322, simple and full; low s.",
    binding="The address is the hash of the key, or of the script in the row whose keys signed, or the taproot key.",
    verified="The address's key signed, or at least m distinct keys of its m-of-n script did.",
    promotion="None is needed.",
)

_FORMS = frozenset({"p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr"})


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the key of the address, or enough keys of its script, signed."""
    if any(claim.owners):
        raise NotJudged(Code.OWNERS_NOT_JUDGED, f"rows with owners are not judged on {network.title}")
    coin = network.parameters
    if coin is None:
        raise NotJudged(Code.FAMILY_NOT_JUDGED, f"the message form of {network.title} is not known")
    if coin.key_hash is KeyHash.BLAKE256:
        return blake256.judge(claim, network, coin)
    account = account_of(claim, network)
    if account.form not in _FORMS:
        raise NotJudged(Code.ACCOUNT_NOT_JUDGED, f"signatures for addresses of the form {account.form} are not judged")
    message = claim.message.encode()
    given = [text for text in claim.signatures if text]
    signatures = [compact.read(text) for text in given]
    recoverable = [signature for signature in signatures if signature]
    if len(recoverable) == len(signatures):
        return _judge_compact(account, recoverable, coin.message_headers, message)
    if not coin.bip322:
        raise NotJudged(
            Code.UNKNOWN_FORM, f"on {network.title} only 65 bytes in base64, or 0x and 130 hex digits, are judged"
        )
    if len(given) > 1:
        raise NotJudged(Code.WRONG_COUNT, "a BIP-322 signature is whole by itself, and this row has more signatures")
    return bip322.judge(account, given[0], message)


def _judge_compact(
    account: Account, signatures: list[compact.Compact], headers: Sequence[str], message: bytes
) -> Verdict:
    """Judge the signatures under one of ``headers``; else ``Refused`` as under the first."""
    refusals: list[Refused] = []
    for header in headers:
        try:
            return compact.judge(account, signatures, header, message)
        except Refused as refusal:
            refusals.append(refusal)
    raise refusals[0]
