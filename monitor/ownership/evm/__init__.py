"""EVM accounts: an account is the last 20 bytes of the Keccak-256 of its key, so a recovered key names its account.

``verified`` rests on that derivation. Rows with owners (contract wallets) prove the owners' keys only: ``unbound``
until the chain says that the owners control the account (:func:`question`).
"""

from functools import cache

from monitor.model import Address, Claim, Network, OwnerQuestion, Verdict, VerdictStatus
from monitor.ownership import owners, questions
from monitor.ownership.accounts import only_signature
from monitor.ownership.description import Description
from monitor.ownership.evm.signatures import scheme_of
from monitor.ownership.faults import Refused
from monitor.ownership.recoverable import check_key, read

DESCRIPTION = Description(
    addresses="`0x` and 20 bytes in hex (EIP-55 checksum where both cases appear); on OKT Chain also bech32 `ex1…`.",
    messages="OKX's digest (`personal_sign` of the text's Keccak-256) or EIP-191 `personal_sign` of the text, on OKT "
    "Chain also OKX's own header; r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="Rows with owners: EIP-1271, Safe owners and threshold, `owner()`, EigenPod owner.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The account itself signed, or its owners did."""
    if any(claim.owners):
        return owners.judge(claim, network, scheme_of)
    # As for every account of one key, but without decoding the canonical address again: most rows are of this kind.
    text, account = only_signature(claim), _payload(claim.account)
    signed = read(text, claim.message.encode(), scheme_of(network), account, "the account")
    check_key(claim.key, signed.key)
    return _verified(signed.form)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """What to ask the network about an ``unbound`` claim; None where there is nothing that a chain could confirm."""
    return questions.of_owners(claim, network, network, scheme_of)


@cache
def _verified(form: str) -> Verdict:
    """One object for the many rows that it is said of: it takes memory, and its way out of a process, once."""
    return Verdict(VerdictStatus.VERIFIED, f"signed by the account's key ({form})")


def _payload(account: Address | None) -> bytes:
    try:
        return bytes.fromhex((account or "")[2:])
    except ValueError:
        raise Refused(f"{account} is not an account of this network") from None
