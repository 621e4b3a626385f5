"""Text of others, so that people see what is in it and nothing in it acts on where it is shown."""

import re

LONGEST = 4000
"""Characters of one text that are shown at the most."""

# What Unicode calls ignorable by default, or draws as nothing, and Python counts as printable (DerivedCoreProperties,
# Default_Ignorable_Code_Point; and the blank pattern of Braille).
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str, most: int = LONGEST) -> str:
    r"""Return ``text`` on one line, with all that is no visible character or a blank as its escape, and not endless.

    ``\x1b``, ``\n``, ``\u202e``: control characters, C1, marks of direction, what has no width, separators of lines and
    paragraphs, lone surrogates, unassigned ones. Of what is longer than ``most`` characters the beginning is left.
    """
    return _escaped(text) if len(text) <= most else f"{_escaped(text[:most])}…"


def no_formula(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: most cells are what a publisher wrote."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def quoted(text: str, most: int = 60) -> str:
    """Return ``text`` as an error's sentence quotes it: in full if it is short."""
    return repr(text if len(text) <= most else f"{text[: most - 3]}...")


def _escaped(text: str) -> str:
    if text.isprintable():
        return _UNSEEN.sub(lambda found: _escape(found[0]), text)
    return "".join(char if char.isprintable() and not _UNSEEN.match(char) else _escape(char) for char in text)


def _escape(char: str) -> str:
    if not char.isprintable():
        return repr(char)[1:-1]
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
