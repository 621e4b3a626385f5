"""Colours, units and value mappings, the same on every dashboard. Only what is known to be good is green."""

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

GOOD = "green"
WARNING = "orange"
BAD = "red"
UNKNOWN = "purple"
NEUTRAL = "text"

RATIO = units.PercentUnit
RATIO_DECIMALS = 4
COINS = units.LocaleFormat  # every digit: 5,100,000,000.5
COUNT = units.LocaleFormat
DOLLARS = units.LocaleFormat  # every digit too, so that nothing is rounded up; titles say USD
DURATION = units.DurationSeconds
SECONDS = units.Seconds
PER_SECOND = units.EventsPerSecond
BYTES = units.BytesIEC
MOMENT = units.DatetimeISO  # wants milliseconds
AGO = units.DateTimeFromNow  # wants milliseconds


def mapped(*results: tuple[str, str], start: int = 1) -> ValueMap:
    """Numbers from ``start`` on as (text, colour)."""
    return ValueMap(
        {str(start + at): ValueMappingResult(text, colour, index=at) for at, (text, colour) in enumerate(results)}
    )


def absent(text: str = "unknown", colour: str = UNKNOWN) -> SpecialValueMap:
    """What stands where there is no value."""
    result = ValueMappingResult(text, colour, index=9)
    return SpecialValueMap(DashboardSpecialValueMapOptions(SpecialValueMatch.NULL_AND_NAN, result))


STATUS = mapped(("covered", GOOD), ("unknown", UNKNOWN), ("breach", BAD))
WHY_UNKNOWN = mapped(("balances or signatures are missing", UNKNOWN), ("what is owed is not known", UNKNOWN))
NETWORK_STATE = mapped(("fresh", GOOD), ("stale", WARNING), ("no snapshot", BAD), ("not read", UNKNOWN))
UP = mapped(("down", BAD), ("up", GOOD), start=0)
ACCEPTED = mapped(("accepted", GOOD), ("refused", BAD), start=0)
SUCCESSFUL = mapped(("failed", BAD), ("succeeded", GOOD), start=0)
SEVERITY = mapped(("quiet", NEUTRAL), ("info", NEUTRAL), ("warning", WARNING), ("critical", BAD), start=0)

Mappings = tuple[ValueMapping, ...]
Steps = tuple[tuple[float, str], ...]
"""(from this value on, colour), ascending."""


def thresholds(base: str, steps: Steps = ()) -> ThresholdsConfig:
    """``base`` colours everything under the first step."""
    return (
        ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(None, base), *(Threshold(value, colour) for value, colour in steps)])
    )
