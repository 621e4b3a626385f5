"""Bitcoin's serialisation, read strictly: every length minimal, every byte used."""

from monitor.ownership.family import NotJudged


class Reader:
    """Takes bytes off the front of a serialised value; ``NotJudged`` when there are too few."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        taken = self._raw[self._at : self._at + count]
        if len(taken) < count:
            raise NotJudged("the signature is neither compact nor BIP-322: it ends too early for that")
        self._at += count
        return taken

    def number(self, width: int) -> int:
        """A little-endian number of ``width`` bytes."""
        return int.from_bytes(self.take(width), "little")

    def compact_size(self) -> int:
        """A length prefix in its shortest spelling."""
        first = self.number(1)
        if first < 0xFD:
            return first
        width = 1 << (first - 0xFC)
        number = self.number(width)
        if number < 0xFD or (width > 2 and number < 1 << (4 * width)):
            raise NotJudged(
                "the signature is neither compact nor BIP-322: it has a length in a longer spelling than it needs"
            )
        return number

    def sized(self) -> bytes:
        """Bytes behind their length."""
        return self.take(self.compact_size())

    def stack(self) -> tuple[bytes, ...]:
        """A witness stack: as many sized items as it says."""
        count = self.compact_size()
        if count > len(self._raw):
            raise NotJudged("the signature is neither compact nor BIP-322: it ends too early for that")
        return tuple(self.sized() for _ in range(count))

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._raw):
            raise NotJudged("the signature is neither compact nor BIP-322: it has bytes after its end")
