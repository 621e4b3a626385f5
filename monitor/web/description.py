"""The description of the API in ``openapi.yaml``, which is written by hand and tested against what is served."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from monitor import __version__


@cache
def description() -> dict[str, Any]:
    """Return the API's description (OpenAPI 3.1), read once; the version is this monitor's."""
    written: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))
    written["info"]["version"] = __version__
    return written
