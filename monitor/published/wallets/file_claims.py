"""What reading one file of a wallet list gives, and the judgement whether so many faults can be put up with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from monitor.model import Claim, StatedTotal
from monitor.published.budget import Budget
from monitor.published.errors import Cause, LayoutError

_SHOWN = 5
_HANDFUL = 10
_TOLERATED = Decimal("0.01")


@dataclass(slots=True)
class FileClaims:
    """The claims of one file, in its order, with what else it says."""

    file: str
    layout: str
    claims: list[Claim] = field(default_factory=list)
    summary: list[StatedTotal] = field(default_factory=list)
    stated: dict[str, Decimal] = field(default_factory=dict)
    """Totals that stand among the rows, by name."""
    unread: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget, repr=False)
    broken: int = 0
    """Rows of which a cell cannot be read. Unknown coins and addresses that do not decode are no broken rows."""
    _first: list[str] = field(default_factory=list)

    def add(self, claims: Sequence[Claim]) -> None:
        """Add claims that no table has counted, as long as there is memory for them. Raises DocumentError."""
        self.budget.take_claims(self.file, len(claims))
        self.claims.extend(claims)

    def report(self, line: int, fault: str) -> str:
        """Count the row at ``line`` as broken; returns the fault for its claim."""
        self.broken += 1
        if len(self._first) < _SHOWN:
            self._first.append(f"line {line}: {fault}")
        return fault

    def check(self) -> None:
        """Raise LayoutError if the file cannot be what its publisher meant: no row, none sound, or many broken ones."""
        rows = len(self.claims)
        if not rows:
            raise LayoutError(Cause.EMPTY, f"{self.file}: a header of the {self.layout} layout, but not one row")
        if self.broken == rows or (self.broken > _HANDFUL and self.broken > rows * _TOLERATED):
            problem = f"{self.broken} of {rows} rows are broken: {'; '.join(self._first)}"
            raise LayoutError(Cause.ROWS, f"{self.file}: {problem}")
