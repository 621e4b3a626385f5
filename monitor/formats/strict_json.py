"""JSON that strangers publish, read strictly: what two readers could understand in two ways is refused (RFC 8259).

Refused are: a key twice in one object, NaN and infinities, numbers of more than 100 digits or with exponents beyond all
bounds, half a surrogate pair, anything but UTF-8, a byte order mark, anything after the value, and nesting deeper than
any format needs. Nothing recurses deeper than that, whatever the bytes.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import accumulate, chain
from typing import Any

import msgspec

Json = Any
"""What JSON can say: dict, list, str, int, Decimal, bool or None."""

DEEPEST = 100
"""Objects and lists within each other. Readers of what comes out may recurse."""
LONGEST_NUMBER = 100
"""Digits: a 256-bit number has 78, and reading a number costs the square of them."""
_HIGHEST_EXPONENT = 1000

_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_CHUNK = 1 << 20
_NUMBER = re.compile(rb"[0-9.]{%d}" % (LONGEST_NUMBER + 1))
_BYTE = re.compile(r" \(byte (\d+)\)")
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_TRUNCATED = "Input data was truncated"


class JsonError(ValueError):
    """What is wrong with a text that should be JSON. The text says it; where, is beside it."""

    def __init__(self, problem: str, line: int = 0, *, truncated: bool = False) -> None:
        super().__init__(problem)
        self.line = line
        """From 1; 0 where it is not known."""
        self.truncated = truncated
        """Whether only the end is missing."""


def exact(text: str) -> Decimal:
    """Return a number with a point or an exponent, exactly. Raises JsonError beyond all bounds."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _HIGHEST_EXPONENT:
        raise JsonError(f"the number {text:.60} is out of all bounds")
    return number


def read(data: bytes, number: Callable[[str], object] = exact) -> Json:
    """Return the value that ``data`` holds; ``number`` makes values of numbers with a point or an exponent.

    Whole numbers are int. Raises JsonError, whatever the bytes, and what ``number`` raises.
    """
    if data.startswith(BOM_UTF8):
        raise JsonError("begins with a byte order mark, which JSON has none of; save it without", 1)
    bare = _bare(data)
    _check_depth(bare)
    if long := _NUMBER.search(bare):
        raise JsonError(f"a number of more than {LONGEST_NUMBER} digits", _line(data, data.find(long[0])))
    try:
        tree = msgspec.json.Decoder(float_hook=number).decode(data)
    except UnicodeDecodeError as error:
        raise _not_text(data) from error
    except msgspec.ValidationError as error:  # of a number, with the place in the tree
        raise JsonError(str(error)) from error
    except msgspec.DecodeError as error:
        raise _damage(data, bare, str(error)) from error
    if bare.count(b":") != _keys(tree):
        raise _twice(data)
    return tree


def lines_of_elements(data: bytes) -> Iterator[int]:
    """Yield the line on which each element of a list begins; ``data`` was read before."""
    counted, position, line = 0, data.index(b"[") + 1, 1
    for element in _LIST.decode(data):
        text = bytes(element)
        start = data.index(text, position)  # between them is nothing that an element begins with
        line += data.count(b"\n", counted, start)
        yield line
        counted, position = start, start + len(text)


def _bare(data: bytes) -> bytes:
    """All that is outside of texts: brackets, colons and numbers."""
    if b"\\" in data:
        data = _ESCAPE.sub(b"", data)
    kept: list[bytes] = []
    within = 0
    for start in range(0, len(data), _CHUNK):
        pieces = data[start : start + _CHUNK].split(b'"')
        kept.append(b"".join(pieces[within::2]))
        within ^= ~len(pieces) & 1
    return b"".join(kept)


def _check_depth(bare: bytes) -> None:
    brackets = bare.translate(_BRACKETS, _NO_BRACKET)
    if max(accumulate(map(ord("\\").__sub__, brackets)), default=0) > DEEPEST:  # "\\" stands between "[" and "]"
        raise JsonError(f"nested more than {DEEPEST} deep")


def _keys(tree: Json) -> int:
    """How many there are: of a key that stands twice in one object, one is left."""
    count, level = 0, [tree]
    while level:
        objects = [value for value in level if type(value) is dict]
        lists = [value for value in level if type(value) is list]
        count += sum(map(len, objects))
        level = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
    return count


class _Key(str):
    """A key that is equal to none, so that an object keeps all of its own."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


_OBJECT = msgspec.json.Decoder(dict[_Key, msgspec.Raw], dec_hook=lambda kind, text: kind(text))
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def _twice(data: bytes) -> JsonError:
    """The error that names the key which stands twice."""
    inner = [data.strip()]
    while inner:
        value = inner.pop()
        if value.startswith(b"{"):
            found = _OBJECT.decode(value)
            names = [str(key) for key in found]
            if len(set(names)) < len(names):
                name = next(name for i, name in enumerate(names) if name in names[:i])
                return JsonError(f"the key {name[:60]!r} occurs twice in one object", _line(data, data.index(value)))
            inner.extend(map(bytes, found.values()))
        elif value.startswith(b"["):
            inner.extend(map(bytes, _LIST.decode(value)))
    return JsonError("a key occurs twice in one object")


def _damage(data: bytes, bare: bytes, problem: str) -> JsonError:
    """The error by the library's words, which name a byte."""
    if problem == _TRUNCATED:
        if bare.count(b"[") + bare.count(b"{") == bare.count(b"]") + bare.count(b"}") > 0:
            return JsonError("not JSON: half a surrogate pair is no text")
        return JsonError("not JSON: the end is missing", data.count(b"\n") + 1, truncated=True)
    place = _BYTE.search(problem)
    said = _BYTE.sub("", problem).removeprefix("JSON is malformed: ")
    return JsonError(f"not JSON: {said}", _line(data, int(place[1])) if place else 0)


def _not_text(data: bytes) -> JsonError:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8, so this is not JSON (RFC 8259)"
        return JsonError(problem, _line(data, error.start))
    return JsonError("not UTF-8, so this is not JSON (RFC 8259)")


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, max(position, 0)) + 1
