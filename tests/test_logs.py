"""Logs: one JSON object a line, from whatever logger, and never a secret in it."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import structlog

from monitor import logs
from monitor.formats import SECRETS
from tests.support.daemons import logging_restored

SECRET = "s3cr3t-k3y-0123456789"


@dataclass(frozen=True)
class Endpoint:
    """Something whose text holds a secret."""

    url: str


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with logging_restored():
        yield


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """What was logged since: JSON objects, from stderr, and nothing on stdout."""

    def read() -> list[dict[str, Any]]:
        captured = capsys.readouterr()
        assert captured.out == ""
        return [json.loads(line) for line in captured.err.splitlines()]

    return read


Lines = Callable[[], list[dict[str, Any]]]


def test_an_event_is_one_line_of_json_with_time_level_logger_and_its_fields(lines: Lines) -> None:
    logs.configure()
    structlog.get_logger("monitor.daemon").warning("snapshot\nfailed", network="bitcoin", accounts=3)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": r"snapshot\nfailed",
        "level": "warning",
        "logger": "monitor.daemon",
        "network": "bitcoin",
        "accounts": 3,
    }


def test_other_libraries_log_in_the_same_form(lines: Lines) -> None:
    logs.configure()
    logging.getLogger("somebody.elses").warning("%s of %d", "first", 2)
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("first of 2", "warning", "somebody.elses")


@pytest.mark.parametrize(
    "value",
    [
        f"https://node/v3/{SECRET}",
        {"headers": {"X-Api-Key": SECRET}},
        {SECRET: "as a key"},
        [("nested", [f"Bearer {SECRET}"])],
        {SECRET},
        Endpoint(f"https://node/{SECRET}"),
        ValueError(f"cannot connect to {SECRET}@node"),
        SECRET.encode(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_secret_is_masked_wherever_it_sits(lines: Lines, value: object) -> None:
    SECRETS.add([SECRET])
    logs.configure()
    structlog.get_logger().info("asked", value=value)
    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert "***" in json.dumps(line)


def test_a_secret_in_the_event_itself_is_masked(lines: Lines) -> None:
    SECRETS.add([SECRET])
    logs.configure()
    structlog.get_logger().info(f"asked {SECRET}")
    logging.getLogger("aiohttp.client").warning("asked %s", f"https://node/{SECRET}")
    assert [line["event"] for line in lines()] == ["asked ***", "asked https://node/***"]


@pytest.mark.parametrize("logger", ["ours", "the standard library's"])
def test_a_secret_in_a_traceback_is_masked(lines: Lines, logger: str) -> None:
    SECRETS.add([SECRET])
    logs.configure()
    try:
        raise ConnectionError(f"cannot reach https://node/{SECRET}")  # noqa: TRY301 - it is what is logged
    except ConnectionError:
        if logger == "ours":
            structlog.get_logger().exception("job failed")
        else:
            logging.getLogger("aiohttp.server").exception("job failed")
    (line,) = lines()
    assert "ConnectionError: cannot reach https://node/***" in line["exception"]
    assert SECRET not in json.dumps(line)


def test_the_longer_of_two_secrets_is_masked_whole(lines: Lines) -> None:
    SECRETS.add(["token", "token-and-more"])
    logs.configure()
    structlog.get_logger().info("asked", url="https://node/token-and-more")
    assert lines()[0]["url"] == "https://node/***"


def test_values_without_a_secret_keep_their_types(lines: Lines) -> None:
    SECRETS.add([SECRET])
    logs.configure()
    structlog.get_logger().info("asked", count=3, ratio=0.5, nothing=None, well=True, names=["a", "b"])
    (line,) = lines()
    assert (line["count"], line["ratio"], line["nothing"], line["well"]) == (3, 0.5, None, True)
    assert line["names"] == ["a", "b"]


def test_what_is_under_the_level_is_not_logged(lines: Lines) -> None:
    logs.configure("warning")
    structlog.get_logger("monitor").info("not this")
    logging.getLogger("monitor").info("nor this")
    structlog.get_logger("monitor").warning("but this")
    assert [line["event"] for line in lines()] == ["but this"]


def test_a_new_configuration_takes_the_place_of_the_old_one(lines: Lines) -> None:
    log = structlog.get_logger("monitor")
    logs.configure("error")
    logs.configure("info")
    log.info("asked", url="https://node")
    assert [line["url"] for line in lines()] == ["https://node"]


def test_people_get_lines_that_they_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    SECRETS.add([SECRET])
    logs.configure(style="console")
    structlog.get_logger("monitor").warning("snapshot failed", network="bitcoin", url=SECRET)
    shown = capsys.readouterr().err
    assert "snapshot failed" in shown
    assert "network=bitcoin" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("style", ["json", "console"])
def test_what_others_write_acts_on_no_terminal(
    capsys: pytest.CaptureFixture[str], style: Literal["json", "console"]
) -> None:
    logs.configure(style=style)
    try:
        raise ValueError("\x1b[2Jgone\u202e")  # noqa: TRY301 - it is what is logged
    except ValueError:
        structlog.get_logger("monitor").exception(
            "refused \x1b[31m", source="a\x9b\u2028b", nested=[{"\ud800": "\u200b"}]
        )
    shown = capsys.readouterr().err
    assert shown.replace("\n", "").isprintable()
    assert r"\u202e" in shown


@pytest.mark.parametrize(("terminal", "style"), [(True, "console"), (False, "json")])
def test_unless_told_otherwise_logs_are_for_people_at_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, style: str
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    logs.configure(style="auto")
    assert logs.configured() == ("info", style)
