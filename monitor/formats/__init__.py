"""The bottom of the house: what texts, numbers and errors look like. Imports nothing of ours, does no I/O."""

from monitor.formats.errors import ForeseenError
from monitor.formats.outgoing import shown, shown_lines, shown_value
from monitor.formats.secrets import MASK, SECRETS, Secrets
from monitor.formats.visible import LONGEST, no_formula, quoted, visible

__all__ = [
    "LONGEST",
    "MASK",
    "SECRETS",
    "ForeseenError",
    "Secrets",
    "no_formula",
    "quoted",
    "shown",
    "shown_lines",
    "shown_value",
    "visible",
]
