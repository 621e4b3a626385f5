"""The fields of a proof's JSON, each of the type that it must have."""

import re
from collections.abc import Iterable, KeysView, Mapping
from decimal import Decimal
from typing import NoReturn

from monitor.formats import quoted, strict_json
from monitor.formats.strict_json import JsonError
from monitor.proofs.files import DAMAGE, ProofFile
from monitor.proofs.scheme import UnreadableError

SIZE_LIMIT = 256 * 2**20
"""Bytes of one file that is held in memory whole."""
_DOCUMENT_LIMIT = 16 * 2**20
"""Bytes of one JSON file: many times what any exchange publishes. Empty objects take 25 times their text in memory."""
_FRACTION = re.compile(r"-?[0-9]{1,50}\.[0-9]{1,50}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,99})")


def load(file: ProofFile, *, fractions: bool = False) -> object:
    """The whole document, as :mod:`monitor.formats.strict_json` reads it, and without exponents.

    With ``fractions``, numbers with a point in them are Decimals, with all of their zeros; else they are refused.
    Raises :class:`UnreadableError`, whatever the bytes.
    """
    data = contents(file, _DOCUMENT_LIMIT)
    try:
        return strict_json.read(data, _fraction if fractions else _whole)
    except JsonError as error:
        line = f"line {error.line}: " if error.line else ""
        raise UnreadableError(f"{file.name}: {line}{error}") from error


def _whole(text: str) -> NoReturn:
    raise JsonError(f"{text:.60} is not a whole number")


def _fraction(text: str) -> Decimal:
    if not _FRACTION.fullmatch(text):
        raise JsonError(f"{text:.60} is not a number in plain digits")
    return Decimal(text)


def contents(file: ProofFile, most: int = SIZE_LIMIT) -> bytes:
    """All bytes of a file that is to be held in memory, at most so many. Raises :class:`UnreadableError`."""
    try:
        with file.open() as stream:
            data = stream.read(most + 1)
    except DAMAGE as error:
        raise UnreadableError(f"{file.name}: {error}") from error
    if len(data) > most:
        raise UnreadableError(f"{file.name}: more than {most} bytes")
    return data


class Fields:
    """The fields of one JSON object, each asked for by the type that it must have; errors say where it stands."""

    __slots__ = ("_fields", "place")

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise UnreadableError(f"{place}: expected an object, not {kind(value)}")
        self._fields: Mapping[str, object] = value
        self.place = place

    def only(self, names: Iterable[str]) -> None:
        """Exactly these fields: one that is missing or unknown is refused."""
        expected = set(names)
        if missing := sorted(expected - self._fields.keys()):
            raise UnreadableError(f"{self.place}: the field {shown(missing[0])} is missing")
        if unknown := sorted(self._fields.keys() - expected):
            raise UnreadableError(f"{self.place}: unknown field {shown(unknown[0])}")

    def names(self) -> KeysView[str]:
        """The fields that are there, in the file's order."""
        return self._fields.keys()

    def at(self, name: str) -> str:
        """Where a field stands, for errors."""
        return f"{self.place}: {name if name.isidentifier() else shown(name)}"

    def value(self, name: str) -> object:
        if name not in self._fields:
            raise UnreadableError(f"{self.place}: the field {shown(name)} is missing")
        return self._fields[name]

    def inner(self, name: str) -> "Fields":
        return Fields(self.value(name), self.at(name))

    def integer(self, name: str, least: int = 0, most: int | None = None) -> int:
        """A JSON integer, not less than ``least`` nor more than ``most``."""
        value = self.value(name)
        if type(value) is not int:
            raise UnreadableError(f"{self.at(name)}: expected a whole number, not {kind(value)}")
        if value < least:
            raise UnreadableError(f"{self.at(name)}: {value} is less than {least}")
        if most is not None and value > most:
            raise UnreadableError(f"{self.at(name)}: {shown(value)} is more than {most}")
        return value

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str):
            raise UnreadableError(f"{self.at(name)}: expected text, not {kind(value)}")
        return value

    def decimal(self, name: str) -> int:
        """A whole number written as text, in the one way to write it: no sign +, leading zero or blank."""
        text = self.text(name)
        if not _DECIMAL.fullmatch(text) or text == "-0":
            raise UnreadableError(f"{self.at(name)}: {shown(text)} is not a plain whole number of up to 100 digits")
        return int(text)

    def items(self, name: str, count: int | None = None) -> list[object]:
        """A list; of exactly ``count`` items where that is given."""
        return listed(self.value(name), self.at(name), count)

    def octets(self, name: str, count: int) -> bytes:
        """``count`` bytes in lower-case hex."""
        return octets(self.value(name), self.at(name), count)


def listed(value: object, place: str, count: int | None = None) -> list[object]:
    """A list; of exactly ``count`` items where that is given."""
    if not isinstance(value, list):
        raise UnreadableError(f"{place}: expected a list, not {kind(value)}")
    if count is not None and len(value) != count:
        raise UnreadableError(f"{place}: {len(value)} items, not {count}")
    return value


def octets(value: object, place: str, count: int) -> bytes:
    """``count`` bytes, written as twice as many lower-case hex digits and nothing else."""
    if isinstance(value, str) and len(value) == 2 * count:
        try:
            data = bytes.fromhex(value)
        except ValueError:
            data = b""
        if data.hex() == value:
            return data
    raise UnreadableError(f"{place}: expected {count} bytes in lower-case hex, not {shown(value)}")


def kind(value: object) -> str:
    """What a JSON value is, for errors."""
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        int: "a number",
        Decimal: "a number",
    }
    return names.get(type(value), "null")


def shown(value: object) -> str:
    """A value for an error: quoted, and cut where it is long."""
    if isinstance(value, str):
        return quoted(value, 80)
    return f"{value!s:.80}" if isinstance(value, int | Decimal) else kind(value)
