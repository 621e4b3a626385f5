"""Tables for spreadsheets (CSV)."""

import csv
import io
from collections.abc import Iterable

from monitor.formats import shown

FORMS = ("json", "csv")
"""What a route with a table may be asked for, as ``format``."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Iterable[str]) -> str:
    """One line of a table, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(map(_cell, cells))
    return line.getvalue()


def _cell(text: str) -> str:
    """``text`` as nobody's spreadsheet takes for a formula: most of it is what a publisher wrote."""
    return shown(f"'{text}" if text.startswith(_FORMULA) else text)
