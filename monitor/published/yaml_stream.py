"""Published YAML, event by event: a list of some hundred megabytes is never a tree in memory.

Read is what plain data needs: mappings, lists and scalars, which all stay texts. Anchors, aliases, tags and a second
document are refused, and so is a key that stands twice: two readers could understand those in two ways.
"""

from collections.abc import Iterator
from typing import TypeAlias

import yaml

from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.errors import Cause, LayoutError

Yaml: TypeAlias = "str | list[Yaml] | dict[str, Yaml]"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's takes a tenth of the time; not every build of PyYAML has it."""
_DEEPEST = 10
_NOTHING = frozenset({"~", "null", "Null", "NULL"})


class YamlStream:
    """The top level of a file that is one mapping."""

    def __init__(self, file: PublishedFile, budget: Budget) -> None:
        """Everything that is read is taken out of ``budget``."""
        self.name = file.name
        self.line = 1
        """Of what was read last."""
        self._file = file
        self._budget = budget

    def entries(self, listed: str) -> Iterator[tuple[str, int, Yaml]]:
        """Give each key with its value and line, and of the list under ``listed`` each item. Raises DocumentError."""
        try:
            with self._file.open() as stream:
                yield from self._entries(self._nodes(yaml.parse(stream, Loader=_LOADER)), listed)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.line = mark.line + 1 if mark else self.line
            raise self.refusal(f"not YAML: {getattr(error, 'problem', None) or error}; the file is damaged") from error

    def refusal(self, problem: str, reason: Cause = Cause.LAYOUT) -> LayoutError:
        """Say what is wrong on the line that was read last."""
        return LayoutError(reason, f"{self.name}:{self.line}: {problem}")

    def _nodes(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """The events of values, which need no more than plain YAML."""
        documents = 0
        for event in events:
            self.line = event.start_mark.line + 1 if event.start_mark else self.line
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise self.refusal("a second document; a list is one")
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise self.refusal("an anchor, alias or tag; lists are plain YAML")
            if isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)):
                yield event

    def _entries(self, events: Iterator[yaml.Event], listed: str) -> Iterator[tuple[str, int, Yaml]]:
        if not isinstance(next(events, None), yaml.MappingStartEvent):
            raise self.refusal("no mapping of keys and values")
        for key in self._keys(events):
            line, event = self.line, next(events)
            if key != listed:
                yield key, line, self._value(event, events, 1)
            elif isinstance(event, yaml.SequenceStartEvent):
                for item in _until_end(events):
                    line = self.line
                    yield key, line, self._value(item, events, 2)
            else:
                raise self.refusal(f"{key} is no list")
        next(events, None)  # what comes after the mapping is refused there

    def _keys(self, events: Iterator[yaml.Event]) -> Iterator[str]:
        seen: set[str] = set()
        for event in _until_end(events):
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refusal("a key that is no text")
            if event.value in seen:
                raise self.refusal(f"the key {event.value!r} stands twice")
            seen.add(event.value)
            yield event.value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Yaml:
        self._budget.take_texts(self.name, 1)
        if depth > _DEEPEST:
            raise self.refusal(f"more than {_DEEPEST} values within each other")
        if isinstance(event, yaml.MappingStartEvent):
            return {key: self._value(next(events), events, depth + 1) for key in self._keys(events)}
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, events, depth + 1) for item in _until_end(events)]
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refusal("a key without a value")
        text: str = event.value
        self._budget.take_content(self.name, len(text))
        return "" if event.implicit[0] and text in _NOTHING else text


def _until_end(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The events up to the end of the mapping or list that has begun; the caller takes those of what is in it."""
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return
        yield event
