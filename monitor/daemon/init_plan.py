"""What a first configuration is to hold: the exchanges and nodes that were named, without their secrets."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os.path import expandvars
from pathlib import Path

import yaml

from monitor.chains import readers_of
from monitor.chains.protocols import serving
from monitor.formats import SECRETS, shown
from monitor.registry import load
from monitor.settings import ConfigurationError, ConfigurationFault, mask_url
from monitor.settings.complaints import did_you_mean
from monitor.settings.reading import compose
from monitor.settings.urls import secret_parts

READY = Path("config")
"""Where the ready files of exchanges are, from the working directory."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Watch:
    """An exchange to watch; a document that is not named is that of its ready file."""

    wallets: str = ""
    """Path or URL."""
    liabilities: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An endpoint that was named; without a protocol, the first of its network's that is spoken over such a URL."""

    network: str
    url: str
    protocol: str = ""


@dataclass(slots=True)
class Plan:
    """What is to be written, with variables in the place of secrets."""

    exchanges: dict[str, str] = field(default_factory=dict)
    """The section of each, as YAML."""
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    """By network."""
    secrets: dict[str, str] = field(default_factory=dict)
    """What each variable is to hold."""

    @property
    def exports(self) -> list[str]:
        """The commands that set the variables, with the secrets masked."""
        return [f"export {name}='{shown(mask_url(value))}'" for name, value in self.secrets.items()]


def ready(name: str) -> str:
    """Return the section of the exchange ``name`` in its ready file, with its comments; empty where there is none."""
    try:
        text = (READY / f"{name}.yaml").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = _entry(_entry(compose(text, f"{READY / name}.yaml"), "exchanges"), name, key=True)
    if found is None:
        return ""
    margin = found.start_mark.column
    lines = text[found.start_mark.index - margin :].split("\n")
    outside = (n for n, line in enumerate(lines) if n and line.strip() and not line[: margin + 1].isspace())
    return textwrap.dedent("\n".join(lines[: next(outside, len(lines))])).rstrip()


def plan_of(exchanges: Mapping[str, Watch], nodes: Sequence[Node]) -> Plan:
    """Return what is to be written. Raises ConfigurationError where a name is not known, or a list is missing."""
    plan, registry, faults = Plan(), load(), []
    for name, watch in exchanges.items():
        section = ready(name)
        if not (section or watch.wallets):
            problem = f"there is no ready file {READY / name}.yaml: name its list, with --list {name}=PATH-or-URL"
            faults.append(ConfigurationFault(f"--exchange {name}", None, "", problem))
        documents = {"wallets": watch.wallets, "liabilities": watch.liabilities}
        named = {key: _open(plan, f"{key}_{name}", url, document=True) for key, url in documents.items() if url}
        plan.exchanges[name] = _replaced(section, name, named) if section else _section(name, named)
    for node in nodes:
        network = registry.networks.get(node.network)
        if network is None or not readers_of(network):
            readable = [each.name for each in registry.networks.values() if readers_of(each)]
            problem = f"no such network that nodes can be asked about; {did_you_mean(node.network, readable)}"
            faults.append(ConfigurationFault(f"--node {node.network}", None, "", problem.rstrip("; ")))
            continue
        schemes = {name: each.schemes for name, each in serving(network).items()}
        spoken = (name for name, each in schemes.items() if expandvars(node.url).partition("://")[0] in each)
        others = plan.nodes.setdefault(node.network, [])
        variable = f"node_{node.network}" + (f"_{len(others) + 1}" if others else "")
        url = _open(plan, variable, node.url, document=False)
        others.append(Node(node.network, url, node.protocol or next(spoken, "")))
    if faults:
        raise ConfigurationError(faults)
    return plan


def _open(plan: Plan, variable: str, url: str, *, document: bool) -> str:
    """The ``url`` as it may stand in a file: as it is, or a variable that holds it where part of it is secret."""
    written = _VARIABLE.sub("", url)
    secrets = frozenset(part for part in secret_parts(written, document=document) if part.strip(":"))
    SECRETS.add(secrets)
    if secrets and written != url:
        problem = "part of it is secret and stands beside a variable: put all of it into the variable"
        raise ConfigurationError([ConfigurationFault(mask_url(url), None, "", problem)])
    if not secrets:
        return url if written != url else url.replace("$", "$$")
    name = "".join(letter if letter.isalnum() else "_" for letter in variable).upper()
    plan.secrets[name] = url
    return f"${{{name}}}"


# --- The section of an exchange --------------------------------------------------------------------------------------


def _section(name: str, named: Mapping[str, str]) -> str:
    documents = "".join(f"\n  {key}:\n    source: {quoted(url)}" for key, url in named.items())
    if "liabilities" in named:
        return f"{name}:{documents}"
    return f"{name}:{documents}\n  # liabilities: {{source: …}}  # without what it owes, there will be no ratios"


def _replaced(section: str, name: str, named: Mapping[str, str]) -> str:
    """A ready ``section`` with other documents, whose layouts are to be found."""
    for key, url in named.items():
        document = _entry(_entry(compose(section, name), name), key)
        if document is None:
            section += f"\n  {key}: {{source: {quoted(url)}}}"
            continue
        changes = [(_entry(document, "format"), "auto"), (_entry(document, "source"), quoted(url))]
        known = [(node, new) for node, new in changes if node is not None]
        for node, new in sorted(known, key=lambda each: -each[0].start_mark.index):
            section = section[: node.start_mark.index] + new + section[node.end_mark.index :]
    return section


def _entry(node: yaml.Node | None, name: str, *, key: bool = False) -> yaml.Node | None:
    """What stands under ``name`` in a mapping, or that ``key`` itself."""
    entries = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((each if key else value for each, value in entries if each.value == name), None)


def quoted(text: str) -> str:
    """Write ``text`` as YAML, of which JSON's texts are part."""
    return json.dumps(text, ensure_ascii=False)
