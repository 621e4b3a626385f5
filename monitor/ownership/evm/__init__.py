"""EVM accounts: an account is the last 20 bytes of the Keccak-256 of its key, so a recovered key names its account.

``verified`` rests on that derivation. Rows with owners (contract wallets) prove the owners' keys only: ``unbound``
until the chain says that the owners control the account (:func:`question`).
"""

from monitor.model import Claim, Network, OwnerQuestion, Verdict, VerdictStatus
from monitor.ownership.evm import owners
from monitor.ownership.evm.signatures import Signed, forms, read
from monitor.ownership.faults import Refused
from monitor.ownership.text import hex_bytes


def judge(claim: Claim, network: Network) -> Verdict:
    """The account itself signed, or its owners did."""
    if any(claim.owners):
        return owners.judge(claim, network)
    return _judge_account(claim, network)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """What to ask the network about an ``unbound`` claim; None where there is nothing that a chain could confirm."""
    if not any(claim.owners) or claim.account is None:
        return None
    signed = owners.check(claim, network).signed
    digests = {one.digest for one in signed}
    if len(digests) > 1:  # EIP-1271 asks about one digest
        return None
    return OwnerQuestion(
        network=network.name,
        account=claim.account,
        signers=tuple(one.signer for one in signed),
        digest=digests.pop(),
        signatures=tuple(one.signature for one in signed),
    )


def _judge_account(claim: Claim, network: Network) -> Verdict:
    given = [text for text in claim.signatures if text]
    if len(given) > 1:
        raise Refused(f"{len(given)} signatures are given for an account of one key")
    signed = read(given[0], claim.message.encode(), forms(network), claim.account, "the account")
    _check_key(claim.key, signed)
    return Verdict(VerdictStatus.VERIFIED, f"signed by the account's key ({signed.form})")


def _check_key(stated: str, signed: Signed) -> None:
    """A public key in the row, where there is one, must be the one that signed: 33, 64 or 65 bytes."""
    if not stated:
        return
    whole = signed.key.format(compressed=False)
    if hex_bytes(stated, "the public key") not in {signed.key.format(), whole, whole[1:]}:
        raise Refused("the row's public key is not the key that signed")
