"""How names of networks, coins and assets are compared."""

import re

_GAP = re.compile(r"[\s_-]+")
_SHOWN = 40


def fold(name: str) -> str:
    """``name`` as it is looked up: case and the kind of gap tell nothing apart (``eth_arbitrum``)."""
    return _GAP.sub("-", name.strip()).upper()


def shown(name: str) -> str:
    """``name`` as a sentence for people may hold it: on one line, printable, not endless."""
    text = ascii(name.strip())[1:-1] if not name.isprintable() else name.strip()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
