"""Why a published document was not accepted: a closed set of reasons, each with a sentence for people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb

from monitor.formats import ForeseenError

_TOLD = 120
"""Characters of an error's own text."""


class Cause(StrEnum):
    """The label ``reason`` of ``por_document_failures_total``."""

    UNREACHABLE = "unreachable"
    """No connection, no such host, no such file."""
    TIMEOUT = "timeout"
    HTTP_STATUS = "http_status"
    """Anything but 200, or 304 to a conditional request."""
    REDIRECT = "redirect"
    """Too many, to another scheme than http(s), or from https down to http."""
    TOO_LARGE = "too_large"
    """More bytes, expanded bytes or archive members than the configuration allows."""
    TRUNCATED = "truncated"
    """The end is missing: of the transfer, of the archive or of the last record."""
    ARCHIVE = "archive"
    """Damaged, encrypted, nested, or with members that cannot be told apart."""
    EMPTY = "empty"
    HTML = "html"
    """A web page where a document was expected, or a page without the state that leads to one."""
    LAYOUT = "layout"
    """Not the layout that was asked for, or none that is known."""
    ROWS = "rows"
    """So many rows are broken that the list cannot be what was meant to be published."""
    INCONSISTENT = "inconsistent"
    """Its figures contradict each other."""
    OLDER = "older"
    """Liabilities as of an earlier moment than those in force."""
    SHRUNK = "shrunk"
    """It lost more rows than ``max_shrink`` allows."""
    UNPROVEN = "unproven"
    """A proof in the place of a report, which does not prove its totals."""
    KILLED = "killed"
    """The process that read and judged it was killed, or crashed."""
    UNEXPECTED = "unexpected"
    """Something in it led to an error that nobody had foreseen: a defect of ours, which must not stop the watch."""


class DocumentError(ForeseenError):
    """A document that was refused. The last good one stays; ``str()`` says what is wrong, where, and what to do."""

    def __init__(self, reason: Cause, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def about(self, source: str) -> "DocumentError":
        """The same refusal, naming the document that it was read from."""
        return type(self)(self.reason, f"{self} [{source}]")


class LayoutError(DocumentError):
    """The bytes arrived, but they are not the document that was expected."""


def too_large(max_size: int) -> DocumentError:
    """The refusal of a document of more than ``max_size`` bytes."""
    return DocumentError(
        Cause.TOO_LARGE,
        f"more than {max_size} bytes; raise max_size if the document has really grown so much",
    )


@contextmanager
def refusing(where: Callable[[], str], *, but: type[Exception] = DocumentError) -> Iterator[None]:
    """Make a refusal of whatever is raised inside: any byte of a stranger's document may lead to an error.

    ``where`` tells what was being read: the file and its line, as far as that is known. What is raised on purpose goes
    through: DocumentError, and ``but``.
    """
    try:
        yield
    except (DocumentError, but):
        raise
    except MemoryError as error:
        problem = "there is no memory left to read and judge it; raise max_memory if it has really grown so much"
        raise DocumentError(Cause.TOO_LARGE, f"{where()}: {problem}") from error
    except Exception as error:
        problem = f"{where()}: nobody expected what is in it ({_told(error)}); it is refused, please report this"
        raise DocumentError(Cause.UNEXPECTED, problem) from error


def _told(error: Exception) -> str:
    """The error, and the line of code that it came from."""
    said = " ".join(str(error).split())
    text = f"{type(error).__name__}: {said if len(said) <= _TOLD else said[:_TOLD] + '...'}" if said else repr(error)
    frames = extract_tb(error.__traceback__)
    return f"{text}, in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else text
