"""NULS: an account of type 1 is the RIPEMD-160 of the SHA-256 of its compressed key; a recovered key names its account.

``verified`` rests on that derivation (NULS documentation, "Address"; ``AddressTool`` of its node). Type 2 is a
contract, type 3 a multisig: neither is the hash of one key. OKX signs its own header, Keccak-256.
"""

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import accounts
from monitor.ownership.family import Description, NotJudged
from monitor.ownership.recovered_keys import OKX, RecoveredKeys
from monitor.ownership.secp256k1 import bitcoin_hash
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="`NULSd…` of the type 1; contracts and multisig accounts with owners only.",
    messages="OKX's own header (Keccak-256); r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the compressed key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None.",
)

_SCHEME = RecoveredKeys((OKX,), (bitcoin_hash,))


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the account itself signed, or its owners did."""
    return accounts.judge(claim, network, _scheme_of)


def _scheme_of(_network: Network, account: Decoded) -> RecoveredKeys:
    if account.form != "account":
        raise NotJudged(
            Code.ACCOUNT_NOT_JUDGED,
            f"the account is a {account.form}, which is not the hash of one key; only those are judged",
        )
    return _SCHEME
