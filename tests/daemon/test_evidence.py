"""Evidence against an adversary: whatever is altered in a bundle is found and named, and so is what does not follow."""

import asyncio
import io
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
from opentimestamps.core.timestamp import Timestamp

from monitor.chains import ChainReader
from monitor.daemon import evidence_blocks
from monitor.daemon.check import one_pass
from monitor.daemon.configuration import load_configuration
from monitor.daemon.evidence import keep, make
from monitor.daemon.evidence_blocks import verify_blocks
from monitor.daemon.evidence_check import Verified, verify
from monitor.daemon.evidence_nodes import read_again, verify_on_chain
from monitor.evidence.calendars import Proof
from monitor.evidence.contents import Contents, packed, read, unpacked, write
from monitor.evidence.errors import EvidenceError
from monitor.evidence.kept import place
from monitor.evidence.keys import SigningKey
from monitor.evidence.log import Log
from monitor.evidence.stamp import request
from monitor.evidence.statement import Predicate, seal, stampable, with_stamp
from monitor.model import BaseUnits, Positions, Rate, Reading, Snapshot, SnapshotState
from monitor.registry import load as load_registry
from monitor.settings import NetworkSettings
from tests.support.authorities import Calendar, Stamper, authority, issue, pem, serialized
from tests.support.beacon import GWEI, BeaconStandIn, Staked, credentials
from tests.support.beacon import key as validator
from tests.support.chains import REGTEST
from tests.support.daemons import MESSAGE, Site, key, publish, signed, unsigned, until, watching
from tests.support.judgement import NOW, USDT, block
from tests.support.positions import CUSDT, selector, word
from tests.support.standins import EvmStandIn

BESIDE = {"statement.json", "statement.dsse.json", "log.tlog-proof", "statement.tsr", "statement.ots", "SHA256SUMS"}
ETH = 10**18
TREE = Path(__file__).parents[1] / "data" / "proofs" / "trees" / "merkle-v2-tree.txt"


@asynccontextmanager
async def watched_by(site: Site) -> AsyncIterator[EvmStandIn]:
    """100 ETH verified, 5 without a signature; what is claimed of BTC nobody reads."""
    node = EvmStandIn()
    node.coins |= {signed(1).address: 100 * ETH, unsigned(2).address: 5 * ETH}
    async with node.serving() as url:
        site.exchange("okx", [signed(1), unsigned(2), signed(3, "BTC", "bitcoin", amount="2")])
        site.owes("okx", ETH="100", BTC="1")
        site.network("ethereum", url)
        yield node


@pytest.fixture
async def node(site: Site) -> AsyncIterator[EvmStandIn]:
    async with watched_by(site) as node:
        yield node


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Predicate, Contents]:
    """An unsigned bundle."""

    async def making() -> tuple[Predicate, Contents]:
        site = Site(tmp_path_factory.mktemp("site"))
        async with watched_by(site), one_pass(*load_configuration(site.write()), lambda *_: None) as hub:
            return (await make(hub, "okx"))[:2]

    return asyncio.run(making())


def files_of(contents: Contents) -> dict[str, bytes]:
    """Those that the statement is about."""
    return {name: content for name, content in contents.items() if name not in BESIDE}


def faults_of(contents: Contents) -> dict[str, str]:
    """What is wrong with each file."""
    found: dict[str, str] = {}
    for fault in asyncio.run(verify(contents)).faults:
        found[fault.file] = f"{found.get(fault.file, '')}{fault.problem}; "
    return found


@pytest.mark.parametrize("signs", [True, False], ids=["signed", "unsigned"])
async def test_every_byte_and_file_that_is_altered_is_named(
    made: tuple[Predicate, Contents], tmp_path: Path, *, signs: bool
) -> None:
    predicate, whole = made
    if signs:
        key = SigningKey(Ed25519PrivateKey.generate())
        said = msgspec.structs.replace(predicate, signer=key.public.raw.hex(), log="log.example")
        whole = seal(files_of(whole), said, key, Log(tmp_path / "log"))
        stamper = Stamper(tmp_path / "authority", issue("Stamps", authority()))
        whole = with_stamp(whole, stamper.answer(request(stampable(whole)).as_bytes()))
        proof, commitment = Proof.begin(stampable(whole))
        proof = proof.with_answer(commitment, serialized(Calendar().pending(commitment)))
        whole = with_stamp(whole, proof.to_bytes(), "statement.ots")
        assert whole.keys() >= BESIDE
    await asyncio.to_thread(_alter, whole)


def _alter(whole: Contents) -> None:
    assert not faults_of(whole)

    def refused(contents: Contents, name: str) -> None:
        assert name in faults_of(contents)

    others = {name: {each: whole[each] for each in whole if each != name} for name in whole}
    for name, content in whole.items():
        refused(others[name], name)
        refused({**others[name], f"{name}.csv": content}, f"{name}.csv")
        for other in (content + b"\n", content[:-1], content + content, b"", b"\xff", whole[min(others[name])]):
            refused({**whole, name: other}, name)
    for name in ("more.csv", "documents/more"):
        refused({**whole, name: b"a\n"}, name)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(whole)), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
    def flip(name: str, place: float, bits: int) -> None:
        content = bytearray(whole[name])
        content[int(place * len(content))] ^= bits
        refused({**whole, name: bytes(content)}, name)

    flip()


async def test_a_folder_has_files_and_nothing_else(made: tuple[Predicate, Contents], tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    write(made[1], folder)
    assert read(folder) == (made[1], [])
    with pytest.raises(EvidenceError, match="is there already"):
        write(made[1], folder)
    (folder / "claims.csv").rename(tmp_path / "claims.csv")
    (folder / "claims.csv").symlink_to(tmp_path / "claims.csv")
    (folder / "documents" / "link").symlink_to("/")
    (folder / "empty").mkdir()
    (folder / ".hidden").write_bytes(b"")
    (folder / "a b").write_bytes(b"")
    os.mkfifo(folder / "pipe")
    names = {fault.file for fault in read(folder)[1]}
    assert names == {"claims.csv", "documents/link", "empty", ".hidden", "a b", "pipe"}


def test_an_archive_is_that_of_its_files_and_nothing_else(tmp_path: Path) -> None:
    whole = {"SHA256SUMS": b"x", "claims.csv": b"a,b\n" * 9, "documents/5a": b"\0\1" * 9}
    archive = packed(whole)
    write(whole, tmp_path / "bundle.zip")
    assert (read(tmp_path / "bundle.zip"), archive) == ((whole, []), (tmp_path / "bundle.zip").read_bytes())
    with ZipFile(tmp_path / "bundle.zip") as file:
        assert {entry.filename: file.read(entry) for entry in file.infolist()} == whole

    def faults(other: bytes) -> list[str]:
        return [fault.file for fault in unpacked(other, "bundle.zip")[1]]

    for at, byte in enumerate(archive):
        for bits in (1, 4, 32, 255):
            assert faults(archive[:at] + bytes([byte ^ bits]) + archive[at + 1 :]), at
    assert faults(archive.replace(b"a,b", b"a,c")) == ["claims.csv"]
    for other in (
        archive + b"\0",
        b"\0" + archive,
        archive + archive,
        b"",
        b"PK\3\4",
        *(archive[:n] for n in (1, 40, -1)),
    ):
        assert faults(other) == ["bundle.zip"] or len(other) == 40, len(other)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "trick",
    [
        lambda file: file.writestr("claims.csv", "again"),
        lambda file: file.writestr("../claims.csv", "outside"),
        lambda file: file.writestr("/etc/passwd", "outside"),
        lambda file: file.writestr("documents/../claims.csv", "around"),
        lambda file: file.writestr("bomb.csv", bytes(10**6), ZIP_DEFLATED),
        lambda file: file.writestr("dated.csv", "today"),
        lambda file: setattr(file, "comment", b"hello"),
    ],
    ids=["twice", "above", "absolute", "around", "bomb", "dated", "comment"],
)
def test_tricks_with_archives_are_refused(tmp_path: Path, trick: Callable[[ZipFile], Any]) -> None:
    write({"claims.csv": b"a,b\n", "SHA256SUMS": b"x"}, tmp_path / "bundle.zip")
    with ZipFile(tmp_path / "bundle.zip", "a") as file:
        trick(file)
    assert read(tmp_path / "bundle.zip")[1]


async def test_what_does_not_follow_is_found_though_every_digest_is_right(made: tuple[Predicate, Contents]) -> None:
    await asyncio.to_thread(_forge, *made)


def _forge(predicate: Predicate, whole: Contents) -> None:
    files = files_of(whole)

    def forged(name: str, old: str, new: str) -> dict[str, str]:
        content = files[name].decode()
        assert old in content, content
        return faults_of(seal({**files, name: content.replace(old, new, 1).encode()}, predicate))

    def stated(**changes: Any) -> dict[str, str]:
        return faults_of(seal(files, msgspec.structs.replace(predicate, **changes)))

    assert not stated()
    assert "line 2: says" in forged("claims.csv", ",verified,", ",unsigned,")["claims.csv"]
    assert "line 3: says" in forged("claims.csv", ",unsigned,", ",verified,")["claims.csv"]
    assert "line 6: says" in forged("balances.csv", f",{100 * ETH},", f",{900 * ETH},")["arithmetic.csv"]
    assert "row 2: block" in forged("balances.csv", ",100,0x", ",101,0x")["balances.csv"]
    assert "units or account" in forged("balances.csv", f",{100 * ETH},", ",1e99,")["balances.csv"]
    assert "row 2: the statement has no snapshot" in forged("balances.csv", "ethereum,ETH", "tron,TRX")["balances.csv"]
    assert (
        "line 6: says" in forged("arithmetic.csv", "ETH,verified,true,100,", "ETH,verified,true,101,")["arithmetic.csv"]
    )
    assert "the report says 1" in forged("liabilities.csv", "BTC,1,", "BTC,0.5,")["liabilities.csv"]
    assert "no amount" in forged("liabilities.csv", "BTC,1,", "BTC,1e999999999,")["liabilities.csv"]
    assert "line 2: says" in forged("gaps.csv", ",2,not configured", ",20,not configured")["gaps.csv"]
    assert "line 1: says" in forged("README.md", "Evidence", "Proof")["README.md"]
    assert "datapackage.json" in forged("datapackage.json", "whole coins", "whole cents")
    bomb = b"a: &a [x, x]\nb: [*a, *a]\n"
    assert "not JSON" in faults_of(seal({**files, "registry/0.json": bomb}, predicate))["statement.json"]
    assert "predicate.basis" in stated(basis="listed")["statement.json"]
    assert "arithmetic.csv" in stated(settings={**predicate.settings, "breach_below": "2"})
    assert "cannot be judged" in stated(settings={**predicate.settings, "title": "x"})["statement.json"]
    for kind, name in (("wallets", "max_memory"), ("liabilities", "max_memory"), ("liabilities", "verifier_data")):
        more = {**predicate.settings[kind], name: "1"}
        assert "there are others" in stated(settings={**predicate.settings, kind: more})["statement.json"]
    assert "there is none of wallets" in stated(documents=())["statement.json"]
    assert "several of wallets" in stated(documents=predicate.documents * 2)["statement.json"]
    (read,) = predicate.networks
    for days in (-1, 1):
        at = predicate.at + timedelta(days=days)
        tokens = tuple(msgspec.structs.replace(each, taken_at=at) for each in read.tokens)
        networks = (msgspec.structs.replace(read, taken_at=at, tokens=tokens),)
        assert "arithmetic.csv" in stated(networks=networks), "what is old or of tomorrow counts for nothing"
    for growth in ("0", "-1", "NaN", "1e9"):
        assert "cannot be judged" in stated(networks=(msgspec.structs.replace(read, growth=growth),))["statement.json"]
    rate = (msgspec.structs.replace(read.tokens[0], rate=("1", "-5")),)
    assert "rate" in stated(networks=(msgspec.structs.replace(read, tokens=rate),))["statement.json"]
    other = msgspec.structs.replace(predicate, networks=(msgspec.structs.replace(read, chain="eip155:56"),))
    assert "was read of the chain eip155:56" in asyncio.run(verify(seal(files, other))).notes[1]
    assert "twice" in stated(networks=predicate.networks * 2)["balances.csv"]
    assert predicate.owed is not None
    assert "owed.proven" in stated(owed=msgspec.structs.replace(predicate.owed, proven=True))["statement.json"]
    for name in ("documents/more", "notes.txt"):
        assert "nothing rests on it" in faults_of(seal({**files, name: b"x"}, predicate))[name]
    assert "owed.layout" in stated(owed=msgspec.structs.replace(predicate.owed, layout="x"))["statement.json"]


async def test_what_cannot_be_judged_again_is_no_finding_and_not_well(made: tuple[Predicate, Contents]) -> None:
    predicate, whole = made
    files = files_of(whole)

    async def of(kind: str, **changes: Any) -> Verified:
        told = [msgspec.structs.replace(each, **changes) if each.kind == kind else each for each in predicate.documents]
        return await verify(seal(files, msgspec.structs.replace(predicate, documents=tuple(told))))

    (report,) = (each.sha256 for each in predicate.documents if each.kind == "liabilities")
    del files[f"documents/{report}"]
    unread = await of("liabilities", kept=False)
    because = "what is owed comes from a report that is not in the bundle"
    assert (unread.faults, unread.open) == ([], [because])
    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("one.csv", "")
        file.writestr("two.csv", "")
    bomb = re.sub(b"(PK\1\2.{20}).{4}", rb"\g<1>" + b"\xf0" + b"\xff" * 3, archive.getvalue(), flags=re.DOTALL)
    files[f"documents/{sha256(bomb).hexdigest()}"] = bomb
    large = await of("wallets", sha256=sha256(bomb).hexdigest())
    assert (large.faults, "takes more to read than whoever verifies" in large.open[0]) == ([], True)


@pytest.mark.usefixtures("node")
async def test_a_proof_of_what_is_owed_is_verified_again_by_who_has_it(
    made: tuple[Predicate, Contents], site: Site, tmp_path: Path
) -> None:
    tree = TREE.read_text()
    publish(tmp_path / "tree.txt", tree)
    publish(tmp_path / "other.txt", tree.replace('"USDT":"1.42045977"', '"USDT":"0.42045977"', 1))
    proven = {"format": "proof", "source": str(tmp_path / "tree.txt"), "as_of": "2026-11-01T00:00:00Z"}
    site.sections["exchanges"]["okx"]["liabilities"] = proven
    async with one_pass(*load_configuration(site.write()), lambda *_: None) as hub:
        predicate, contents, _ = await make(hub, "okx")
    found = await verify(contents)
    assert (found.faults, ["give it as --proof" in each for each in found.open]) == ([], [True])
    again = await verify(contents, proof=str(tmp_path / "tree.txt"))
    assert (again.faults, again.open) == ([], [])
    (other,) = (await verify(contents, proof=str(tmp_path / "other.txt"))).faults
    assert "the proof has the SHA-256" in other.problem
    files = files_of(contents)
    files["liabilities.csv"] = files["liabilities.csv"].replace(b"USDT,1.42045977", b"USDT,0.42045977")
    less = (await verify(seal(files, predicate), proof=str(tmp_path / "tree.txt"))).faults
    assert "owed of USDT: 0.42045977, but the report says 1.42045977" in [fault.problem for fault in less]
    forged = sha256((tmp_path / "other.txt").read_bytes()).hexdigest()
    told = [msgspec.structs.replace(each, sha256=forged) if not each.kept else each for each in predicate.documents]
    lying = seal(files_of(contents), msgspec.structs.replace(predicate, documents=tuple(told)))
    (fault,) = (await verify(lying, proof=str(tmp_path / "other.txt"))).faults
    assert (fault.file, "the proof is invalid" in fault.problem) == ("liabilities.csv", True)
    with pytest.raises(EvidenceError, match="comes from no proof"):
        await verify(made[1], proof=str(tmp_path / "tree.txt"))


async def test_only_what_is_wrong_with_the_digests_is_said(made: tuple[Predicate, Contents]) -> None:
    _, whole = made
    other = await verify({**whole, "balances.csv": b"x"})
    assert [fault.problem for fault in other.faults if fault.file == "SHA256SUMS"] == [
        "line 3 is not the digest and name of a file that is here"
    ]
    turned = b"".join(reversed(whole["SHA256SUMS"].splitlines(keepends=True)))
    (fault,) = (await verify({**whole, "SHA256SUMS": turned})).faults
    assert fault.problem == "not written as `sha256sum` writes it"


@pytest.mark.usefixtures("node")
async def test_a_list_of_more_files_than_usual_is_read_again_as_the_configuration_allows(site: Site) -> None:
    archive = site.folder / "list.zip"
    with ZipFile(archive, "w") as file:
        file.write(site.list("okx"), "list.csv")
        for number in range(64):
            file.writestr(f"notes/{number}.txt", "nothing")
    site.sections["exchanges"]["okx"]["wallets"] |= {"source": str(archive), "max_members": 65}
    async with one_pass(*load_configuration(site.write()), lambda *_: None) as hub:
        found = await verify((await make(hub, "okx"))[1])
    assert found.derived
    assert (found.faults, found.open, found.derived.assets["ETH"].status) == ([], [], "covered")


async def test_what_another_version_made_otherwise_is_not_called_altered(made: tuple[Predicate, Contents]) -> None:
    predicate, whole = made
    files = files_of(whole)
    software = msgspec.structs.replace(predicate.software, version="9.9.9")
    files["claims.csv"] = files["claims.csv"].replace(b"signed by the account's key", b"signed by its key")
    found = await verify(seal(files, msgspec.structs.replace(predicate, software=software)))
    assert (found.faults, "made by version 9.9.9" in found.open[-1]) == ([], True)


@pytest.mark.usefixtures("node")
async def test_the_daemon_makes_one_hands_it_out_and_keeps_no_old_ones(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    old = place(folder, "okx", datetime.now(UTC) - timedelta(days=40))
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    (folder / "okx" / "notes.txt").write_bytes(b"not ours")
    async with watching(site.write(evidence={"folder": str(folder)})) as watched:

        async def there() -> bool:
            return "take the evidence along" in (await watched.get("/exchanges/okx"))[1] and not old.exists()

        await until(there)
    bundles = sorted(path.name for path in (folder / "okx").iterdir())
    assert (len(bundles), bundles[1]) == (2, "notes.txt")
    assert not (await verify(*read(folder / "okx" / bundles[0]))).faults
    async with one_pass(*load_configuration(site.path), lambda *_: None) as hub:
        again = await keep(hub, "okx")
        assert again is not None
        assert timedelta(hours=23) < again < timedelta(hours=24), "the last one is young enough"


@pytest.mark.usefixtures("node")
async def test_a_bundle_is_stamped_or_made_without_and_the_job_says_so(site: Site, tmp_path: Path) -> None:
    root = authority()
    stamper = Stamper(tmp_path / "authority", issue("Stamps", root))
    publish(tmp_path / "roots.pem", pem(root))
    async with stamper.serving() as url:
        told = {"url": url, "roots_file": str(tmp_path / "roots.pem")}
        site.write(evidence={"folder": str(tmp_path / "kept"), "timestamp": told})
        async with one_pass(*load_configuration(site.path), lambda *_: None) as hub:
            made = await make(hub, "okx")
            stamper.status = 503
            with pytest.raises(EvidenceError, match="without a time stamp: the authority has answered 503"):
                await keep(hub, "okx")
            (unstamped,) = (tmp_path / "kept" / "okx").iterdir()
            publish(tmp_path / "roots.pem", pem(authority("Another")))
            stamper.status = 200
            assert "issuer certificate" in (await make(hub, "okx")).unstamped
    async with one_pass(*load_configuration(site.path), lambda *_: None) as hub:
        later = await make(hub, "okx")
        assert "Connect call failed" in later.unstamped
    assert made.unstamped == ""
    roots = [root.certificate]
    good, other = await verify(made.contents, roots=roots), await verify(made.contents, roots=[authority().certificate])
    assert good.stamp
    assert (good.faults, good.stamp.authority, good.notes[1:]) == ([], "CN=Stamps", [])
    assert [fault.file for fault in other.faults] == ["statement.tsr"]
    assert "by CN=Stamps: whether that is so" in (await verify(made.contents)).notes[0]
    (missing,) = (await verify(*read(unstamped), roots=roots)).faults
    assert "nobody has stamped it" in missing.problem
    foreign = with_stamp(later.contents, made.contents["statement.tsr"])
    (fault,) = (await verify(foreign)).faults
    assert (fault.file, fault.problem) == ("statement.tsr", "it is about something else")


@pytest.mark.usefixtures("node")
async def test_a_bundle_is_pending_at_calendars_until_they_know_the_way_to_a_block(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar, silent, folder = Calendar(), Calendar(), tmp_path / "kept" / "okx"
    silent.status = 503
    async with calendar.serving() as url, silent.serving() as other:
        site.write(evidence={"folder": str(folder.parent), "calendars": [url, other]})
        async with one_pass(*load_configuration(site.path), lambda *_: None) as hub:
            assert await keep(hub, "okx") == timedelta(hours=3)
            (path,) = folder.iterdir()
            whole, again = await verify(*read(path)), await keep(hub, "okx")
            assert (whole.faults, whole.open) == ([], [])
            assert whole.notes[0] == "its time stamp is pending at https://calendar.example.com"
            assert again == timedelta(hours=3)
            (at,) = calendar.commitments
            calendar.known[at] = Timestamp(at)
            calendar.known[at].attestations.add(BitcoinBlockHeaderAttestation(870_000))
            upgraded, asked = await keep(hub, "okx"), calendar.asked
            await keep(hub, "okx")
            assert (upgraded and upgraded > timedelta(hours=23), calendar.asked - asked) == (True, 0), "that is all"
            calendar.status = 500
            folder.joinpath(path.name).rename(tmp_path / "bundle.zip")
            with pytest.raises(EvidenceError, match=r"OpenTimestamps: localhost: .* 500; localhost: .* 503"):
                await keep(hub, "okx")
    assert [each.name for each in folder.iterdir() if each.name.startswith(".")] == []
    contents, faults = read(tmp_path / "bundle.zip")
    changed = {name for name in contents if contents[name] != whole.contents.get(name)}
    assert (faults, changed) == ([], {"statement.ots", "SHA256SUMS"})
    found = await verify(contents)
    assert "before block 870000 of Bitcoin: whether that is so" in found.notes[0]
    other_proof, commitment = Proof.begin(b"other")
    foreign = other_proof.with_answer(commitment, serialized(calendar.pending(commitment))).to_bytes()
    for stamp, problem in (
        (b"", "no time stamp"),
        (contents["statement.ots"] + b"\0", "Trailing"),
        (bytes(2**17), "more than 65536"),
        (foreign, "something else"),
    ):
        (fault,) = (await verify(with_stamp(contents, stamp, "statement.ots"))).faults
        assert (fault.file, problem in fault.problem) == ("statement.ots", True)
    assert found.predicate
    await _judged_by_nodes(found, at, monkeypatch)


async def _judged_by_nodes(found: Verified, root: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is judged by its header: the root and the time have to fit, and the network has to be Bitcoin."""
    header: bytes | None = None

    async def told(*_: object) -> bytes | None:
        return header

    async def judged(time: datetime, told_root: bytes, **network: object) -> Verified:
        nonlocal header
        header = bytes(36) + told_root + int(time.timestamp()).to_bytes(4, "little") + bytes(8)
        again = Verified(found.contents, found.predicate, proof=found.proof)
        networks = {"bitcoin": NetworkSettings.model_validate({"endpoints": [endpoint], **network})}
        await verify_blocks(again, made, networks, load_registry())
        return again

    assert found.predicate
    made = found.predicate.at
    endpoint = {"name": "own", "url": "http://127.0.0.1:8332", "protocol": "bitcoind"}
    monkeypatch.setattr(evidence_blocks, "_header", told)
    later = made.replace(microsecond=0) + timedelta(hours=1)
    good = await judged(later, root)
    assert (good.faults, good.open, good.before) == ([], [], (870_000, later, "Bitcoin"))
    for time, other, problem in (
        (later, bytes(32), "has the Merkle root 0000"),
        (made - timedelta(hours=3), root, "before the moment"),
    ):
        (fault,) = (await judged(time, other)).faults
        assert (fault.file, problem in fault.problem, "by own" in fault.problem) == ("statement.ots", True, True)
    test = await judged(later, bytes(32), caip2=REGTEST.caip2)
    assert (test.faults, "block 870000 of bip122:" in test.open[0]) == ([], True), "nothing is known of Bitcoin there"
    endpoint = {"url": "http://127.0.0.1:3000", "protocol": "esplora"}
    assert "no endpoint of bitcoin is bitcoind" in (await judged(later, root)).open[0]


async def test_positions_refused_tokens_and_a_registry_of_many_files_are_judged_again(
    site: Site, tmp_path: Path
) -> None:
    wallet, staker = key(1), key(3)
    node, account = EvmStandIn(), wallet.evm_address
    node.tip = 60
    node.coins[account] = 10 * ETH
    node.tokens = {str(USDT.contract): {account: 7 * 10**6}, str(CUSDT.contract): {account: 4000 * 10**8}}
    node.rates[str(CUSDT.contract), selector(CUSDT)] = lambda _: word(225 * 10**12)
    paid_to = credentials(staker.evm_address.lower())
    validators = [Staked(validator(number), 32 * GWEI, paid_to) for number in (1, 2)]
    beacon = BeaconStandIn(tip=100, final=100, validators=validators)
    lines = ["network,kind,asset,token,address,message,signature"]
    lines += [
        f"ethereum,,{asset},{token},{account},{MESSAGE},{wallet.sign_evm(MESSAGE)}"
        for asset, token in (("ETH", ""), ("USDT", ""), ("USDT", CUSDT.contract), ("LINK", ""), ("OWN", ""))
    ]
    lines.append(f"ethereum,staking,ETH,,{staker.evm_address},{MESSAGE},{staker.sign_evm(MESSAGE)}")
    publish(site.list("okx"), "\n".join(lines) + "\n")
    site.exchange("okx")
    site.owes("okx", ETH="50", USDT="80", LINK="1", OWN="5")
    own = [tmp_path / f"own-{number}.json" for number in range(11)]
    for number, path in enumerate(own):
        contract = f"0x{number + 1:040x}"
        node.tokens[contract] = {account: 5}
        token = {"asset": "OWN" if number == 10 else f"OWN{number}", "contract": contract, "decimals": 0}
        publish(path, json.dumps({"tokens": {"ethereum": [token]}}))
    publish(tmp_path / "prices.csv", f"asset,usd,as_of,source\nETH,3000,{NOW.isoformat()},me\n")
    prices = {"source": str(tmp_path / "prices.csv")}
    async with node.serving() as url, beacon.serving() as slots:
        site.network("ethereum", url)
        site.network("ethereum-beacon", slots)
        configuration = load_configuration(site.write(registry=[str(path) for path in own], prices=prices))
        async with one_pass(*configuration, lambda *_: None) as hub:
            made = await make(hub, "okx")
        found = await verify(made.contents)
        await verify_on_chain(found, configuration[0].networks, load_registry(), lambda *_: None)
        assert (found.faults, found.open, found.confirmed) == ([], [], {"ethereum": 4, "ethereum-beacon": 1})
        assert found.derived
        statuses = {name: each.status.value for name, each in found.derived.assets.items()}
        assert statuses == {"ETH": "covered", "USDT": "covered", "LINK": "unknown", "OWN": "covered"}
        assert b'"OWN"' in made.contents["registry/0010.json"]
        beacon.forks[100] = "other"
        await verify_on_chain(found, configuration[0].networks, load_registry(), lambda *_: None)
    assert ["ethereum-beacon: block_hash" in fault.problem for fault in found.faults] == [True]


class Node:
    """Tells of each block one and the same."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    async def read(self, *_: object) -> Reading:
        return self.reading


async def test_rates_and_what_is_frozen_are_asked_of_nodes_too(made: tuple[Predicate, Contents]) -> None:
    accounts = {USDT: {"a": BaseUnits(7)}, CUSDT: {"c": BaseUnits(10)}}
    rates = {CUSDT: Rate(BaseUnits(10), BaseUnits(11))}
    frozen = {USDT.frozen: {"a": BaseUnits(3)}}
    snapshot = Snapshot("okx", "ethereum", block(7), NOW, accounts, rates=rates, positions=frozen)
    truth = Reading(snapshot.block, accounts, {}, ("yours",), rates, positions=frozen)

    async def told(**other: Any) -> Verified:
        found = Verified(made[1])
        state = SnapshotState("ethereum", replace(snapshot, **other), stale=False, wanted=2)
        await read_again(found, made[0].networks[0], state, cast("ChainReader", Node(truth)))
        return found

    honest = await told()
    assert (honest.faults, honest.open, honest.confirmed) == ([], [], {"ethereum": 2})
    for wrong in ({}, {CUSDT: Rate(BaseUnits(10), BaseUnits(110))}):
        (fault,) = (await told(rates=wrong)).faults
        assert (fault.file, "by yours" in fault.problem) == ("statement.json", True)
    others: list[Positions] = [
        {},
        {USDT.frozen: {}},
        {USDT.frozen: {"a": BaseUnits(2)}},
        {USDT.frozen: {"b": BaseUnits(3)}},
    ]
    for other in others:
        faults = (await told(positions=other)).faults
        assert "but 3 at block 7" in faults[0].problem or "but 3 at block 7" in faults[1].problem
    truth = replace(truth, positions={USDT.frozen: {}})
    assert "units 3, but 0" in (await told()).faults[0].problem
    truth = replace(truth, positions={})
    assert "could not be read again" in (await told()).open[0]
