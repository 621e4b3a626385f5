"""Tables for spreadsheets (CSV)."""

import csv
import io
from collections.abc import Iterable

from monitor.formats import no_formula, shown

FORMS = ("json", "csv")
"""What a route with a table may be asked for, as ``format``."""


def csv_line(cells: Iterable[str]) -> str:
    """One line of a table, without its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(shown(no_formula(cell)) for cell in cells)
    return line.getvalue()
