"""What ``include:`` joins: exchanges and networks of other files, as if they stood in the one that names them.

An exchange or a network that two files define is refused, unless both say the same. Of all other sections what the
including file says holds; where it says nothing, the files that it includes must agree. Paths are relative to the file
that names them, and a file that is reached in two ways counts once.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from monitor.formats.phrases import unreadable
from monitor.settings.complaints import Place
from monitor.settings.reading import ConfigurationError, ConfigurationFault, Reader, Value, compose

_INCLUDE = "include"
_JOINED = ("exchanges", "networks")
"""Sections of which each entry may come from another file."""
_ADDED = "registry"
"""The section of which all files' entries count."""

Values = dict[str, Value]


def include(values: Values, reader: Reader) -> Values:
    """Return ``values``, which ``reader`` has read, with those of the files that they include; faults go to it."""
    joined = _Joined(dict(values), reader)
    for other, found in _files(values, reader, (Path(reader.file).resolve(),), set()):
        joined.add(other, found)
    return joined.values


def _files(values: Values, reader: Reader, above: tuple[Path, ...], seen: set[Path]) -> Iterator[tuple[Reader, Values]]:
    """Each file that is included, by whichever way first; ``above`` are those that lead here."""
    named = values.get(_INCLUDE)
    for index, name in enumerate(named if isinstance(named, list) else ()):
        place: Place = (_INCLUDE, index)
        if not isinstance(name, str) or not name:
            continue  # the schema says so
        path = Path(reader.file).parent / name
        try:
            target, text = path.resolve(), path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:  # the latter also of names that no file can have
            reader.fault(place, f"cannot be read: {path}: {unreadable(error)}")
            continue
        if target in above:
            reader.fault(place, "includes the file that leads here: leave one of the two out")
        elif target not in seen:
            seen.add(target)
            yield from _file(text, Reader(str(path), reader.environment), (*above, target), seen, reader)


def _file(
    text: str, reader: Reader, above: tuple[Path, ...], seen: set[Path], parent: Reader
) -> Iterator[tuple[Reader, Values]]:
    """The file that ``reader`` reads, and those that it includes; its faults are also those of ``parent``."""
    try:
        values = reader.sections(_root(text, reader.file))
        yield reader, values
        yield from _files(values, reader, above, seen)
    except ConfigurationError as error:
        reader.faults.extend(error.faults)
    parent.faults.extend(reader.faults)
    parent.warnings.extend(reader.warnings)


def _root(text: str, file: str) -> yaml.MappingNode:
    root = compose(text, file)
    if isinstance(root, yaml.MappingNode):
        return root
    fault = "empty: it needs sections, such as `exchanges:` or `networks:`"
    raise ConfigurationError([ConfigurationFault(file, 1, "", fault)])


class _Joined:
    """One configuration out of several files."""

    def __init__(self, values: Values, reader: Reader) -> None:
        """``values`` are those of the file that includes, ``reader`` is its own."""
        self.values = values
        self._reader = reader
        self._own = frozenset(values)

    def add(self, other: Reader, values: Values) -> None:
        """Add the ``values`` of an included file."""
        for section, value in values.items():
            if section == _INCLUDE:
                continue
            mine = self.values.get(section)
            if section in _JOINED and isinstance(value, dict) and isinstance(mine, dict):
                self._join(section, mine, value, other)
            elif section == _ADDED and isinstance(value, list) and isinstance(mine, list):
                self._extend(section, mine, value, other)
            elif section not in self.values:
                self.values[section] = value
                self._reader.take(other, (section,))
            elif section in _JOINED or section not in self._own:
                self._agree((section,), mine, value, other)

    def _join(self, section: str, mine: Values, values: Values, other: Reader) -> None:
        joined = dict(mine)
        for name, value in values.items():
            if name in joined:
                self._agree((section, name), joined[name], value, other)
            else:
                joined[name] = value
                self._reader.take(other, (section, name))
        self.values[section] = joined

    def _extend(self, section: str, mine: list[Value], values: list[Value], other: Reader) -> None:
        further = [each for each in values if each not in mine]
        for index, each in enumerate(further, len(mine)):
            self._reader.lines[section, index] = other.lines[section, values.index(each)]
            self._reader.files[section, index] = other.file
        self.values[section] = [*mine, *further]

    def _agree(self, place: Place, mine: Value, value: Value, other: Reader) -> None:
        if mine != value:
            other.fault(place, f"says something else than {self._reader.spot(place)}; keep one of the two")
