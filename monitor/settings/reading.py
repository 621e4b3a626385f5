"""One YAML file as values: variables and secrets filled in, the line of everything remembered, faults collected."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml
from pydantic import BaseModel, ValidationError

from monitor.formats import ForeseenError
from monitor.formats.phrases import unreadable
from monitor.settings.complaints import IS_REQUIRED, Place, complaints, dotted, yaml_complaint

_VARIABLE = re.compile(
    r"\$(?:\$|\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}|(?P<stray>\{|[A-Za-z_]\w*))", re.ASCII
)
_LIKE_A_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_SECRET_KEYS = ("url", "alertmanager", "user", "password")
_CONSTRUCT = yaml.SafeLoader("")

Value: TypeAlias = "str | int | bool | list[Value] | dict[str, Value] | None"


@dataclass(frozen=True, slots=True)
class ConfigurationFault:
    """One thing that is wrong: where it stands, and what to do."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ConfigurationError(ForeseenError, ValueError):
    """The configuration cannot be used; ``faults`` holds all that is wrong with it."""

    exit_status = 2

    def __init__(self, faults: list[ConfigurationFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(map(str, self.faults))


def compose(text: str, file: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = yaml_complaint(getattr(error, "problem", None) or str(error))
        raise ConfigurationError([ConfigurationFault(file, line, "", f"not YAML: {problem}")]) from error


class Reader:
    """Turns YAML nodes into values, remembering the line of every path."""

    def __init__(self, file: str, environment: Mapping[str, str], *, dollars_are_ours: bool = True) -> None:
        self.file = file
        self.environment = environment
        self.dollars_are_ours = dollars_are_ours
        self.warnings: list[ConfigurationFault] = []
        self.lines: dict[Place, int] = {}
        self.files: dict[Place, str] = {}
        """Of what stands in another file."""
        self.faults: list[ConfigurationFault] = []

    def fault(self, path: Place, message: str) -> None:
        """Note what is wrong at ``path``."""
        self.faults.append(self._at(path, message))

    def warn(self, path: Place, message: str) -> None:
        """Note what is strange at ``path``, and can be used."""
        self.warnings.append(self._at(path, message))

    def spot(self, path: Place) -> str:
        """The file and line of ``path``, for people."""
        return f"{self.files.get(path, self.file)}:{self.lines[path]}"

    def take(self, other: "Reader", path: Place) -> None:
        """Remember where what stands at ``path`` of ``other``, and below it, is: it is used as if it stood here."""
        for place, line in other.lines.items():
            if place[: len(path)] == path:
                self.lines[place] = line
                self.files[place] = other.files.get(place, other.file)

    def _at(self, path: Place, message: str, named: Place | None = None) -> ConfigurationFault:
        file = self.files.get(path, self.file)
        return ConfigurationFault(file, self.lines.get(path), dotted(path if named is None else named), message)

    def value(self, node: yaml.Node, path: Place) -> Value:
        self.lines.setdefault(path, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return self.mapping(node, path)
            case yaml.SequenceNode():
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                return self.scalar(node, path)

    def sections(self, root: yaml.MappingNode) -> dict[str, Value]:
        """Return the values of the whole file."""
        self.lines[()] = root.start_mark.line + 1
        return self.mapping(root, ())

    def mapping(self, node: yaml.MappingNode, path: Place) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = (*path, key)
            self.lines[place] = key_node.start_mark.line + 1
            if key in result:
                self.fault(place, "stands twice in this section; keep one")
            if key.removesuffix("_file") in _SECRET_KEYS and key.endswith("_file"):
                result[key.removesuffix("_file")] = self.secret(self.value(value_node, place), place)
            else:
                result[key] = self.value(value_node, place)
        return result

    def secret(self, name: Value, path: Place) -> str | None:
        self.lines.setdefault((*path[:-1], str(path[-1]).removesuffix("_file")), self.lines[path])
        try:
            return Path(str(name)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:  # the latter also of names that no file can have
            named = "a URL is no file" if "://" in str(name) else name
            self.fault(path, f"the secret's file cannot be read: {named}: {unreadable(error)}")
            return None

    def scalar(self, node: yaml.Node, path: Place) -> Value:
        if node.tag == "tag:yaml.org,2002:float":
            return str(node.value)  # kept as text: 1.02 as a float is not 1.02
        if not isinstance(node.value, str) or "$" not in node.value:
            return _CONSTRUCT.construct_object(node)  # type: ignore[no-any-return]
        return _VARIABLE.sub(lambda match: self.variable(match, path), node.value)

    def variable(self, match: re.Match[str], path: Place) -> str:
        name, stray = match["name"], match["stray"]
        if stray:
            return self.stray(match, path)
        if name is None:
            return "$"
        value = self.environment.get(name) or match["default"]
        if value is None:
            self.fault(path, f"${{{name}}} is not set; export it, or give a default: ${{{name}:-…}}")
            return ""
        return value

    def stray(self, match: re.Match[str], path: Place) -> str:
        """A dollar that begins no variable; what follows is only told where it cannot be part of a password."""
        stray = match["stray"]
        named = _LIKE_A_VARIABLE.match(match.string, match.end() if stray == "{" else match.start("stray"))
        name = named[0] if named else "NAME"
        remedy = f"write ${{{name}}} or ${{{name}:-default}} for a variable, and $$ for a dollar sign"
        if not self.dollars_are_ours:
            pass
        elif stray == "{":
            self.fault(path, f"a ${{ that is not closed, or holds no name: {remedy}")
        elif _LIKE_A_VARIABLE.fullmatch(stray):
            self.fault(path, f"${stray} is no variable without braces: {remedy}")
        else:
            self.warn(path, f"a dollar sign that begins no variable stays as it is: {remedy}")
        return match[0]

    def faults_of(self, schema: type[BaseModel], error: ValidationError) -> Iterator[ConfigurationFault]:
        told = {fault.path for fault in self.faults}
        told |= {path.removesuffix("_file") for path in told}
        undecided = {section for path in told if (section := path.rpartition(".")[0])}
        seen: set[tuple[str, str]] = set()
        for at, message in complaints(schema, error):
            place = self.nearest(at)
            named = at if message.startswith(IS_REQUIRED) else place
            path = dotted(named)
            if (path, message) in seen or any(fault == path or fault.startswith(f"{path}[") for fault in told):
                continue  # an unset variable is told once, not again as the empty value that it left behind
            if path in undecided and named == at:
                continue  # nor as what its section then seems to lack
            seen.add((path, message))
            yield self._at(place, message, named)

    def nearest(self, path: Place) -> Place:
        """The longest part of ``path`` that stands in the file: pydantic adds union members and missing keys."""
        while path and path not in self.lines:
            path = path[:-1]
        return path
