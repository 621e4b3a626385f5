"""What is wrong with a configuration, in words for people: the validator speaks of types, not of indents and names."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.settings.values import format_duration

Place: TypeAlias = tuple[str | int, ...]
"""The path of a value in the file: keys and positions."""
Fault: TypeAlias = tuple[Place, str]
"""Where, and what is wrong."""

IS_REQUIRED = "is required"

_FEW = 12
"""Names that a sentence can hold; where there are more, the page that lists them is named."""
_ALIKE = 3

_DURATION = re.compile(r"datetime\.timedelta\(([^)]*)\)")
_PART = re.compile(r"(days|seconds|microseconds)=(-?\d+)")
_NOT_A_SECTION = {"model_type", "dict_type", "model_attributes_type", "mapping_type"}
_WANTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text: put it into quotes",
    "timezone_aware": "a moment with its zone, such as 2026-11-01T00:00:00Z",
    "datetime_from_date_parsing": "a moment with its zone, such as 2026-11-01T00:00:00Z",
    "datetime_parsing": "a moment with its zone, such as 2026-11-01T00:00:00Z",
}
_YAML = (
    (r"found character '\\t'", "it is indented by a tab: YAML indents by blanks"),
    (
        r"mapping values are not allowed",
        (
            "a colon where none can be: check the indent of this line and of the one before, and put a text "
            "that holds `: ` into quotes"
        ),
    ),
    (
        r"expected <block end>|did not find expected",
        "its indent fits no line before it: all lines of a section begin in the same column",
    ),
    (r"could not find expected ':'", "a line without a colon after its key"),
)


def did_you_mean(wanted: str, names: Collection[str], where: str = "") -> str:
    """Return what to say after an unknown name: those that look like it, or all where they are few.

    Args:
        wanted: the name that there is not.
        names: those that there are.
        where: the page that lists them, for when they are many.

    """
    by_lower = {name.lower(): name for name in sorted(names)}
    near = [by_lower[name] for name in get_close_matches(wanted.lower(), by_lower, _ALIKE)]
    if near:
        return f"did you mean {_any_of(near)}?"
    if 0 < len(names) <= _FEW:
        return f"there {'are' if len(names) > 1 else 'is'} {', '.join(sorted(names))}"
    return f"see {where} for those that there are" if where else ""


def yaml_complaint(problem: str) -> str:
    """Return what to do about a text that is not YAML; ``problem`` is what the parser says."""
    for pattern, words in _YAML:
        if re.search(pattern, problem):
            return f"{words} ({problem})"
    return problem


def complaints(schema: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    """Yield what the validator of ``schema`` found, each once, without what only follows from another."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    misplaced = {place for detail in details for place in _misplaced(schema, detail["loc"])}
    for place in sorted(misplaced, key=str):
        yield (
            place,
            f"`{place[-1]}` belongs under a name of `{dotted(place[:-1])}`: indent it, and what is under it, further",
        )
    for detail in details:
        place = detail["loc"]
        if any(place[: len(wrong)] == wrong for wrong in misplaced) or _hollowed(detail, misplaced):
            continue
        if detail["type"] == "too_short" and any(other[: len(place)] == place != other for other in places):
            continue  # elements that are wrong are told, and then counted as if they did not stand there
        yield place, _words(schema, detail)


def _words(schema: type[BaseModel], detail: ErrorDetails) -> str:
    kind, place, given = detail["type"], detail["loc"], detail["input"]
    if kind == "extra_forbidden":
        known = _keys(schema, place[:-1])
        return f"unknown key; {did_you_mean(str(place[-1]), known, 'docs/configuration.md')}"
    if kind == "missing":
        purpose = next((text for shape in _at(schema, place[:-1]) if (text := _purpose(shape, place[-1]))), "")
        return f"{IS_REQUIRED}: {purpose}" if purpose else IS_REQUIRED
    if kind in _NOT_A_SECTION:
        return _no_section(schema, place, given)
    if kind in {"tuple_type", "list_type"}:
        return "must be a list: each on a line of its own after a dash, or [a, b]"
    if wanted := _WANTED.get(kind):
        return f"must be {wanted}"
    message = detail["msg"].removeprefix("Value error, ")
    return _DURATION.sub(_duration, re.sub(r"^(Input|String|Tuple|List) should ", "must ", message))


def _duration(shown: re.Match[str]) -> str:
    """A duration as files have it; the validator tells limits as Python does."""
    return format_duration(timedelta(**{unit: int(number) for unit, number in _PART.findall(shown[1])}))


def _no_section(schema: type[BaseModel], place: Place, given: object) -> str:
    if given is None:
        return "nothing stands under it: indent the lines that belong to it further than it"
    keys = [name for shape in _at(schema, place) for name in _required(shape)]
    example = f" such as `{keys[0]}: …`" if keys else ""
    return f"must be a section: lines{example} under it, each a key, a colon and a value"


def _misplaced(schema: type[BaseModel], place: Place) -> Iterator[Place]:
    """Places on the way to ``place`` where a key of a section stands among the names of sections."""
    for end in range(1, len(place) + 1):
        key = place[end - 1]
        for shape in _at(schema, place[: end - 1]):
            if _is_mapping(shape) and any(key in _fields(inner) for inner in _shapes(get_args(shape)[1])):
                yield place[:end]


def _hollowed(detail: ErrorDetails, misplaced: Collection[Place]) -> bool:
    """Whether a section is empty because its lines stand beside it, which was told."""
    beside = (wrong[:-1] for wrong in misplaced)
    return detail["type"] in _NOT_A_SECTION and detail["input"] is None and detail["loc"][:-1] in beside


def _keys(schema: type[BaseModel], place: Place) -> list[str]:
    return [name for shape in _at(schema, place) for name in _fields(shape)]


def _at(schema: object, place: Place) -> list[Any]:
    """The types that may stand at ``place``; none where the path is not one of keys alone."""
    found = list(_shapes(schema))
    for key in place:
        found = [shape for each in found for below in _below(each, key) for shape in _shapes(below)]
    return found


def _shapes(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - a type, of whatever kind
    """The alternatives of a type, without what annotates them."""
    if get_origin(annotation) is Annotated:
        yield from _shapes(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _shapes(each)
    else:
        yield annotation


def _below(shape: Any, key: str | int) -> Iterator[Any]:  # noqa: ANN401 - a type, of whatever kind
    if _is_mapping(shape):
        yield get_args(shape)[1]
    elif isinstance(key, int) and (inner := get_args(shape)):
        yield inner[0]
    elif field := _fields(shape).get(str(key)):
        yield field.annotation


def _fields(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a type, of whatever kind
    """The keys of a section as a file has them."""
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in shape.model_fields.items()}


def _purpose(shape: Any, key: str | int) -> str:  # noqa: ANN401 - a type, of whatever kind
    """What a section says of one of its keys, up to the first full stop."""
    field = _fields(shape).get(str(key))
    return (field.description or "").partition(". ")[0].rstrip(".") if field else ""


def _required(shape: Any) -> Iterator[str]:  # noqa: ANN401 - a type, of whatever kind
    return (name for name, field in _fields(shape).items() if field.is_required())


def _is_mapping(shape: Any) -> bool:  # noqa: ANN401 - a type, of whatever kind
    origin = get_origin(shape)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _any_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def dotted(place: Place) -> str:
    """Return a place as people write it: ``networks.ethereum.endpoints[0].url``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
