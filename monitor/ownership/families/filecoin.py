"""Filecoin: f1 is the BLAKE2b-160 of a secp256k1 key, f410 (and ``0x``) an EVM account; a recovered key names either.

``verified`` rests on those derivations (Filecoin specification, appendix "Address"; FIP-48 and FIP-55 for f410). The
other forms name no such key: f0 is a number that the chain gave out, f2 an actor (a multisig, for one), f3 a BLS key,
whose signatures are not judged.

f1 keys sign OKX's header, or Lotus' own form: a signature of type 1 (one byte, then r, s, v with v 0 or 1) over the
BLAKE2b-256 of the message in the envelope of FRC-102, or, before that, of the message as it is. f410 keys sign as on
EVM networks.
"""

from hashlib import blake2b

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import accounts
from monitor.ownership.digests import personal_preimage
from monitor.ownership.families import evm
from monitor.ownership.family import Description, NotJudged
from monitor.ownership.recovered_keys import OKX, DigestForm, RecoveredKeys, Spelling
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="`f1…`; `f410f…` and `0x…`, two spellings of one account. `f0…`, `f2…` and `f3…` with owners only.",
    messages="f1: OKX's own header (Keccak-256), r, s, v in hex, v 27 or 28; or Lotus' `wallet sign` (`01`, r, s, v in "
    "hex, v 0 or 1) with the envelope of FRC-102 or raw. f410 and `0x`: as on EVM networks. Low s.",
    binding="f1 is the BLAKE2b-160 of the uncompressed key that the signature recovers to, f410 the last 20 bytes of "
    "its Keccak-256.",
    verified="The account's own key signed.",
    promotion="None: actors are not asked for their signers.",
)


def _frc102(message: bytes) -> bytes:
    return _lotus(personal_preimage(message, "Filecoin"))


def _lotus(message: bytes) -> bytes:
    return blake2b(message, digest_size=32).digest()


def _native_account(key: bytes) -> bytes:
    return blake2b(key, digest_size=20).digest()


_SCHEMES = {
    "secp256k1": RecoveredKeys(
        (
            OKX,
            Spelling((DigestForm("FRC-102", _frc102), DigestForm("Lotus, raw", _lotus)), prefix="01", v=0),
        ),
        (_native_account,),
    ),
    "delegated": evm.scheme(evm.COMMON),
}
_NAMES = {"id": "an id (f0)", "actor": "an actor (f2)", "bls": "a BLS key (f3)"}


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the account itself signed, or its owners did."""
    return accounts.judge(claim, network, _scheme_of)


def _scheme_of(_network: Network, account: Decoded) -> RecoveredKeys:
    scheme = _SCHEMES.get(account.form)
    if scheme is None:
        raise NotJudged(Code.ACCOUNT_NOT_JUDGED, f"signatures for {_NAMES[account.form]} are not judged")
    return scheme
