"""The families whose signatures are judged. A further family is one module (or package) and one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership import beacon, bitcoin, evm


def _nothing_to_ask(_claim: Claim, _network: Network) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is judged.

    Both functions are given signed claims with an account and a message that is valid Unicode. They may raise
    ``Refused`` and ``NotJudged``, whose texts become the reasons of ``invalid`` and ``unsupported``.
    """

    judge: Callable[[Claim, Network], Verdict]
    question: Callable[[Claim, Network], OwnerQuestion | None] = _nothing_to_ask
    """What a chain can be asked about an ``unbound`` claim."""


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "beacon": Family(beacon.judge),
        "bitcoin": Family(bitcoin.judge),
        "evm": Family(evm.judge, evm.question),
    }
)
"""``Network.family`` to how it is judged."""
