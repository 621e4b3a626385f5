"""`reserve-monitor ownership`: each row's verdict, with its reason, and the exit status that follows."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.devnet.keys import Key
from tests.cli.conftest import Command
from tests.support.daemons import MESSAGE, Row, Site, key, list_of, signed

LISTS = Path(__file__).parent.parent / "data" / "ownership"
OKX = LISTS / "wallets-11-columns.csv"
AUDIT = LISTS / "wallets-audit-layout.csv"
OKX_ROWS = [
    (16, "ETH", "ethereum", "verified"),
    (17, "ETH", "ethereum", "verified"),
    (18, "ETH", "ethereum", "unbound"),
    (19, "USDT-TON", "ton", "verified"),
    (20, "APTOS", "aptos", "unbound"),
]
EXAMPLES = {
    "wallets-11-columns.csv": OKX_ROWS,
    "wallets-12-columns-staking.csv": [
        (5, "ETH", "ethereum", "verified"),
        (6, "ETH", "ethereum-beacon", "unbound"),
        (7, "ETH", "ethereum-beacon", "unbound"),
    ],
    "wallets-audit-layout.csv": [
        (2, "USDT", "ethereum", "verified"),
        (3, "ETH", "starknet", "unbound"),
        (4, "BTC", "bitcoin", "verified"),
        (5, "DOT", "polkadot-asset-hub", "verified"),
        (6, "ADA", "cardano", "verified"),
        (7, "DOGE", "dogecoin", "verified"),
        (8, "ETC", "okc", "verified"),
        (9, "TRX", "tron", "verified"),
        (10, "EOS", "eos", "unbound"),
    ],
}
VERDICTS = ("verified", "unbound", "invalid", "unsigned", "unsupported")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_published_examples_are_judged_row_by_row(command: Command, name: str) -> None:
    finished = command("ownership", LISTS / name, "--json")
    rows = [(row["line"], row["coin"], row["network"], row["verdict"]) for row in finished.lines[:-1]]
    assert rows == EXAMPLES[name]
    assert finished.status == 0


def test_each_line_and_the_summary_have_the_shape_that_programs_rely_on(command: Command) -> None:
    *rows, last = command("ownership", OKX, "--json").lines
    assert all(list(row) == ["file", "line", "coin", "network", "address", "verdict", "code", "reason"] for row in rows)
    assert rows[0] | {"reason": ""} == {
        "file": "wallets-11-columns.csv",
        "line": 16,
        "coin": "ETH",
        "network": "ethereum",
        "address": "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e",
        "verdict": "verified",
        "code": "own_key",
        "reason": "",
    }
    assert all(row["reason"] for row in rows)
    assert list(last) == ["summary"]
    assert list(last["summary"]) == [*VERDICTS, "rows", "messages", "unread"]
    assert sum(last["summary"][verdict] for verdict in VERDICTS) == last["summary"]["rows"] == len(rows)


def test_a_large_list_is_judged_like_a_small_one(command: Command, tmp_path: Path) -> None:
    rows = [signed(1), *(Row("ethereum", "ETH", f"0x{n:040x}") for n in range(1, 3_000))]
    path = tmp_path / "large.csv"
    path.write_text(list_of(rows))
    finished = command("ownership", path, "--json")
    assert [row["verdict"] for row in finished.lines[:3]] == ["verified", "unsigned", "unsigned"]
    summary = finished.lines[-1]["summary"]
    assert (summary["rows"], summary["verified"], summary["unsigned"]) == (3_000, 1, 2_999)
    assert summary["messages"] == {MESSAGE: 1}
    path.write_text(list_of(rows) + 'ethereum,"')
    refused = command("ownership", path)
    assert refused.status == 3
    assert "large.csv:3002" in refused.err


def test_without_a_message_any_is_accepted_and_those_seen_are_told(command: Command) -> None:
    summary = command("ownership", OKX, "--json").lines[-1]["summary"]
    assert summary["messages"] == {"I am an OKX address": 5}
    shown = command("ownership", AUDIT)
    assert "message 'OKC_DTT_AUP2025': 9 row(s)" in shown.err


def test_with_messages_every_other_one_is_invalid(command: Command) -> None:
    accepted = command("ownership", OKX, "--message", "I am a bank", "--message", "I am an OKX address", "--json")
    assert (accepted.status, accepted.lines[-1]["summary"]["invalid"]) == (0, 0)
    refused = command("ownership", OKX, "--message", "I am a bank", "--json")
    assert (refused.status, refused.lines[-1]["summary"]["invalid"]) == (1, 5)
    assert refused.lines[0]["code"] == "message_not_accepted"


def test_people_get_a_table_with_the_worst_first(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(list_of([signed(1), Row("ethereum", "ETH", signed(2).address[:-1] + "!")]))
    shown = command("ownership", path)
    assert shown.status == 1
    assert shown.out.index("invalid") < shown.out.index("verified")
    assert signed(1).address in shown.out


def tampered(kind: str) -> str:
    """A list in the layout of OKX's audit, with one row that somebody has tampered with."""
    header, *rows = AUDIT.read_text().splitlines()
    cells = next(row for row in rows if row.startswith("BTC,")).split(",")
    other = Key("somebody else")
    if kind == "checksum":
        cells[2] = cells[2][:-1] + ("q" if cells[2][-1] != "q" else "p")
    elif kind == "same key twice":
        cells[4] = cells[3]
    elif kind == "another address":
        cells[2], cells[4], cells[6] = other.bitcoin_address, "null", ""
    elif kind == "another message":
        cells[5] = "I am somebody else"
    return "\n".join([header, ",".join(cells), ""])


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("checksum", "checksum"),
        ("same key twice", "2"),
        ("another address", "address"),
        ("another message", "key"),
    ],
)
def test_a_row_that_somebody_tampered_with_is_invalid_with_its_reason(
    command: Command, tmp_path: Path, kind: str, reason: str
) -> None:
    path = tmp_path / "tampered.csv"
    path.write_text(tampered(kind))
    finished = command("ownership", path, "--json")
    row, last = finished.lines
    assert (finished.status, row["verdict"], last["summary"]["invalid"]) == (1, "invalid", 1)
    assert reason in row["reason"]


def test_the_untampered_row_is_verified(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_text(tampered("in no way"))
    assert command("ownership", path, "--json").lines[0]["verdict"] == "verified"


@pytest.mark.parametrize(
    "content", [None, "", "<html><body>Not found</body></html>", "a,b\n1,2\n", "network,address,sig"]
)
def test_a_list_that_cannot_be_read_ends_with_3_and_says_why(
    command: Command, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_text(content)
    finished = command("ownership", path, "--json")
    assert (finished.status, finished.out) == (3, "")
    assert finished.err.startswith("error: ")
    assert "list.csv" in finished.err


def test_a_layout_can_be_demanded(command: Command) -> None:
    assert command("ownership", OKX, "--format", "okx").status == 0
    assert command("ownership", OKX, "--format", "accounts").status == 3
    assert command("ownership", OKX, "--format", "papyrus").status == 2


def test_a_configuration_whose_network_does_not_answer_confirms_nobody_and_says_so(
    command: Command, site: Site
) -> None:
    owners = [key(number) for number in (1, 2)]
    signatures = [owner.sign_evm(MESSAGE) for owner in owners]
    row = Row(
        "ethereum", "ETH", "0x" + "5a" * 20, "", "", MESSAGE, *signatures, *[owner.evm_address for owner in owners]
    )
    site.exchange("okx", [row])
    site.network("ethereum", "http://127.0.0.1:1")
    finished = command("ownership", site.list("okx"), "--config", site.write(), "--json")
    assert finished.status == 0
    assert finished.lines[0]["verdict"] == "unbound"
    assert "not confirmed on chain: refused: " in finished.lines[0]["reason"]


EVIL = "\x1b[31m\u202e[red]\u2028\x9b\u200b"


def test_what_a_list_says_acts_on_no_terminal(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [Row("ethereum", f"ETH{EVIL}", f"0x12{EVIL}"), replace(signed(1), message=f"[bold]{EVIL}")]
    path.write_text(list_of(rows))
    shown, told = command("ownership", path), command("ownership", path, "--json")
    assert r"0x12\x1b[31m\u202e[red]\u2028\x9b\u200b" in shown.out, "seen in whole, no markup is interpreted"
    assert r"message '[bold]\x1b[31m\u202e[red]" in shown.err
    for text in (shown.out, shown.err, told.out):
        assert text.replace("\n", "").isprintable()


def test_the_exact_message_is_judged_whatever_is_shown_of_it(command: Command, tmp_path: Path) -> None:
    owner, message = key(1), f"I am OKX{EVIL}\u00a0."
    path = tmp_path / "list.csv"
    path.write_text(
        list_of([Row("ethereum", "ETH", owner.evm_address, message=message, signature1=owner.sign_evm(message))])
    )
    assert command("ownership", path, "--message", message, "--json").lines[0]["verdict"] == "verified"


def test_what_the_source_keeps_secret_is_not_told(command: Command) -> None:
    finished = command("ownership", "http://alice:hunter22@127.0.0.1:1/d/k3y9f/list.csv?token=swordfish")
    assert finished.status == 3
    assert "127.0.0.1" in finished.err
    for secret in ("alice", "hunter22", "k3y9f", "swordfish"):
        assert secret not in finished.out + finished.err


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        (["nowhere"], 3),
        (["nowhere", "nowhere"], 3),
        (["ethereum"], 0),
        (["ethereum", "nowhere"], 0),
    ],
)
def test_a_list_in_which_nothing_could_be_judged_ends_with_3(
    command: Command, tmp_path: Path, rows: list[str], status: int
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(list_of([Row(network, "ETH", signed(n + 1).address) for n, network in enumerate(rows)]))
    assert command("ownership", path).status == status


def test_unsigned_rows_do_not_hide_that_no_signature_could_be_judged(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    unsigned, odd = Row("ethereum", "ETH", signed(2).address), replace(signed(1), signature1="0x" + "ab" * 97)
    path.write_text(list_of([unsigned, replace(odd, network="nowhere")]))
    assert command("ownership", path).status == 3
    path.write_text(list_of([unsigned, signed(1), replace(odd, network="nowhere")]))
    assert command("ownership", path).status == 0
