"""How much memory reading one document may take, counted while it is read: before it is taken, not after."""

from monitor.published.errors import Cause, DocumentError

MAX_MEMORY = 1536 * 1024**2
"""Bytes; the default of ``max_memory``."""

_ROW = 700
"""Bytes that a row takes at most as a claim, besides its texts."""
_TEXT = 56
"""Bytes that a text takes besides its characters."""
_WIDE = 4
"""Bytes that each character of a text takes where a single one is far outside ASCII."""

_OBJECT, _ARRAY, _VALUE = 240, 80, 130
"""Bytes of an object with a key, of an array, and of a further key or value with its place in either."""


class Budget:
    """The memory that is left for one document."""

    def __init__(self, limit: int = MAX_MEMORY, held: int = 0) -> None:
        """``limit`` is ``max_memory``; so much of it as the published bytes themselves is ``held`` already."""
        self._limit = limit
        self._left = limit - held

    def for_passing(self) -> "Budget":
        """The same for rows of which none is kept: what they take, they give back at once."""
        return _Passing(self._limit, self._limit - self._left)

    def take_rows(self, name: str, rows: int, text: str) -> None:
        """Take what ``rows`` that stand in ``text`` will need. Raises DocumentError, of the file ``name``."""
        self._take(name, rows * _ROW + len(text) * (1 if text.isascii() else _WIDE))

    def take_texts(self, name: str, texts: int) -> None:
        """Take what so many texts will need besides their characters. Raises DocumentError."""
        self._take(name, texts * _TEXT)

    def take_tree(self, name: str, content: bytes) -> None:
        """Take what JSON in ``content`` will need besides: as text, as values. Raises DocumentError."""
        wide = 1 if content.isascii() and b"\\u" not in content else _WIDE
        values = content.count(b",") + content.count(b":")
        structure = _OBJECT * content.count(b"{") + _ARRAY * content.count(b"[") + _VALUE * values
        self._take(name, 2 * wide * len(content) + structure)

    def take_claims(self, name: str, claims: int) -> None:
        """Take what ``claims`` will need whose texts are there already. Raises DocumentError."""
        self._take(name, claims * _ROW)

    def take_content(self, name: str, size: int) -> None:
        """Take ``size`` bytes that are held as they are. Raises DocumentError."""
        self._take(name, size)

    def _take(self, name: str, size: int) -> None:
        self._left -= size
        if self._left < 0:
            problem = f"reading it would take more memory than the {self._limit} bytes of max_memory"
            raise DocumentError(
                Cause.TOO_LARGE, f"{name}: {problem}; raise it if the document has really grown so much"
            )


class _Passing(Budget):
    def take_rows(self, name: str, rows: int, text: str) -> None:
        """Nothing is kept of them."""

    def take_texts(self, name: str, texts: int) -> None:
        """Nothing is kept of them."""

    def take_claims(self, name: str, claims: int) -> None:
        """Nothing is kept of them."""
