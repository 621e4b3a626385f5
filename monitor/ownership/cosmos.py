"""Cosmos SDK chains: an account of 20 bytes is the hash of its key; a recovered key names its account.

``verified`` rests on that derivation (ADR-028; the SDK's secp256k1 keys): the RIPEMD-160 of the SHA-256 of the
compressed key, on Injective the last 20 bytes of its Keccak-256. Accounts of 32 bytes are contracts, modules or keys of
other kinds, and legacy multisig accounts have 20 bytes that no key makes.

OKX signs its own header; Keplr and its kin sign the document of ADR-036, r and s in base64 (on Injective its
Keccak-256, elsewhere its SHA-256), as :mod:`~monitor.ownership.adr036` reads it.
"""

from collections.abc import Callable

from monitor.model import Claim, Network, Verdict
from monitor.ownership import accounts, adr036
from monitor.ownership.description import Description
from monitor.ownership.digests import okx_message
from monitor.ownership.faults import NotJudged
from monitor.ownership.keyhash import bitcoin_hash, ethereum_hash
from monitor.ownership.recoverable import Form, Scheme, Spelling
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Bech32 of 20 bytes under the chain's own prefix; of 32 bytes with owners only. On Injective also `0x…`.",
    messages="OKX's own header (Keccak-256), r, s, v in hex, v 27 or 28; or the document of ADR-036, r and s in "
    "base64. Low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the compressed key that the signature recovers to; on "
    "Injective the last 20 bytes of its Keccak-256.",
    verified="The account's own key signed.",
    promotion="None: multisig accounts and contracts are not asked for their owners.",
)


def _scheme(key_hash: Callable[[bytes], bytes]) -> Scheme:
    return Scheme((Spelling((Form("OKX header", okx_message),)),), (key_hash,))


_SCHEME = _scheme(bitcoin_hash)
_ETHEREUM_LIKE = frozenset({"injective"})
_SCHEME_LIKE_ETHEREUM = _scheme(ethereum_hash)


def judge(claim: Claim, network: Network) -> Verdict:
    """The account itself signed, or its owners did."""
    if any(claim.owners) or accounts.only_signature(claim).startswith("0x"):
        return accounts.judge(claim, network, _scheme_of)
    account = accounts.decoded(claim, network)
    return adr036.judge(claim, account, _scheme_of(network, account), keccak=network.name in _ETHEREUM_LIKE)


def _scheme_of(network: Network, account: Decoded) -> Scheme:
    if len(account.payload) != 20:
        raise NotJudged(f"an account of {len(account.payload)} bytes is not the hash of a secp256k1 key")
    return _SCHEME_LIKE_ETHEREUM if network.name in _ETHEREUM_LIKE else _SCHEME
