"""What a layout of liabilities is, and what reading one gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.published.archives import PublishedFile
from monitor.published.contents import Content
from monitor.registry import Registry


@dataclass(frozen=True, slots=True)
class Statement:
    """What is owed, by asset as the registry names it, and as of when."""

    as_of: datetime
    owed: Mapping[str, Decimal]
    unaddressed: Mapping[str, Decimal]
    report_id: str = ""
    merkle_root: str = ""
    unknown: frozenset[str] = frozenset()
    """Assets of ``owed`` and ``unaddressed`` that the registry does not know."""
    notes: tuple[str, ...] = ()
    """What was not compared and which names nobody knows: a sentence each, with its place."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout, under the name that the configuration's ``format`` gives it."""

    name: str
    read: Callable[[PublishedFile, Content, Registry], Statement | None]
    """None if the file is of another layout; LayoutError if it is of this one but cannot be relied on."""
