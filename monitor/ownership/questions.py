"""Questions for a chain about claims that the list alone leaves ``unbound``: one builder for each kind of evidence."""

from collections.abc import Iterable

from monitor.model import Claim, Network, OwnerQuestion
from monitor.ownership import owners
from monitor.ownership.owners import SchemeOf
from monitor.ownership.recovery import at_once


def of_owners(claim: Claim, network: Network, layer: Network, scheme_of: SchemeOf) -> OwnerQuestion | None:
    """Do the owners that the row names, who have signed, control the account?

    ``network`` is asked; ``layer`` is where the owners have their accounts. None where no owner is named, or where
    they signed different message forms: EIP-1271 asks about one digest.
    """
    if not any(claim.owners) or claim.account is None:
        return None
    signed = at_once(owners.check(claim, layer, scheme_of)).signed
    digests = {one.digest for one in signed.values()}
    if len(digests) > 1:
        return None
    return OwnerQuestion(
        network=network.name,
        account=claim.account,
        signers=tuple(signed),
        digest=digests.pop(),
        signatures=tuple(one.signature for one in signed.values()),
    )


def of_keys(claim: Claim, network: Network, keys: Iterable[bytes]) -> OwnerQuestion | None:
    """Do ``keys``, which have signed, control the account?"""
    if claim.account is None:
        return None
    return OwnerQuestion(network=network.name, account=claim.account, keys=tuple(keys))
