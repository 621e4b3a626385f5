"""`reserve-monitor evidence`: a bundle of one answer, and how it is found out when it is not as it was made."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from monitor.evidence.contents import read
from tests.cli.conftest import Command, Finished
from tests.support.authorities import Stamper, authority, issue, pem
from tests.support.daemons import Site, publish, signed, unsigned
from tests.support.standins import EvmStandIn

SECRET = "0123456789abcdef-secret"
BESIDE = {"statement.json", "statement.dsse.json", "log.tlog-proof", "SHA256SUMS"}


@pytest.fixture
async def node(site: Site, tmp_path: Path) -> AsyncIterator[EvmStandIn]:
    """Holds what an exchange owes; what it also claims elsewhere nobody reads. Bundles are signed and logged."""
    node = EvmStandIn()
    node.coins |= {signed(1).address: 100 * 10**18, unsigned(2).address: 5 * 10**18}
    async with node.serving() as url:
        site.exchange("okx", [signed(1), unsigned(2), signed(3, "BTC", "bitcoin", amount="2")])
        site.owes("okx", ETH="100", BTC="1")
        site.network("ethereum", f"{url}{SECRET}")
        key = Ed25519PrivateKey.generate()
        (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / "public.pem").write_bytes(public)
        site.write(evidence={"key_file": str(tmp_path / "key.pem"), "log": str(tmp_path / "log")})
        yield node


async def make(command: Command, site: Site, place: Path) -> Path:
    finished = await asyncio.to_thread(command, "evidence", "make", "okx", "--config", site.path, "--output", place)
    assert finished.status == 0, finished
    return place


async def verify(command: Command, *arguments: str | Path) -> Finished:
    return await asyncio.to_thread(command, "evidence", "verify", *arguments)


@pytest.mark.usefixtures("node")
async def test_a_bundle_is_verified_elsewhere_with_nothing_but_itself(
    command: Command, site: Site, tmp_path: Path
) -> None:
    bundle = await make(command, site, tmp_path / "elsewhere" / "bundle")
    for name in ("okx-wallets.csv", "okx-liabilities.csv", "key.pem"):
        (tmp_path / name).unlink()
    told = await verify(command, bundle, "--json", "--key", tmp_path / "public.pem", "--log", tmp_path / "log")
    (found,) = told.lines
    assert (told.status, found["findings"], found["not_judged"], found["notes"]) == (0, [], [], [])
    assert (found["rows"], found["log"]) == (3, {"origin": "reserve-monitor", "size": 1})
    assert found["assets"] == {"BTC": "unknown", "ETH": "covered"}
    shown = await verify(command, bundle)
    assert (shown.status, "100.00 %" in shown.out, "give it as --key" in shown.err) == (0, True, True)
    assert "3 rows judged again" in shown.out
    assert "which had 1 entry then" in shown.out
    elsewhere = await verify(command, bundle, "--json", "--log", tmp_path / "nowhere")
    (unread,) = elsewhere.lines
    assert (elsewhere.status, unread["findings"], unread["rows"]) == (3, [], 3), "nothing was altered"
    assert unread["not_judged"] == [f"whether the log still has it: there is no checkpoint in {tmp_path}/nowhere"]
    for line in (bundle / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert sha256((bundle / name).read_bytes()).hexdigest() == digest
    gaps = (bundle / "gaps.csv").read_text().splitlines()
    assert gaps[1].startswith("BTC,bitcoin,not_configured,2,not configured")
    assert "ETH,verified,true,100,0,0,100,1,1,1,covered" in (bundle / "arithmetic.csv").read_text().splitlines()
    assert "BTC,verified,true,,0,2,1,0,4,1,unknown" in (bundle / "arithmetic.csv").read_text().splitlines()


@pytest.mark.usefixtures("node")
async def test_tables_are_described_as_a_data_package_and_nothing_of_the_server_is_in_it(
    command: Command, site: Site, tmp_path: Path
) -> None:
    bundle = await make(command, site, tmp_path / "bundle")
    contents, _ = read(bundle)
    for word in (SECRET, str(tmp_path), tmp_path.name, "http://", "127.0.0.1", "key.pem"):
        assert not [name for name, content in contents.items() if word.encode() in content], word
    package = json.loads((bundle / "datapackage.json").read_text())
    assert package["profile"] == "tabular-data-package"
    for resource in package["resources"]:
        content = (bundle / resource["path"]).read_bytes()
        columns = [field["name"] for field in resource["schema"]["fields"]]
        assert (len(content), content.split(b"\n")[0].decode().split(",")) == (resource["bytes"], columns)
    statement = json.loads((bundle / "statement.json").read_bytes())
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {each["name"] for each in statement["subject"]} == set(contents) - BESIDE


async def test_what_is_unsigned_says_so_and_is_not_taken_for_signed(
    command: Command, site: Site, node: EvmStandIn, tmp_path: Path
) -> None:
    site.write(evidence={})
    bundle = await make(command, site, tmp_path / "bundle.zip")
    plain = await verify(command, bundle, "--json")
    assert (plain.status, plain.lines[0]["signer"], "nobody has signed" in plain.lines[0]["notes"][0]) == (
        0,
        None,
        True,
    )
    held = await verify(command, bundle, "--json", "--key", tmp_path / "public.pem")
    assert (held.status, held.lines[0]["findings"][0]["file"]) == (1, "statement.json")
    mistaken = await verify(command, bundle, "--key", tmp_path / "key.pem")
    assert (mistaken.status, "is no PEM file of a public key" in mistaken.err) == (3, True)
    node.coins.clear()
    root = authority()
    publish(tmp_path / "roots.pem", pem(root))
    stamper = Stamper(tmp_path / "authority", issue("Stamps", root))
    async with stamper.serving() as url:
        stamps = {"url": url, "roots_file": str(tmp_path / "roots.pem")}
        site.write(evidence={"key_file": str(tmp_path / "key.pem"), "timestamp": stamps})
        other = await make(command, site, tmp_path / "other")
    stranger = Ed25519PrivateKey.generate().public_key()
    (tmp_path / "stranger.pem").write_bytes(stranger.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    foreign = await verify(command, other, "--json", "--key", tmp_path / "stranger.pem")
    assert (foreign.status, "by another key" in foreign.lines[0]["findings"][0]["problem"]) == (1, True)
    yours = ("--key", tmp_path / "public.pem", "--timestamp-roots", tmp_path / "roots.pem")
    told = await verify(command, other, *yours)
    assert (told.status, "after that moment, by CN=Stamps" in told.out) == (0, True), "a breach is told truly"
    files = ("-data", other / "statement.dsse.json", "-in", other / "statement.tsr", "-CAfile", tmp_path / "roots.pem")
    stamper.run("ts", "-verify", *map(str, files))  # as docs/evidence.md says
    assert (await verify(command, other, "--timestamp-roots", tmp_path / "stranger.pem")).status == 3
    late = ("evidence", "make", "okx", "-c", site.path, "-o", tmp_path / "unstamped")
    unstamped = await asyncio.to_thread(command, *late)
    assert (unstamped.status, "made without a time stamp" in unstamped.err) == (1, True)
    missing = await verify(command, tmp_path / "unstamped", *yours, "--json")
    assert (missing.status, missing.lines[0]["stamp"]) == (1, None)


async def test_nodes_tell_the_balances_of_the_blocks_again(
    command: Command, site: Site, node: EvmStandIn, tmp_path: Path
) -> None:
    bundle = await make(command, site, tmp_path / "bundle.zip")
    node.tip += 5
    told = await verify(command, bundle, "--json", "--config", site.path)
    assert (told.status, told.lines[0]["confirmed_on_chain"]) == (0, {"ethereum": 2})
    node.coins[signed(1).address] -= 1
    lied = await verify(command, bundle, "--json", "--config", site.path)
    (finding,) = lied.lines[0]["findings"]
    assert (lied.status, finding["file"]) == (1, "balances.csv")
    assert (
        f"{signed(1).address}: units {100 * 10**18}, but {100 * 10**18 - 1} at block 100 by node-1"
        in finding["problem"]
    )
    node.fork = "other"
    forked = await verify(command, bundle, "--json", "--config", site.path)
    assert (forked.status, "block_hash" in forked.lines[0]["findings"][0]["problem"]) == (1, True)
    node.chain_id = 5
    assert (await verify(command, bundle, "--config", site.path)).status == 3
    site.sections["networks"] = {}
    site.write()
    silent = await verify(command, bundle, "--json", "--config", site.path)
    assert (silent.status, "no endpoint is configured" in silent.lines[0]["not_judged"][0]) == (3, True)


async def test_usage(command: Command, site: Site, node: EvmStandIn, tmp_path: Path) -> None:
    assert (await verify(command, tmp_path / "nowhere")).status == 3
    unknown = await asyncio.to_thread(command, "evidence", "make", "kraken", "--config", site.path)
    assert (unknown.status, "no exchange is called kraken" in unknown.err) == (2, True)
    there = await asyncio.to_thread(command, "evidence", "make", "okx", "-c", site.path, "-o", tmp_path)
    assert (there.status, "is there already" in there.err) == (2, True)
    publish(site.list("okx"), "<html></html>")
    nothing = await asyncio.to_thread(command, "evidence", "make", "okx", "-c", site.path, "-o", tmp_path / "none")
    assert (nothing.status, "no wallet list was accepted yet" in nothing.err) == (3, True)
    site.write(evidence={"key_file": str(tmp_path / "public.pem")})
    no_key = await asyncio.to_thread(command, "evidence", "make", "okx", "-c", site.path)
    assert (no_key.status, "no unencrypted PEM file of a private key" in no_key.err) == (2, True)
    site.write(evidence={"log": str(tmp_path / "log")})
    unsigned_log = await asyncio.to_thread(command, "evidence", "make", "okx", "-c", site.path)
    assert (unsigned_log.status, "set key_file too" in unsigned_log.err) == (2, True)


@pytest.mark.usefixtures("node")
async def test_what_the_daemon_has_made_can_be_taken_by_its_moment(
    command: Command, site: Site, tmp_path: Path
) -> None:
    bundle = await make(command, site, tmp_path / "kept" / "okx" / "20260101T000000Z.zip")
    site.write(evidence={"folder": str(tmp_path / "kept")})
    take = ("evidence", "make", "okx", "-c", site.path, "-o", tmp_path / "taken", "--at")
    assert (await asyncio.to_thread(command, *take, "2025-12-31")).status == 3
    assert (await asyncio.to_thread(command, *take, "2026-01-01")).status == 0
    assert read(tmp_path / "taken") == read(bundle)
    assert (await verify(command, tmp_path / "taken", "--key", tmp_path / "public.pem")).status == 0
    bundle.write_bytes(bundle.read_bytes()[:-1])
    (tmp_path / "taken").rename(tmp_path / "before")
    cut = await asyncio.to_thread(command, *take, "2026-01-01")
    assert (cut.status, "not whole any more" in cut.err) == (3, True)
    site.write(evidence={})
    assert (await asyncio.to_thread(command, *take, "2026-01-01")).status == 2
