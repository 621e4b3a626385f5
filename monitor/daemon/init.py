"""A first configuration, tested before it is written: what the command `init` does."""

import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from os import environ
from pathlib import Path

from monitor.chains import Examination, readers_of
from monitor.chains.protocols import PROTOCOLS
from monitor.daemon import Report
from monitor.daemon.configuration import Configuration, read_configuration
from monitor.daemon.coverage import ListCoverage
from monitor.daemon.doctor import Diagnosis, age_of, diagnose
from monitor.daemon.init_plan import Node, Plan, quoted
from monitor.formats import shown
from monitor.formats.figures import percent
from monitor.formats.phrases import first
from monitor.judgement import AssetCoverage, ClaimedPlace
from monitor.model import Cause
from monitor.registry import Registry, load
from monitor.settings import ConfigurationError, ConfigurationFault

_WIDTH = 110
_FEW = 5
"""Assets that are named one by one."""

_REST = """
store: {url: "${POR_STORE:-sqlite+aiosqlite:///var/reserve-monitor.db}"}
web: {listen: "${POR_LISTEN:-127.0.0.1:9876}"}

# Who is told of alerts (docs/notifications.md; `reserve-monitor notify test` tries it):
# notify:
#   - {url: "${NOTIFY_URL}", severity: critical}
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What was found while a configuration was written."""

    found: Diagnosis
    warnings: tuple[ConfigurationFault, ...]
    """What is strange about it, and can be used."""


async def write_configuration(plan: Plan, output: Path, progress: Report, *, force: bool) -> Written:
    """Test what ``plan`` names as `doctor` does, and write it to ``output``, whatever was found.

    What is written can be used once the variables are set. Raises ConfigurationError where it could not be, and
    FileExistsError where ``output`` is there and ``force`` is not given; nothing is written then.
    """
    draft = _checked(_text(plan, Diagnosis(), load()), plan, output)
    found = await diagnose(draft.settings, draft.registry, progress)
    text = _text(plan, found, draft.registry)
    warnings = _checked(text, plan, output).warnings
    with output.open("w" if force else "x", encoding="utf-8") as file:
        file.write(text)
    return Written(found, tuple(replace(each, file=str(output)) for each in warnings))


def _checked(text: str, plan: Plan, output: Path) -> Configuration:
    """What ``text`` amounts to, by the check that any configuration must pass."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return read_configuration(path, {**environ, **plan.secrets})
        except ConfigurationError as error:
            told = (replace(each, file=f"{output} (not written)", line=None) for each in error.faults)
            raise ConfigurationError([*told]) from None


# --- The file --------------------------------------------------------------------------------------------------------


def _text(plan: Plan, found: Diagnosis, registry: Registry) -> str:
    lines = ["# Written by `reserve-monitor init`. Every key is explained in docs/configuration.md."]
    if plan.secrets:
        lines += ["#", "# What is secret stands in no file. Export it before this one is used:"]
        lines += [f"#   {each}" for each in plan.exports]
    lines += ["", "exchanges:"]
    for name, section in plan.exchanges.items():
        refusal = found.lists[name].refusal if name in found.lists else ""
        lines += _comment(f"Its list could not be read: {refusal}" if refusal else "", "  ")
        lines += textwrap.indent(section, "  ").split("\n")
    claimed, unread = _claimed(found.lists), _unread(found.lists)
    lines += [
        "",
        "# Those with the largest shares of the claimed assets come first; every asset counts as much as another.",
        "networks:" if plan.nodes else "networks: {}  # take {} away with the first comment sign below",
    ]
    for name in [*claimed, *(each for each in plan.nodes if each not in claimed)]:
        claims = claimed.get(name, "no list that could be read claims anything here" if found.lists else "")
        if name in plan.nodes:
            lines += _active(name, claims, plan.nodes[name], found.endpoints.get(name, ()))
        else:
            lines += _without_node(name, claims, registry)
    if unread:
        lines += ["", "# No node of any kind tells what is claimed here (docs/nodes.md):"]
        lines += [line for each in unread for line in _comment(each, "")]
    return "\n".join(lines) + "\n" + _REST


def _active(name: str, claims: str, nodes: Sequence[Node], examined: Sequence[Examination]) -> Iterator[str]:
    yield f"  {name}:"
    yield from _comment(claims, "    ")
    if len({each.party for each in examined if each.error is None}) > 1:
        yield "    quorum: 2  # so many parties must tell the same"
    yield "    endpoints:"
    for index, node in enumerate(nodes):
        yield from _comment(_told(examined[index]) if examined else "", "      ")
        protocol = f"protocol: {node.protocol}, " if node.protocol else ""
        yield f"      - {{{protocol}url: {quoted(node.url)}}}"


def _told(each: Examination) -> str:
    if each.error:
        return f"It could not be read from: {each.error}"
    pace = f", {each.seconds * 1000:.0f} ms a request" if each.seconds is not None else ""
    return f"Answered with block {each.block.number}, {age_of(each.block.timestamp)} old{pace}." if each.block else ""


def _without_node(name: str, claims: str, registry: Registry) -> Iterator[str]:
    by, *others = readers_of(registry.networks[name])
    protocol = PROTOCOLS[by]
    url = f"{' or '.join(f'{each}://' for each in protocol.schemes)}{f' {protocol.path}' if protocol.path else ''}"
    instead = f"; or by {', '.join(others)}" if others else ""
    yield from _comment(f"{claims}. It needs {by} at {url}, for {protocol.reads}{instead}.", "  ")
    variable = f"NODE_{name}".upper().replace("-", "_")
    yield f"  # {name}:"
    yield "  #   endpoints:"
    yield f'  #     - {{protocol: {by}, url: "${{{variable}}}"}}'


def _comment(text: str, indent: str) -> list[str]:
    """Lines of a comment; what others wrote is made visible, so that none of it ends the comment."""
    wrapper = textwrap.TextWrapper(_WIDTH, f"{indent}# ", f"{indent}# ", break_long_words=False, break_on_hyphens=False)
    return wrapper.wrap(shown(text))


# --- What is claimed where -------------------------------------------------------------------------------------------


def _places(lists: Mapping[str, ListCoverage]) -> Iterator[tuple[str, AssetCoverage, ClaimedPlace]]:
    for name, coverage in lists.items():
        yield from ((name, asset, place) for asset, place in coverage.claimed())


def _claimed(lists: Mapping[str, ListCoverage]) -> dict[str, str]:
    """By network that can be read, which assets are claimed there; the largest shares first, all assets being equal.

    Of an asset without an amount nobody can tell where most of it is: each of its places counts the same.
    """
    shares: defaultdict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for name, asset, place in _places(lists):
        if place.cause in {None, Cause.NOT_CONFIGURED}:
            share = asset.share(place.claimed)
            shares[place.network][name, asset.asset] = Decimal(1) / len(asset.places) if share is None else share
    ranked = sorted(shares.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return {network: _shares(held) for network, held in ranked}


def _shares(held: Mapping[tuple[str, str], Decimal]) -> str:
    largest = sorted(held.items(), key=lambda item: (-item[1], item[0]))
    return "Claimed here: " + first([f"{asset} of {name} ({percent(share)})" for (name, asset), share in largest], _FEW)


def _unread(lists: Mapping[str, ListCoverage]) -> list[str]:
    """What cannot be read, with the reason."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, asset, place in _places(lists):
        if place.cause not in {None, Cause.NOT_CONFIGURED}:
            found[place.network or "no known network", place.reason].append(f"{asset.asset} of {name}")
    return [f"{where}: {first(assets, _FEW)}: {reason}" for (where, reason), assets in sorted(found.items())]
