"""Signatures of EVM keys: r, s, v in hex over one of the message forms in use."""

from collections.abc import Sequence

from monitor.model import Address, Network
from monitor.ownership import digests
from monitor.ownership.keyhash import ethereum_hash
from monitor.ownership.recoverable import Form, Scheme, Spelling
from monitor.registry.addresses import Decoded

OKX_HEADER = Form("OKX header", digests.okx_message)
COMMON = (Form("OKX digest", digests.personal_message_of_hash), Form("EIP-191", digests.personal_message))
_OF_NETWORK = {"okc": (OKX_HEADER, *COMMON)}


def forms(network: Network) -> Sequence[Form]:
    """The message forms that are tried on ``network``, the usual one first."""
    return _OF_NETWORK.get(network.name, COMMON)


def account_of(key: bytes) -> Address:
    """The account of a key, as EVM networks write it."""
    return "0x" + ethereum_hash(key).hex()


def scheme_of(network: Network, _account: Decoded | None = None) -> Scheme:
    """How the keys of ``network`` sign."""
    return _SCHEMES.get(network.name, _SCHEME)


def scheme(tried: tuple[Form, ...]) -> Scheme:
    """EVM accounts that sign ``tried``."""
    return Scheme((Spelling(tried),), (ethereum_hash,), account_of)


_SCHEME = scheme(COMMON)
_SCHEMES = {name: scheme(tried) for name, tried in _OF_NETWORK.items()}
