"""What every scheme of proof is to the rest: whether these files are its own, and what they prove."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from monitor.model import LiabilitiesProof
from monitor.proofs.files import ProofFile
from monitor.proofs.work import Executor


class ProofError(Exception):
    """The files do not prove what they say. The sentence names the file, the field or line, and what was expected."""


class UnreadableError(ProofError):
    """The files are not what their scheme calls for, so nothing was learnt from them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was published elsewhere and must be found here; what is empty is not compared."""

    root: str = ""
    """Hex, with or without prefix."""
    user: str = ""
    """The user's own id, as the exchange told it to them."""
    report_id: str = ""
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    """Whole coins per asset."""
    verifier_data: bytes = b""
    """What the circuit of a zk-STARK V2 must be, whole."""


SHORT_HASHES = (
    "hashes are cut to 64 bits: two trees with one root, for different customers, are made with about 2^32 tries"
)
"""The limit of schemes that keep so little of their hashes."""
RUN_TOGETHER = (
    "sums are run together before they are hashed (BTC 11, ETH 10 gives the hash of BTC 1, ETH 110): under one root,"
    " different people can be shown different totals"
)
"""The limit of schemes that hash amounts of any length with nothing between them."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to prove liabilities. A new one is a file and a line in ``monitor.proofs.SCHEMES``."""

    name: str
    """As metrics and commands write it: ``okx-stark-v1``."""
    title: str
    """For people."""
    recognises: Callable[[Sequence[ProofFile]], bool]
    """By names and the first bytes; never by reading all."""
    verify: Callable[[Sequence[ProofFile], Expected, Executor], LiabilitiesProof]
    """Raises :class:`ProofError`; whoever calls makes a result of it."""
    limit: str = ""
    """How an exchange that cheats could pass although everything verifies; empty where none can."""
