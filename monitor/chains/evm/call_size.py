"""How much to ask for in one call: as much as the endpoint takes, which is found out by trying."""

_FIRST = 1024
_PATIENCE = 16
"""Readings after which a size that was refused is tried again: each refusal costs the endpoint the work of the call."""


_QUICK = 0.25
"""Share of the time-out: a call of twice the size must still be answered in time."""


class CallSize:
    """Accounts in one call. It halves when a call is refused and doubles while calls are answered quickly."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._refused_at: int | None = None
        self._readings = 0
        self.accounts = min(_FIRST, most)

    def fine(self, count: int, share: float) -> None:
        """Note that a call of ``count`` accounts took ``share`` of the time that it may take."""
        limit = self._most if self._refused_at is None else self._refused_at // 2
        if count >= self.accounts and share < _QUICK:
            self.accounts = min(2 * self.accounts, limit)

    def refused(self, count: int) -> None:
        """Note that a call of ``count`` accounts was too large."""
        self._refused_at = min(count, self._refused_at or count)
        self._readings = 0
        self.accounts = max(1, min(self.accounts, count // 2))

    def ended(self) -> None:
        """Note that a reading ended whole."""
        self._readings += 1
        if self._readings >= _PATIENCE:
            self._refused_at = None
