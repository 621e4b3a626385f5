"""Writes docs/configuration.md from the settings' own types and descriptions: `make docs`."""

import types
import typing
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, ByteSize, IPvAnyNetwork
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from monitor.settings import Section, alerts, evidence, exchange, network, notify, schema, service
from monitor.settings.values import format_retention

TARGET = Path(__file__).parent.parent / "docs" / "configuration.md"

INTRODUCTION = """\
# Configuration

One YAML file, checked as a whole: `reserve-monitor config check FILE` tells all errors at once, each with its line and
path; `reserve-monitor config show FILE` prints the effective configuration, defaults included, secrets masked.

- Unknown keys are refused, and so is what cannot be meant: limits over 10, files that the daemon cannot do without and
  that are not there, names of networks, formats and assets in another spelling (the right one is told).
- What can be used and is probably not meant is a warning: a local source that is not there yet, limits of an asset that
  nobody owes, one host under several endpoint names. `config check` prints warnings and exits with 0; the daemon logs
  each once.
- `${VAR}` takes a value from the environment, `${VAR:-default}` with a default, `$$` is a dollar. `$VAR` without braces
  is refused. Inside `{…}` and `[…]` YAML wants such a value in quotes.
- `url_file`, `alertmanager_file`, `user_file` and `password_file` read a secret from a file instead.
- Durations are written `30s`, `10m`, `1h30m`, `35d`; sizes `512MiB`; ratios `1.02` (1 means 100 %).
- Relative paths are relative to the working directory, those under `include` to the file that names them.
- `include: [okx.yaml, binance.yaml]` joins files: their exchanges and networks count as if they stood here. What is
  defined twice is refused, unless both say the same. Of other sections, what the including file says holds; where it
  says nothing, the files that it includes must agree. All of their `registry` files count. Reloading reads them again.
- SIGHUP or `POST /-/reload` reads the file again. A bad file changes nothing: the old configuration stays,
  `por_config_last_reload_successful` becomes 0 and PorConfigReloadFailed goes off. `store` and
  `web.listen` take effect at the next start; everything else at once.

Ready files: one for each exchange ([exchanges](exchanges.md)), such as `config/okx.yaml`; `config/networks.yaml`, the
public endpoints that all of them include; and `config/devnet.yaml`, the local devnet.

This page is made from `monitor/settings/` by `make docs`.
"""

SECTIONS: list[tuple[str, type[Section]]] = [
    ("(top level)", schema.Settings),
    ("exchanges.NAME", exchange.ExchangeSettings),
    ("exchanges.NAME.wallets", exchange.WalletsSettings),
    ("exchanges.NAME.liabilities", exchange.LiabilitiesSettings),
    ("exchanges.NAME.liabilities.proof", exchange.ProofSettings),
    ("exchanges.NAME.assets.ASSET", exchange.AssetSettings),
    ("networks.NAME", network.NetworkSettings),
    ("networks.NAME.endpoints[]", network.EndpointSettings),
    ("networks.NAME.canary", network.CanarySettings),
    ("alerts", alerts.AlertsSettings),
    ("alerts.falling", alerts.FallingSettings),
    ("alerts.rules.ALERT", alerts.AlertRule),
    ("store", service.StoreSettings),
    ("history", service.HistorySettings),
    ("prices", service.PricesSettings),
    ("evidence", evidence.EvidenceSettings),
    ("evidence.timestamp", evidence.TimestampSettings),
    ("web", service.WebSettings),
    ("web.verify_limits", service.VerifySettings),
    ("metrics", service.MetricsSettings),
    ("log", service.LogSettings),
    ("notify[]", notify.ChannelSettings),
    ("notify[].quiet", notify.QuietSettings),
]


def reference() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for path, section in SECTIONS:
        parts.append(f"## `{path}`\n\n{_summary(section)}\n")
        parts.append("| key | value | default | |\n|---|---|---|---|\n" + "".join(_rows(section)))
    return "\n".join(parts)


def _summary(section: type[Section]) -> str:
    return " ".join((section.__doc__ or "").split())


def _rows(section: type[Section]) -> typing.Iterator[str]:
    for name, field in section.model_fields.items():
        if field.deprecated:
            yield f"| `{name}` | | | Of version 0.1.0; it {field.deprecated}. |\n"
            continue
        cells = (f"`{field.alias or name}`", _kind(field.annotation, field), _default(field), field.description or "")
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, Section) or value in ((), {}):
        return ""
    if isinstance(value, timedelta):
        return f"`{format_retention(value)}`"
    if isinstance(value, ByteSize):
        return f"`{value.human_readable(separator='').replace('.0', '')}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None or value == "":
        return "unset"
    return f"`{value}`"


def _kind(annotation: object, field: FieldInfo) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(_kind(part, field) for part in arguments if part is not type(None))
    if origin is typing.Annotated:
        return _kind(arguments[0], field)
    if isinstance(annotation, typing.NewType):
        return _kind(annotation.__supertype__, field)
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_kind(arguments[0], field)}"
    if origin is dict:
        return f"map of {_kind(arguments[1], field)}"
    return _name(annotation)


def _name(annotation: object) -> str:
    names: dict[object, str] = {
        timedelta: "duration",
        Decimal: "number",
        str: "text",
        Path: "path",
        float: "number",
        bool: "true, false",
    }
    names |= {int: "whole number", ByteSize: "size", AwareDatetime: "moment", IPvAnyNetwork: "address or network"}
    if isinstance(annotation, type):
        if issubclass(annotation, Section):
            return "section"
        if issubclass(annotation, StrEnum):
            members = list(annotation)
            return ", ".join(f"`{member}`" for member in members) if len(members) < 6 else "alert name"
        return names.get(annotation, annotation.__name__)
    raise TypeError(f"no words for the type {annotation!r}")


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
