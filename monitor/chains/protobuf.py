"""As much of protocol buffers' wire format as a few questions and answers need: varints and length-delimited fields."""

from collections.abc import Iterator

Value = int | bytes
"""A varint, or what a length is before."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST = 10
"""Bytes of a varint of 64 bits."""


def varint(number: int) -> bytes:
    """Return an unsigned integer in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def field(number: int, value: Value) -> bytes:
    """Return a field of a message, nothing where it has the default value."""
    if not value:
        return b""
    return always(number, value)


def always(number: int, value: Value) -> bytes:
    """Return a field of a message, be it empty."""
    if isinstance(value, int):
        return varint(number << 3 | _VARINT) + varint(value)
    return varint(number << 3 | _BYTES) + varint(len(value)) + value


def fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Yield number and value of each field of ``message``; raises ValueError where it is none."""
    place = 0
    while place < len(message):
        key, place = read_varint(message, place)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ValueError("a field of number 0")
        if kind == _VARINT:
            value, place = read_varint(message, place)
            yield number, value
            continue
        sizes = {_FIXED64: 8, _FIXED32: 4}
        size, place = read_varint(message, place) if kind == _BYTES else (sizes.get(kind, -1), place)
        if not 0 <= size <= len(message) - place:
            raise ValueError("a field that is cut off, or of no known type")
        yield number, message[place : place + size]
        place += size


def read_varint(message: bytes, place: int) -> tuple[int, int]:
    """Return the varint at ``place`` and where it ends; raises ValueError where there is none of 64 bits."""
    number = 0
    for index in range(_LONGEST):
        if place + index >= len(message):
            raise ValueError("a number that is cut off")
        octet = message[place + index]
        number |= (octet & 0x7F) << 7 * index
        if octet < 0x80:
            if number >> 64:
                break
            return number, place + index + 1
    raise ValueError("a number of more than 64 bits")


class Message:
    """The fields of a message, by number."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError where ``data`` are none."""
        self._fields: dict[int, list[Value]] = {}
        for number, value in fields(data):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def all(self, number: int) -> list[bytes]:
        """Return the values of a repeated field; raises ValueError where one is a number."""
        return [_bytes(number, value) for value in self._fields.get(number, [])]

    def bytes(self, number: int) -> bytes:
        """Return the value of a field, empty where it is not there; raises ValueError where it is there twice."""
        return _bytes(number, self._one(number, b""))

    def text(self, number: int) -> str:
        """Return the text of a field, empty where it is not there."""
        return self.bytes(number).decode()

    def number(self, number: int) -> int:
        """Return the number of a field, 0 where it is not there."""
        value = self._one(number, 0)
        if not isinstance(value, int):
            raise ValueError(f"field {number} is not a number")  # noqa: TRY004 - bytes of a message are what is wrong
        return value

    def _one(self, number: int, default: Value) -> Value:
        values = self._fields.get(number, [default])
        if len(values) != 1:
            raise ValueError(f"field {number} is there {len(values)} times")
        return values[0]


def _bytes(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        raise ValueError(f"field {number} is a number")  # noqa: TRY004
    return value
