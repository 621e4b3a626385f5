"""Questions for a chain about claims that the list alone leaves ``unbound``: one builder for each kind of evidence."""

from collections.abc import Iterable
from dataclasses import astuple

from monitor.formats.hashing import hashed
from monitor.model import Claim, Network, OwnerQuestion
from monitor.ownership import owners
from monitor.ownership.owners import SchemeOf


def of_owners(claim: Claim, network: Network, layer: Network, scheme_of: SchemeOf) -> OwnerQuestion | None:
    """Ask whether the owners that the row names, who have signed, control the account.

    ``network`` is asked; ``layer`` is where the owners have their accounts. None where no owner is named. Where they
    signed different message forms there is nothing that EIP-1271, which asks about one digest, could be asked.
    """
    if not any(claim.owners) or claim.account is None:
        return None
    signed = owners.check(claim, layer, scheme_of).signed
    digests = {one.digest for one in signed.values()}
    if len(digests) > 1:
        return OwnerQuestion(network.name, claim.account, tuple(signed))
    return OwnerQuestion(
        network=network.name,
        account=claim.account,
        signers=tuple(signed),
        digest=digests.pop(),
        signatures=tuple(one.signature for one in signed.values()),
    )


def of_keys(claim: Claim, network: Network, keys: Iterable[bytes]) -> OwnerQuestion | None:
    """Ask whether ``keys``, which have signed, control the account."""
    if claim.account is None:
        return None
    return OwnerQuestion(network=network.name, account=claim.account, keys=tuple(keys))


def mark(question: OwnerQuestion) -> bytes:
    """Hash everything that the answer to ``question`` may depend on: 16 bytes of SHA-256."""
    return hashed(astuple(question))
