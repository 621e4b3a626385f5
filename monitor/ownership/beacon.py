"""Validators of Ethereum's beacon chain: the account is a 48-byte BLS key.

A row with owners proves the execution-layer key that is said to control the validator: ``unbound``, until withdrawal
credentials are read. Signatures by the BLS key itself are not judged.
"""

from monitor.model import Claim, Network, Verdict
from monitor.ownership.evm import owners
from monitor.ownership.faults import NotJudged

_EXECUTION_LAYER = Network(name="ethereum", caip2="eip155:1", family="evm", title="Ethereum")


def judge(claim: Claim, network: Network) -> Verdict:
    """The controlling accounts signed."""
    if not any(claim.owners):
        raise NotJudged(f"signatures by BLS keys ({network.title}) are not judged")
    return owners.judge(claim, _EXECUTION_LAYER)
