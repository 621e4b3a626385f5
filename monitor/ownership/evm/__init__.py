"""EVM accounts: an account is the last 20 bytes of the Keccak-256 of its key, so a recovered key names its account.

``verified`` rests on that derivation. Rows with owners (contract wallets) prove the owners' keys only: ``unbound``
until the chain says that the owners control the account (:func:`question`).
"""

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, questions
from monitor.ownership.description import Description
from monitor.ownership.evm.signatures import scheme_of

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


def judge(claim: Claim, network: Network) -> Verdict:
    """The account itself signed, or its owners did."""
    return accounts.judge(claim, network, scheme_of)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """What to ask the network about an ``unbound`` claim; None where there is nothing that a chain could confirm."""
    return questions.of_owners(claim, network, network, scheme_of)
