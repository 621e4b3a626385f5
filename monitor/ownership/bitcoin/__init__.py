"""Bitcoin and its kin: the address commits to keys or to a script, so a valid signature is bound to it.

``verified`` rests on that: a key whose hash is the address (P2PKH, P2WPKH, P2SH-P2WPKH), a script that hashes to the
address and of whose keys at least m distinct ones signed (P2SH, P2WSH, P2SH-P2WSH), or the key that a taproot address
is. Signatures are compact (:mod:`~monitor.ownership.bitcoin.compact`) or, for Bitcoin itself, of BIP-322
(:mod:`~monitor.ownership.bitcoin.bip322`).
"""

from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership.bitcoin import bip322, compact
from monitor.ownership.bitcoin.account import account_of
from monitor.ownership.bitcoin.coins import BIP322, MESSAGE_HEADERS
from monitor.ownership.faults import NotJudged, Refused

_FORMS = frozenset({"p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr"})


def judge(claim: Claim, network: Network) -> Verdict:
    """The keys of the address, or enough keys of its script, signed."""
    header = MESSAGE_HEADERS.get(network.name)
    if header is None:
        raise NotJudged(f"the message form of {network.title} is not known")
    if any(claim.owners):
        raise NotJudged(f"rows with owners are not judged on {network.title}")
    account = account_of(claim, network)
    if account.form not in _FORMS:
        raise NotJudged(f"signatures for addresses of the form {account.form} are not judged")
    message = claim.message.encode()
    given = [text for text in claim.signatures if text]
    signatures = [compact.read(text) for text in given]
    recoverable = [signature for signature in signatures if signature]
    if len(recoverable) == len(signatures):
        reason = compact.judge(account, recoverable, header, message)
    elif network.name not in BIP322:
        raise Refused("the signature is not 65 bytes in base64, nor 0x and 130 hex digits")
    elif len(given) > 1:
        raise Refused("a BIP-322 signature is whole by itself, and this row has more signatures")
    else:
        reason = bip322.judge(account, given[0], message)
    return Verdict(VerdictStatus.VERIFIED, reason)
