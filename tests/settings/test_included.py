"""`include:` joins files as if they were one: each fault in its own file, and no contradiction goes unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.settings import ConfigurationError, Settings, load

Write = Callable[..., Path]

OKX = "exchanges: {okx: {wallets: {source: okx.csv}}}\n"
STORE = "store: {url: 'sqlite+aiosqlite:///x.db'}\n"
NODE = "networks: {ethereum: {endpoints: [{url: 'http://one.example'}]}}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        return tmp_path / "main.yaml"

    return written


def read(path: Path, **environment: str) -> Settings:
    return load(path, environment)


def faults(path: Path, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(path, **environment)
    return [str(fault).replace(f"{path.parent}/", "") for fault in caught.value.faults]


def test_exchanges_and_networks_count_as_if_they_stood_here(write: Write, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "gate.yaml").write_text(
        "include: [../nodes.yaml]\nexchanges: {gate: {wallets: {source: '${GATE:-gate.csv}'}}}\n", "utf-8"
    )
    path = write(
        main="include: [okx.yaml, lists/gate.yaml]\nlog: {level: debug}\nregistry: [a.yaml]\n",
        okx=OKX
        + "include: [nodes.yaml]\nlog: {level: error}\nstore: {url: 'sqlite+aiosqlite:///x.db'}\nregistry: [b.yaml]\n",
        nodes=NODE + "registry: [a.yaml, c.yaml]\n",
    )
    settings = read(path, GATE="other.csv")
    assert settings.exchanges.keys() == {"okx", "gate"}
    assert settings.exchanges["gate"].wallets.source == "other.csv"
    assert settings.networks["ethereum"].endpoints[0].url == "http://one.example"
    assert settings.registry == (Path("a.yaml"), Path("b.yaml"), Path("c.yaml"))
    assert settings.log.level == "debug", "what the including file says of another section holds"
    assert settings.store.url == "sqlite+aiosqlite:///x.db", "and what it leaves out comes with the file"


def test_what_is_defined_twice_alike_is_one_and_otherwise_a_fault_in_both_places(write: Write) -> None:
    other = NODE.replace("one", "two")
    assert read(write(main="include: [okx.yaml]\n" + OKX + NODE, okx="\n" + OKX + NODE)).networks.keys() == {"ethereum"}
    assert faults(write(main="include: [okx.yaml, b.yaml]\n" + NODE, okx=OKX, b="\n\n" + other)) == [
        "b.yaml:3: networks.ethereum: says something else than main.yaml:2; keep one of the two"
    ]
    assert faults(
        write(main="include: [okx.yaml, b.yaml]\n", okx=OKX + NODE, b=OKX.replace("okx.csv", "x") + other)
    ) == [
        "b.yaml:1: exchanges.okx: says something else than okx.yaml:1; keep one of the two",
        "b.yaml:2: networks.ethereum: says something else than okx.yaml:2; keep one of the two",
    ]
    assert faults(write(main="include: [okx.yaml, b.yaml]\n", okx=OKX + "web: {rate: 1}\n", b="web: {rate: 2}\n")) == [
        "b.yaml:1: web: says something else than okx.yaml:2; keep one of the two"
    ]


def test_every_fault_of_every_file_is_told_at_once_in_its_own_file(write: Write) -> None:
    path = write(
        main="include: [okx.yaml, nowhere.yaml, damaged.yaml, empty.yaml]\nlog: {levle: info}\n",
        okx="exchanges:\n  okx:\n    wallets: {source: '${LIST}'}\n    basis: all\n  gate: {title: G}\n\nnetworsk: 1\n",
        damaged="exchanges: [\n",
        empty="# nothing\n",
    )
    found = faults(path)
    assert [fault.partition(": ")[0] for fault in found] == [
        *("main.yaml:1", "main.yaml:2", "damaged.yaml:2", "empty.yaml:1"),
        *("okx.yaml:3", "okx.yaml:4", "okx.yaml:5", "okx.yaml:7"),
    ]
    assert "include[1]: cannot be read: " in found[0]
    assert "log.levle: unknown key" in found[1]
    assert "not YAML" in found[2]
    assert "empty: it needs sections" in found[3]
    assert "exchanges.okx.wallets.source: ${LIST} is not set" in found[4]
    assert "exchanges.okx.basis" in found[5]
    assert "exchanges.gate.wallets: is required" in found[6]
    assert "networsk: unknown key" in found[7]


def test_a_file_that_leads_back_to_itself_is_refused_and_one_that_two_name_is_read_once(write: Write) -> None:
    assert faults(write(main=OKX + "include: [b.yaml]\n", b="include: [main.yaml]\n")) == [
        "b.yaml:1: include[0]: includes the file that leads here: leave one of the two out"
    ]
    assert faults(write(main=OKX + "include: [main.yaml]\n"))[0].startswith(
        "main.yaml:2: include[0]: includes the file"
    )
    assert read(write(main="include: [b.yaml, ./b.yaml, b.yaml]\n", b=OKX)).exchanges.keys() == {"okx"}


@pytest.mark.parametrize("named", ["okx.yaml", "{a: b}", "[[b.yaml]]", "[{a: b}]", '["\\0"]', "[.]", "3"])
def test_what_names_no_file_is_told(write: Write, named: str) -> None:
    (fault,) = faults(write(main=f"{OKX}include: {named}\n", okx=OKX))
    assert fault.startswith("main.yaml:2: include")
