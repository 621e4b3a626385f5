"""The configuration file as types. Nothing else reads YAML or the environment.

:func:`load` reports every error of a file at once, each with its line and path. Values may hold ``${VAR}`` and
``${VAR:-default}``; a secret may come from a file instead (``url_file``, ``user_file``, ``password_file``). Relative
paths are relative to the working directory.
"""

from monitor.settings.alerts import AlertRule, AlertsSettings, FallingSettings
from monitor.settings.complaints import Fault
from monitor.settings.exchange import (
    AssetSettings,
    DocumentSettings,
    ExchangeSettings,
    LiabilitiesSettings,
    ProofSettings,
    WalletsSettings,
)
from monitor.settings.loader import Warned, examine, load, parse
from monitor.settings.network import EndpointSettings, NetworkSettings
from monitor.settings.notify import ChannelSettings, QuietSettings
from monitor.settings.reading import ConfigurationError, ConfigurationFault
from monitor.settings.schema import Settings
from monitor.settings.secrets import masked, secrets_in, secrets_of
from monitor.settings.section import Section
from monitor.settings.service import (
    HistorySettings,
    LogSettings,
    MetricsSettings,
    PricesSettings,
    StoreSettings,
    VerifySettings,
    WebSettings,
)
from monitor.settings.urls import mask_source, mask_url

__all__ = [
    "AlertRule",
    "AlertsSettings",
    "AssetSettings",
    "ChannelSettings",
    "ConfigurationError",
    "ConfigurationFault",
    "DocumentSettings",
    "EndpointSettings",
    "ExchangeSettings",
    "FallingSettings",
    "Fault",
    "HistorySettings",
    "LiabilitiesSettings",
    "LogSettings",
    "MetricsSettings",
    "NetworkSettings",
    "PricesSettings",
    "ProofSettings",
    "QuietSettings",
    "Section",
    "Settings",
    "StoreSettings",
    "VerifySettings",
    "WalletsSettings",
    "Warned",
    "WebSettings",
    "examine",
    "load",
    "mask_source",
    "mask_url",
    "masked",
    "parse",
    "secrets_in",
    "secrets_of",
]
