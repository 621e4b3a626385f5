"""What is told of a configuration that cannot be meant: in words for people, with what was probably meant."""

from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import Field, ValidationError, create_model

from monitor.settings import ConfigurationError, parse
from monitor.settings.complaints import complaints as explained
from monitor.settings.complaints import did_you_mean
from monitor.settings.values import Duration

OKX = "exchanges: {okx: {wallets: {source: list.csv}}}\n"
NODE = "endpoints: [{url: 'http://127.0.0.1:8545'}]"


def complaints(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        parse(text, "por.yaml", {})
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"exchanges:\n  okx:\n  wallets: {{source: list.csv}}\nnetworks:\n  ethereum:\n  {NODE}\n",
            [
                (
                    "por.yaml:3: exchanges.wallets: `wallets` belongs under a name of `exchanges`: "
                    "indent it, and what is under it, further"
                ),
                (
                    "por.yaml:6: networks.endpoints: `endpoints` belongs under a name of `networks`: "
                    "indent it, and what is under it, further"
                ),
            ],
        ),
        (
            "exchanges:\n  okx:\n",
            ["por.yaml:2: exchanges.okx: nothing stands under it: indent the lines that belong to it further than it"],
        ),
        (
            "exchanges:\n  okx:\n    wallets: https://www.example.com/list.csv\n",
            [
                (
                    "por.yaml:3: exchanges.okx.wallets: must be a section: lines such as `source: …` under it, "
                    "each a key, a colon and a value"
                )
            ],
        ),
        (
            f"{OKX}networks:\n  ethereum:\n    endpoints: http://127.0.0.1:8545\n",
            [
                (
                    "por.yaml:4: networks.ethereum.endpoints: must be a list: each on a line of its own after a dash, "
                    "or [a, b]"
                )
            ],
        ),
        (f"{OKX}network: {{}}\n", ["por.yaml:2: network: unknown key; did you mean networks?"]),
        (
            f"{OKX}networks: {{ethereum: {{quorum: two, {NODE}}}}}\n",
            ["por.yaml:2: networks.ethereum.quorum: must be a whole number"],
        ),
        (
            f"{OKX}networks: {{ethereum: {{look_back: maybe, {NODE}}}}}\n",
            ["por.yaml:2: networks.ethereum.look_back: must be true or false"],
        ),
        (
            f"{OKX}networks: {{ethereum: {{quorum: 0, {NODE}}}}}\n",
            ["por.yaml:2: networks.ethereum.quorum: must be greater than 0"],
        ),
        (
            f"{OKX}networks: {{ethereum: {{interval: 0s, {NODE}}}}}\n",
            ["por.yaml:2: networks.ethereum.interval: must be greater than 0s"],
        ),
    ],
    ids=["indent", "nothing", "text", "one endpoint", "key", "number", "switch", "zero", "duration"],
)
def test_what_was_meant_is_told_once_and_where_it_stands(text: str, told: list[str]) -> None:
    assert complaints(text) == told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ws://127.0.0.1:8545", "ws:// is not spoken here"),
        ("wss://node.example.com", "did you mean https://?"),
        ("127.0.0.1:8545", "no URL with a host: write it like http://127.0.0.1:8545"),
        ("http:///path", "no URL with a host"),
        ("htp://node.example.com", "htp:// is not spoken here"),
    ],
)
def test_a_wrong_scheme_is_told_alone_with_one_that_can_be_used(url: str, told: str) -> None:
    (only,) = complaints(f"{OKX}networks: {{ethereum: {{endpoints: [{{url: '{url}'}}]}}}}\n")
    assert only.startswith("por.yaml:2: networks.ethereum.endpoints[0].url: ")
    assert told in only


@pytest.mark.parametrize(
    "url", ["https://joe:s3/cret@h/", "https://h:99999/s3/cret", "http://[::1/s3/cret", "http://@/"]
)
def test_a_url_that_cannot_be_asked_is_told_wherever_it_stands_and_without_its_secrets(url: str) -> None:
    told = complaints(
        f"exchanges: {{okx: {{wallets: {{source: '{url}'}}}}}}\n"
        f"networks: {{ethereum: {{endpoints: [{{url: '{url}'}}]}}}}\n"
        f"evidence: {{timestamp: {{url: '{url}', roots_file: roots.pem}},\n  calendars: ['{url}']}}\n"
    )
    places = ["exchanges.okx.wallets.source", "networks.ethereum.endpoints[0].url", "evidence.timestamp.url"]
    places.append("evidence.calendars[0]")
    for line, (place, each) in enumerate(zip(places, told, strict=True), 1):
        assert each.startswith(f"por.yaml:{line}: {place}: its host and port cannot be told")
        assert "cret" not in each


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exchanges:\n\tokx: {}\n", "por.yaml:2: not YAML: it is indented by a tab"),
        ("exchanges:\n  okx:\n    title: OKX: all\n", "por.yaml:3: not YAML: a colon where none can be"),
        ("exchanges:\n    okx: {}\n  kraken: {}\n", "por.yaml:3: not YAML: its indent fits no line before it"),
    ],
    ids=["tab", "colon", "column"],
)
def test_what_is_no_yaml_says_what_to_look_at(text: str, told: str) -> None:
    (only,) = complaints(text)
    assert only.startswith(told)


@pytest.mark.parametrize(
    ("limits", "given", "told"),
    [
        ({"ge": timedelta(seconds=1)}, "0s", "must be greater than or equal to 1s"),
        ({"le": timedelta(days=1, minutes=30)}, "2d", "must be less than or equal to 1d30m"),
        ({"lt": timedelta(milliseconds=2500)}, "3s", "must be less than 2s500ms"),
    ],
)
def test_limits_of_durations_are_told_as_files_have_them(limits: dict[str, timedelta], given: str, told: str) -> None:
    schema = create_model("Limited", every=(Annotated[Duration, Field(**limits)], ...))  # type: ignore[call-overload]
    with pytest.raises(ValidationError) as refused:
        schema(every=given)
    assert list(explained(schema, refused.value)) == [(("every",), told)]


def test_a_missing_key_says_what_it_is_for() -> None:
    assert complaints("exchanges: {okx: {wallets: {}}}\n") == [
        "por.yaml:1: exchanges.okx.wallets.source: is required: A path or an http(s) URL"
    ]


def test_no_answer_is_a_list_of_a_hundred_names() -> None:
    many = [f"network-{number}" for number in range(100)]
    assert did_you_mean("bitcoin", many, "docs/nodes.md") == "see docs/nodes.md for those that there are"
    assert did_you_mean("network-7", many, "docs/nodes.md") == "did you mean network-7, network-97 or network-87?"
    assert did_you_mean("x", ["one", "two"]) == "there are one, two"
    assert did_you_mean("BTCC", ["BTC", "ETH"]) == "did you mean BTC?"
