"""Which validators a list says that an account made the deposits of (OKX's staking files)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from monitor.judgement import Stakes
from monitor.model import Address, Claim, ClaimKind, Network, Token
from monitor.registry.addresses import AddressError, decode


def stakes_of(claims: Iterable[Claim], networks: Mapping[str, Network]) -> Stakes:
    """By the accounts of the execution layer. Only rows without a signature name depositors: others name signers."""
    found: defaultdict[tuple[str, Address], dict[tuple[Token, Address], None]] = defaultdict(dict)
    for claim in claims:
        if claim.kind is not ClaimKind.STAKING or any(claim.signatures) or not claim.owners:
            continue
        network = networks.get(claim.network or "")
        if network is None or not network.execution or claim.token is None or claim.account is None:
            continue
        try:
            # The withdrawal address, and behind it the deposit's where that is another.
            depositor = decode(networks[network.execution], claim.owners[-1]).canonical
        except AddressError:
            continue
        found[network.execution, depositor][claim.token, claim.account] = None
    return {account: tuple(validators) for account, validators in found.items()}
