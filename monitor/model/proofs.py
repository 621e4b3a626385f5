"""What a published proof of liabilities shows, and what it does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class ProofStatus(StrEnum):
    """How far a published proof of liabilities carries."""

    PROVEN = "proven"
    """Everything that the scheme can show was recomputed here."""
    BOUND = "bound"
    """Read, and tied to the published root and totals; the proof itself was not verified."""
    INVALID = "invalid"
    UNREADABLE = "unreadable"
    """Of no known scheme, or not to be read; nothing was learnt."""


@dataclass(frozen=True, slots=True)
class LiabilitiesProof:
    """One published proof of what is owed, as it was judged here."""

    scheme: str
    """Name of the scheme (``okx-merkle-v2``), a key of ``monitor.proofs``; empty when none was recognised."""
    status: ProofStatus
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    """What is owed per asset, in whole coins, as far as the scheme states it; empty unless proven or bound."""
    proven: tuple[str, ...] = ()
    """What was recomputed and holds, a sentence each."""
    not_proven: tuple[str, ...] = ()
    """What the scheme or these files leave open, a sentence each."""
    root: str = ""
    """The root that everything leads to, lower-case hex without prefix; empty where there is none."""
    reason: str = ""
    """Why it is invalid or unreadable: names the file, the field or line, and what was expected there."""
    report_id: str = ""
    """The round or audit that the files name themselves."""
    leaves: int | None = None
    """How many leaves were recomputed; None where the files hold only paths."""
