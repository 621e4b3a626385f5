"""From a YAML file to :class:`Settings`, with every error at once and each in its place."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from monitor.formats.phrases import unreadable
from monitor.registry import RegistryError
from monitor.settings.complaints import Fault, Place
from monitor.settings.included import include
from monitor.settings.reading import ConfigurationError, ConfigurationFault, Reader, compose
from monitor.settings.schema import Settings

Schema = TypeVar("Schema", bound=BaseModel)


class Warned(NamedTuple):
    """What may well not be meant, and yet can be used; stands among faults."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Examined(Generic[Schema]):
    """Settings that can be used, and what is strange about them."""

    settings: Schema
    warnings: tuple[ConfigurationFault, ...]


def load(
    path: Path,
    environment: Mapping[str, str] | None = None,
    check: Callable[[Settings], Iterable[Fault | Warned]] = lambda _: (),
) -> Settings:
    """Read and check the file at ``path``; ``check`` finds what the schema alone cannot see, such as unknown names.

    Raises :class:`ConfigurationError` with all faults, also when the file cannot be read.
    """
    return examine(path, environment, check).settings


def examine(
    path: Path,
    environment: Mapping[str, str] | None = None,
    check: Callable[[Settings], Iterable[Fault | Warned]] = lambda _: (),
) -> Examined[Settings]:
    """What :func:`load` does, with the warnings, which ``check`` may give among the faults."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            [ConfigurationFault(str(path), None, "", f"cannot be read: {unreadable(error)}")]
        ) from error
    return _parsed(Settings, text, str(path), os.environ if environment is None else environment, check)


def parse(text: str, file: str, environment: Mapping[str, str]) -> Settings:
    """Check the YAML ``text``; ``file`` is its name in error messages."""
    return parse_as(Settings, text, file, environment)


def parse_as(
    schema: type[Schema],
    text: str,
    file: str,
    environment: Mapping[str, str],
) -> Schema:
    """Check ``text`` against any ``schema``: what :func:`parse` does, for a file that is not the main one."""
    return _parsed(schema, text, file, environment).settings


def _parsed(
    schema: type[Schema],
    text: str,
    file: str,
    environment: Mapping[str, str],
    check: Callable[[Schema], Iterable[Fault | Warned]] = lambda _: (),
) -> Examined[Schema]:
    """``check`` finds what the schema cannot see, once the schema is content."""
    # Other files have formats of their own, in which a dollar may be part of any text (bcrypt's hashes).
    reader = Reader(file, environment, dollars_are_ours=issubclass(schema, Settings))
    root = compose(text, file)
    if not isinstance(root, yaml.MappingNode):
        needed = ", ".join(f"`{name}:`" for name, field in schema.model_fields.items() if field.is_required())
        raise ConfigurationError([ConfigurationFault(file, 1, "", f"empty: it needs at least {needed or '`{}`'}")])
    values = reader.sections(root)
    if issubclass(schema, Settings):
        values = include(values, reader)
    try:
        settings = schema.model_validate(values)
    except ValidationError as error:
        reader.faults.extend(reader.faults_of(schema, error))
    else:
        try:
            for found in check(settings):
                (reader.warn if isinstance(found, Warned) else reader.fault)(*found)
        except RegistryError as error:
            for message in error.faults:
                reader.fault(("registry",), message)
        if not reader.faults:
            return Examined(settings, _sorted(reader.warnings, file))
    raise ConfigurationError([*_sorted(reader.faults, file)])


def _sorted(faults: Iterable[ConfigurationFault], first: str) -> tuple[ConfigurationFault, ...]:
    """``faults`` by their places, those of the file ``first`` before those of files that it includes."""
    return tuple(sorted(faults, key=lambda each: (each.file != first, each.file, each.line or 0)))
