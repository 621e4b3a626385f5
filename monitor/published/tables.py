"""CSV as exchanges write it, record by record, each with the line on which it begins."""

import csv
import io
from collections.abc import Iterator

from monitor.published.archives import PublishedFile
from monitor.published.errors import LayoutError, Reason

_LINE_ENDS = (b"\n", b"\r")


Record = tuple[int, list[str]]
"""The physical line on which a CSV record begins (from 1), and its cells as they are."""


class Table:
    """The records of a file, streamed. Empty lines are left out.

    UTF-8 with or without a byte order mark, any line end, RFC 4180 quoting. Raises LayoutError for anything that
    makes it doubtful where a cell ends: an unterminated quote, text after a closing quote, bytes that are not UTF-8.
    """

    def __init__(self, file: PublishedFile) -> None:
        self.name = file.name
        self._stream = file.open()
        self._last_line = 0

    def __iter__(self) -> Iterator[Record]:
        text = io.TextIOWrapper(self._stream, encoding="utf-8-sig", newline="")
        reader = csv.reader(text, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    self._last_line = line
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            reason = Reason.TRUNCATED if "unexpected end" in str(error) else Reason.LAYOUT
            raise LayoutError(reason, f"{self.name}:{line}: not a CSV record: {error}; the file is damaged") from error
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 text near line {reader.line_num + 1}; publishers' lists are CSV or JSON in UTF-8"
            raise LayoutError(Reason.LAYOUT, f"{self.name}: {problem}") from error
        finally:
            text.close()

    @property
    def ends_with_line(self) -> bool:
        """Once all records were read: whether the file ended with a line end, so that its last cell is whole."""
        return self._stream.last_byte in _LINE_ENDS

    def cut(self, what: str) -> LayoutError:
        """The refusal of a file whose last record is not whole."""
        problem = f"the file ends in the middle of a record ({what}); fetch it again"
        return LayoutError(Reason.TRUNCATED, f"{self.name}:{self._last_line}: {problem}")
