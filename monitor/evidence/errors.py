"""What can be wrong with evidence."""

from dataclasses import dataclass

from monitor.formats import ForeseenError


class EvidenceError(ForeseenError):
    """A bundle cannot be made, or what should be one cannot be read; the message says what to do."""


class UnjudgedError(EvidenceError):
    """What is in a bundle takes more to be judged than is agreed to, or than there is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a bundle that is not as it was made, or not so."""

    file: str
    """By its name in the bundle, or the bundle's own."""
    problem: str
    """With the line or field, where there is one."""

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"
