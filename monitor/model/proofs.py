"""What a published proof of liabilities shows, and what it does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from monitor.model.published import Document


class ProofStatus(StrEnum):
    """How far a published proof of liabilities carries."""

    PROVEN = "proven"
    """Everything that the scheme can show was recomputed here."""
    BOUND = "bound"
    """Read, and tied to the published root and totals; the proof itself was not verified."""
    INVALID = "invalid"
    UNREADABLE = "unreadable"
    """Of no known scheme, or not to be read; nothing was learnt."""


class Strength(StrEnum):
    """What a proof of a scheme is worth when everything about it verifies."""

    FULL = "full"
    """What the scheme claims follows from what was checked."""
    LIMITED = "limited"
    """An exchange that cheats could pass although everything verifies."""


@dataclass(frozen=True, slots=True)
class LiabilitiesProof:
    """One published proof of what is owed, as it was judged here."""

    scheme: str
    """Name of the scheme (``okx-merkle-v2``), a key of ``monitor.proofs``; empty when none was recognised."""
    status: ProofStatus
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    """What is owed per asset, as far as the scheme states it; empty unless proven or bound."""
    proven: tuple[str, ...] = ()
    """What was recomputed and holds, a sentence each."""
    not_proven: tuple[str, ...] = ()
    """What the scheme or these files leave open, a sentence each."""
    root: str = ""
    """The root that everything leads to, lower-case hex without prefix; empty where there is none."""
    reason: str = ""
    """Why it is invalid or unreadable: names the file, the field or line, and what was expected there."""
    strength: Strength = Strength.LIMITED
    limit: str = ""
    """How an exchange that cheats could pass, a sentence; empty where the strength is full."""
    circuit: str = ""
    """Digest of the circuit or keys that the proof was verified with, lower-case hex; empty where there are none."""
    report_id: str = ""
    """The round or audit that the files name themselves."""
    leaves: int | None = None
    """How many leaves were recomputed; None where the files hold only paths."""
    in_coins: bool = True
    """Whether ``totals`` are whole coins; False where the scheme leaves their unit open."""

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it: proven, or at least bound."""
        return self.status in {ProofStatus.PROVEN, ProofStatus.BOUND}


@dataclass(frozen=True, slots=True)
class ProofState:
    """The published proof of an exchange's liabilities, and how it goes with the report."""

    proof: LiabilitiesProof
    document: Document
    verified_at: datetime
    differences: tuple[str, ...] | None
    """Where it contradicts the report, a sentence each; None where there is nothing that could be compared."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A report or a proof, as it was first seen here: one line of an exchange's record."""

    seen_at: datetime
    as_of: datetime
    """The moment of its figures; when it was seen, where it does not say."""
    kind: str
    """``report``, the scheme of a proof, or that scheme and " circuit": then ``root`` is the circuit's digest."""
    report_id: str
    root: str
    sha256: str
    status: str = ""
    """Of a proof: how far it carried, a :class:`ProofStatus`; empty where that was not kept."""
    strength: str = ""
    """Of a proof: a :class:`Strength`; empty where that was not kept."""


@dataclass(frozen=True, slots=True)
class RootChange:
    """A root, or the circuit or key of a proof, that was replaced although the report stayed the same."""

    at: datetime
    report: str
    """The report's id, or the moment that it is as of."""
    before: str
    after: str
    what: str = "root"
    """Or ``circuit``."""


@dataclass(frozen=True, slots=True)
class Regularity:
    """How regularly an exchange has published since the history began."""

    months: tuple[str, ...]
    """With a report, as ``2026-05``, oldest first; by the moment of the figures."""
    in_a_row: int
    """Months up to the newest report without a gap."""
    missing: tuple[str, ...]
    """Months without a report between the first and the newest."""
    root_changes: tuple[RootChange, ...]
