"""EVM accounts: an account is the last 20 bytes of the Keccak-256 of its key, so a recovered key names its account.

``verified`` rests on that derivation. Rows with owners (contract wallets) prove the owners' keys only: ``unbound``
until the chain says that the owners control the account (:func:`question`).
"""

from collections.abc import Sequence

from monitor.model import Address, Claim, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, digests, questions
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX_HEADER, DigestForm, RecoveredKeys, Spelling
from monitor.ownership.secp256k1 import ethereum_hash
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="20 bytes in hex, with or without `0x` (EIP-55 checksum where both cases appear); also the chain's own "
    "spelling: bech32 (`ex1…`, `evmos1…`, `kava1…`, `crc1…`, `dym1…`, `haqq1…`, `io1…`, `zeta1…`), `ronin:`, `XKO`.",
    messages="OKX's digest (`personal_sign` of the text's Keccak-256) or EIP-191 `personal_sign` of the text, on OKT "
    "Chain also OKX's own header; r, s, v in hex, v 27 or 28, low s. Joined (Safe), wrapped (ERC-6492) and compact "
    "(EIP-2098) signatures are `unsupported`.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="Rows with owners: owners and threshold of a Safe, EIP-1271, EigenPod owner.",
)


COMMON = (DigestForm("OKX digest", digests.personal_message_of_hash), DigestForm("EIP-191", digests.personal_message))
_OF_NETWORK = {"okc": (OKX_HEADER, *COMMON)}


def forms(network: Network) -> Sequence[DigestForm]:
    """List the message forms that are tried on ``network``, the usual one first."""
    return _OF_NETWORK.get(network.name, COMMON)


def account_of(key: bytes) -> Address:
    """Write the account of a key as EVM networks do."""
    return "0x" + ethereum_hash(key).hex()


def scheme_of(network: Network, _account: Decoded | None = None) -> RecoveredKeys:
    """Find how the keys of ``network`` sign."""
    return _SCHEMES.get(network.name, _SCHEME)


def scheme(tried: tuple[DigestForm, ...]) -> RecoveredKeys:
    """Make the scheme of accounts that sign ``tried``."""
    return RecoveredKeys((Spelling(tried),), (ethereum_hash,), account_of)


_SCHEME = scheme(COMMON)
_SCHEMES = {name: scheme(tried) for name, tried in _OF_NETWORK.items()}


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the account itself signed, or its owners did."""
    return accounts.judge(claim, network, scheme_of)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """Ask whether the owners that the row names, who have signed, control the account; None where none is named."""
    return questions.of_owners(claim, network, network, scheme_of)
