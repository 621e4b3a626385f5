"""The API's description says what is served: every route, every field, and what is done with odd questions."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from monitor.model import (
    AssetStep,
    Basis,
    Cause,
    ClaimKind,
    Code,
    ControlGap,
    Event,
    EventKind,
    EventPlace,
    HistoryStep,
    ListChange,
    PositionKind,
    ProofStatus,
    ReserveStatus,
    Severity,
    Step,
    Strength,
    VerdictStatus,
    World,
)
from monitor.web.app import create_app
from monitor.web.description import description
from tests.support import worlds
from tests.support.history import BREACH, asset
from tests.support.served import served
from tests.support.web import Daemon, judged, listing, spoiled, traced
from tests.web.test_reports import RECORD

KNOWN = {"name": ["aurora", "borealis", "cassini"], "network": ["bitcoin"], "account": ["bc1qaurora1"]}
"""What the World of the tests has: strangers' names find nothing."""
LEFT_OUT = {
    ("ByBasis",): {"verified", "signed", "listed", "asserted"},
    ("AssetStep", "seconds"): {"covered", "breach", "unknown"},
    ("Block",): {"since"},
}
"""Fields that are not there where there is nothing to say, by object."""

FOR_PROGRAMS = ("/api", "/-", "/metrics")

MADE_UP_CURSORS = {
    "include-operation-id": "claims",
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "400", "404", "410"]}},
}
"""Only one that a page gave is good, and only without an offset: no schema can say that."""


def steps() -> list[HistoryStep]:
    """A day in breach, without an upper bound, and one in which nothing was owed."""
    day, low = timedelta(days=1), AssetStep.of(asset("99.999", BREACH, upper="Infinity"))
    told = {3: low.lasting(BREACH, day), 2: AssetStep.of(asset(owed=None))}
    return [
        HistoryStep("aurora", Step.DAILY, Step.DAILY.begins(worlds.NOW - ago * day), {"ETH": each})
        for ago, each in told.items()
    ]


def happened() -> list[tuple[EventPlace, Event]]:
    """A change of the list, and an alert."""
    change = Event("aurora", worlds.NOW, EventKind.LIST_CHANGED, change=ListChange(1, 0, 0, 0, {"BTC": Decimal(2)}))
    alert = Event("aurora", worlds.NOW, EventKind.ALERT_ENDED, "BTC", "PorRatioFalling")
    return [(EventPlace(worlds.NOW, number, 1), event) for number, event in enumerate((change, alert))]


WORLDS: dict[str, Callable[[], World | None]] = {
    "usual": worlds.world,
    "spoiled": spoiled,
    "traced": traced,
    "listed": lambda: listing(judged(5)),
    "starting": worlds.starting,
    "none": lambda: None,
}


def operations(spec: dict[str, Any]) -> dict[str, Any]:
    """Every operation of ``spec`` by method and path."""
    config = SchemathesisConfig.from_dict({"generation": {"database": "none"}, "operations": [MADE_UP_CURSORS]})
    schema = schemathesis.openapi.from_dict(spec, config=config)
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def known() -> dict[str, Any]:
    """The description, with the names that the World has where it leaves these open."""
    spec = deepcopy(description())
    shared = spec["components"]["parameters"].values()
    for each in (*shared, *(one for path in spec["paths"].values() for one in path.get("parameters", ()))):
        if each.get("in") == "path":
            each["schema"] = {"enum": KNOWN[each["name"]]}
    return spec


OPERATIONS = operations(known())


@pytest.fixture(scope="module")
def daemon() -> Daemon:
    return Daemon(steps=steps(), happened=happened(), published=RECORD)


@pytest.fixture(scope="module")
def url(daemon: Daemon) -> Iterator[str]:
    with served(daemon) as url:
        yield url


def test_the_description_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(description()).validate()


def test_every_route_for_programs_is_described_and_no_other() -> None:
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in create_app(Daemon().deps()).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    described = {
        (method, path) for path, item in description()["paths"].items() for method in item if method != "parameters"
    }
    assert described == {
        (method, path) for method, path in served if path.startswith(FOR_PROGRAMS) or path.endswith("/evidence")
    }


def objects(schema: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every schema of an object within ``schema`` whose fields are named, with where it is."""
    if isinstance(schema, dict):
        if "object" in schema.get("type", ()) and "properties" in schema:
            yield at, schema
        for key, value in schema.items():
            yield from objects(value, at if key == "properties" else (*at, key))
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each, at)


def test_a_new_field_must_be_described_and_none_that_is_may_be_missing() -> None:
    """Every object is closed, and has all of its fields."""
    found = dict(objects(description()["components"]["schemas"]))
    assert len(found) > 30
    for at, schema in found.items():
        assert schema["additionalProperties"] is False, at
        assert set(schema.get("required", ())) == set(schema["properties"]) - LEFT_OUT.get(at, set()), at


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("Basis", Basis),
        ("Cause", Cause),
        ("ControlGap", ControlGap),
        ("ClaimKind", ClaimKind),
        ("Code", Code),
        ("PositionKind", PositionKind),
        ("ProofStatus", ProofStatus),
        ("Severity", Severity),
        ("Status", ReserveStatus),
        ("StepLength", Step),
        ("Strength", Strength),
        ("Verdict", VerdictStatus),
    ],
)
def test_every_word_that_an_answer_may_have_is_described(schema: str, words: type[StrEnum]) -> None:
    assert set(description()["components"]["schemas"][schema]["enum"]) == set(words)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("world", WORLDS)
def test_every_answer_is_as_it_is_described(daemon: Daemon, url: str, world: str, label: str) -> None:
    daemon.world = WORLDS[world]()
    operation = OPERATIONS[label]
    wanted = {parameter.name: KNOWN[parameter.name][0] for parameter in operation.path_parameters}
    answer = operation.Case(path_parameters=wanted).call_and_validate(
        base_url=url, excluded_checks=[not_a_server_error]
    )
    assert answer.status_code in {200, 404, 503}


@pytest.mark.parametrize("label", OPERATIONS)
def test_odd_questions_are_answered_or_refused_as_described(daemon: Daemon, url: str, label: str) -> None:
    daemon.world = listing(judged(5))

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(GenerationMode))
        case = data.draw(OPERATIONS[label].as_strategy(generation_mode=mode))
        case.call_and_validate(base_url=url)

    ask()
