"""docs/http.md lists every route, and no other."""

import re
from pathlib import Path

from monitor.web.app import create_app
from tests.support.web import Daemon

PAGE = Path(__file__).parents[2] / "docs" / "http.md"


def test_every_route_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `(/\S*)` \| (GET|POST) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    served = {
        (route.resource.canonical, route.method)
        for route in create_app(Daemon().deps()).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert set(rows) == served
    assert len(rows) == len(served)
