"""Proofs of liabilities in the daemon: totals count only when they are proven, and what fails is told."""

import os
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.daemon.clock import SteadyClock
from monitor.daemon.configuration import load_configuration
from monitor.settings import ConfigurationError
from tests.support.daemons import Site, Watched, publish, signed, until, watching
from tests.support.published import publishing, zipped

SAMPLES = Path(__file__).parents[1] / "data" / "proofs"
TREE = (SAMPLES / "trees" / "merkle-v2-tree.txt").read_text()
ROOT = "9e98ebde32ef22ded88a5fb2d5e53d76ed57cb9c6b2c966f250721defe6ab041"
FORGED = TREE.replace('"USDT":"1.42045977"', '"USDT":"0.42045977"', 1)


@pytest.fixture
def tree(site: Site) -> Path:
    return site.folder / "tree.txt"


def watched_site(site: Site, tree: Path, *, beside: bool, **more: Any) -> None:
    """An exchange whose proof stands in the place of a report, or beside it."""
    publish(tree, TREE)
    site.owes("okx", BTC="0.00005", ETH="0.1", USDT="1.4204")
    source = {"source": str(tree), "refresh": "100ms", **more}
    report = {"source": str(site.liabilities("okx")), "refresh": "100ms"}
    site.exchange(
        "okx", [signed(1)], liabilities=report | {"proof": source} if beside else {"format": "proof", **source}
    )
    site.write()


async def status(watched: Watched) -> str | None:
    """The status that holds, by the metrics."""
    for each in ("proven", "bound", "invalid", "unreadable"):
        for scheme, strength in (("okx-merkle-v2", "limited"), ("bitmex-merkle", "full"), ("", "limited")):
            labels = {"exchange": "okx", "scheme": scheme, "status": each, "strength": strength}
            if await watched.value("por_liabilities_proof", **labels):
                return each
    return None


async def owed(watched: Watched, asset: str) -> float | None:
    return await watched.value("por_liabilities", exchange="okx", asset=asset)


async def proof(watched: Watched) -> Any:
    return (await watched.exchange())["proof"]


def at_status(watched: Watched, wanted: str) -> Any:
    async def holds() -> bool:
        return await status(watched) == wanted

    return holds


def alerting(watched: Watched, name: str, *, active: bool = True) -> Any:
    async def holds() -> bool:
        return (name in await watched.alerts()) is active

    return holds


def recorded(watched: Watched) -> Any:
    """Whether the first publication is in the record, which is the last that is kept of it."""

    async def holds() -> bool:
        regularity = (await watched.exchange())["regularity"]
        return bool(regularity) and regularity["in_a_row"] == 1

    return holds


async def test_the_totals_of_a_proof_that_holds_are_what_is_owed(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False, as_of="2026-11-01T00:00:00Z", root=ROOT)
    async with watching(site.path) as watched:
        await until(recorded(watched))
        assert await owed(watched, "USDT") == 1.42045977
        moment = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
        assert await watched.value("por_liabilities_timestamp_seconds", exchange="okx") == moment
        told = await proof(watched)
        assert (told["root"], told["leaves"], told["scheme"]) == (ROOT, 21, "okx-merkle-v2")
        assert any("published one" in sentence for sentence in told["proven"])


async def test_a_proof_that_fails_is_told_and_the_last_proven_totals_stay(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False)
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        publish(tree, FORGED)
        await until(alerting(watched, "PorProofFailed"))
        assert await status(watched) == "invalid"
        assert await owed(watched, "USDT") == 1.42045977
        assert "tree.txt" in (await watched.alerts())["PorProofFailed"]["summary"]
        await until(alerting(watched, "PorLiabilitiesRefused"))

        publish(tree, TREE)
        await until(alerting(watched, "PorProofFailed", active=False))
        await until(alerting(watched, "PorLiabilitiesRefused", active=False))


async def test_a_proof_that_never_held_gives_no_liabilities(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False, root="ab" * 32)
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorProofFailed"))
        assert await owed(watched, "USDT") is None


async def test_totals_in_an_unknown_unit_are_proven_and_not_used(site: Site, tree: Path) -> None:
    folder = site.folder / "stark"
    shutil.copytree(SAMPLES / "stark-v1", folder)
    watched_site(site, folder.with_suffix(".unused"), beside=False)
    site.sections["exchanges"]["okx"]["liabilities"]["source"] = str(folder)
    site.write()
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorLiabilitiesRefused"))
        assert "unit" in (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
        assert await owed(watched, "BTC") is None


async def test_a_proof_beside_the_report_is_compared_with_it(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=True)
    site.write(alerts={"rules": {"PorProofDiffers": {"for": "0s"}}})
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))

        async def compared() -> bool:
            return await watched.value("por_liabilities_proof_differences", exchange="okx") == 0

        await until(compared)
        assert await owed(watched, "USDT") == 1.4204, "the report is what is owed"
        site.owes("okx", BTC="0.00005", ETH="0.2", USDT="1.4204")
        await until(alerting(watched, "PorProofDiffers"))
        summary = (await watched.alerts())["PorProofDiffers"]["summary"]
        assert "0.1 ETH" in summary
        assert "0.2" in summary


async def test_a_root_that_is_replaced_without_a_new_report_is_told(site: Site, tree: Path) -> None:
    names = ("bitmex-liabilities-100-proof.csv", "river-test.csv")
    first, second = ((SAMPLES / "trees" / name).read_text().partition("\n") for name in names)
    watched_site(site, tree, beside=True)
    publish(tree, "".join(first))
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        await until(watched.ready)
        assert await watched.value("por_liabilities_root_changes_total", exchange="okx") == 0
        publish(tree, "".join((first[0], *second[1:])))  # of the same report, by its block height
        await until(alerting(watched, "PorRootChanged"))
        assert await watched.value("por_liabilities_root_changes_total", exchange="okx") == 1
        (change,) = (await watched.exchange())["regularity"]["root_changes"]
        assert change["before"] in first[2]
        assert change["after"] in second[2]


async def test_a_key_that_is_replaced_under_the_same_report_is_kept_and_told_when_no_report_came_with_it(
    site: Site, tree: Path
) -> None:
    """A Groth16 proof names no report, so that for a day it may be one that comes before its own."""
    archive, sets = site.folder / "proof.zip", SAMPLES / "groth16-sets"
    honest = {file.name: file.read_bytes() for file in (sets / "honest/two-roots").iterdir() if "user" not in file.name}
    other = {file.name: file.read_bytes() for file in (sets / "forged/two-roots-setup-known").iterdir()}
    watched_site(site, tree, beside=True)
    site.sections["exchanges"]["okx"]["liabilities"]["proof"]["source"] = str(archive)
    site.write()
    circuits: list[str] = []

    def told(watched: Watched) -> Any:
        async def is_new() -> bool:
            shown = await proof(watched)
            if shown and shown["circuit"] and shown["circuit"] not in circuits:
                circuits.append(shown["circuit"])
                return True
            return False

        return is_new

    publish(archive, zipped(honest))
    async with watching(site.path) as watched:
        await until(told(watched))
        publish(archive, zipped({**honest, **other}))
        await until(told(watched))
    async with watching(site.path, SteadyClock(lambda: datetime.now(UTC) + timedelta(hours=25))) as watched:
        await until(alerting(watched, "PorRootChanged"))
        changes = (await watched.exchange())["regularity"]["root_changes"]
        assert [[change["before"], change["after"]] for change in changes if change["what"] == "circuit"] == [circuits]
        assert circuits[1] in (await watched.alerts())["PorRootChanged"]["summary"]


async def test_an_archive_and_a_directory_are_proofs_too(site: Site, tree: Path) -> None:
    archive = site.folder / "proof.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("full-liabilities-merkle-tree.txt", TREE)
    watched_site(site, tree, beside=True)
    site.sections["exchanges"]["okx"]["liabilities"]["proof"]["source"] = str(archive)
    site.write()
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        assert (await proof(watched))["document"]["source"] == str(archive)


@pytest.mark.parametrize("beside", [True, False])
async def test_a_proof_at_a_url_is_fetched_when_it_changes(site: Site, tree: Path, *, beside: bool) -> None:
    watched_site(site, tree, beside=beside)
    liabilities = site.sections["exchanges"]["okx"]["liabilities"]
    async with publishing() as publisher:
        dated = {"Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
        archive = zipped({"tree.txt": TREE})
        source = publisher.put("/proof.zip", archive, ETag='"1"', **dated)
        (liabilities["proof"] if beside else liabilities)["source"] = source
        site.write()
        async with watching(site.path) as watched:
            await until(at_status(watched, "proven"))

            async def unchanged() -> bool:
                return 304 in publisher.statuses

            await until(unchanged)
            assert (await proof(watched))["document"]["members"] == ["tree.txt"]
            publisher.put("/proof.zip", archive, ETag='"same"', **dated)
            publisher.statuses.clear()
            await until(unchanged)
            assert publisher.statuses.count(200) == 1, "the same bytes under a new ETag"
            publisher.put("/proof.zip", zipped({"tree.txt": FORGED}), ETag='"2"', **dated)
            await until(alerting(watched, "PorProofFailed"))
            publisher.put("/proof.zip", zipped({"tree.txt": TREE})[:-40], ETag='"3"', **dated)
            await until(alerting(watched, "PorLiabilitiesRefused"))
            publisher.put("/proof.zip", zipped({"tree.txt": TREE}), ETag='"4"', **dated)
            await until(at_status(watched, "proven"))


async def test_a_root_that_is_set_later_is_held_against_what_was_proven_before(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False)
    async with watching(site.path) as watched:
        await until(recorded(watched))
        assert await owed(watched, "USDT") == 1.42045977
        watched_site(site, tree, beside=False, root="ab" * 32)
        assert (await watched.reload())[0] == 200
        await until(alerting(watched, "PorProofFailed"))
        assert (await proof(watched))["status"] == "invalid"

        async def dropped() -> bool:
            return await owed(watched, "USDT") is None

        await until(dropped)


async def test_a_proof_that_is_no_file_does_not_stop_the_watch(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=True)
    tree.unlink()
    os.mkfifo(tree)
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorLiabilitiesRefused"))
        summary = (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
        assert "neither a file nor a directory" in summary


async def test_files_of_a_proof_may_have_any_name(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=True)
    folder = site.folder / "proof"
    folder.mkdir()
    publish(folder / os.fsdecode(b"\xff.txt"), TREE)
    site.sections["exchanges"]["okx"]["liabilities"]["proof"]["source"] = str(folder)
    site.write()
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        assert (await proof(watched))["document"]["members"] == ["\\udcff.txt"]


async def test_a_proof_that_cannot_be_had_is_refused_and_the_last_one_stays(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=True)
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        tree.unlink()
        await until(alerting(watched, "PorLiabilitiesRefused"))
        assert await status(watched) == "proven"
        assert "PorProofFailed" not in await watched.alerts()


async def test_after_a_restart_the_last_verdict_and_the_record_are_there_at_once(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False)
    async with watching(site.path) as watched:
        await until(recorded(watched))
        first = await watched.exchange()
    tree.unlink()
    async with watching(site.path) as watched:
        await until(watched.ready)
        again = await watched.exchange()
        assert again["proof"]["status"] == "proven"
        assert again["liabilities"]["owed"] == first["liabilities"]["owed"]
        assert again["regularity"] == first["regularity"]
        assert again["regularity"]["in_a_row"] == 1


async def test_after_a_restart_the_last_proven_totals_stay_in_force_beside_a_newer_proof_that_fails(
    site: Site, tree: Path
) -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    watched_site(site, tree, beside=False)
    os.utime(tree, (moment, moment))
    async with watching(site.path) as watched:
        await until(recorded(watched))
        first = await watched.exchange()
        publish(tree, FORGED)
        await until(alerting(watched, "PorProofFailed"))
    for _ in range(2):  # the first restart forgets nothing either
        async with watching(site.path) as watched:
            assert "PorProofFailed" in await watched.alerts()
            again = await watched.exchange()
            assert again["proof"]["status"] == "invalid"
            assert again["liabilities"] == first["liabilities"]
            assert await watched.value("por_liabilities_timestamp_seconds", exchange="okx") == moment
            await until(watched.ready)
            await until(alerting(watched, "PorLiabilitiesRefused"))
            assert await owed(watched, "USDT") == 1.42045977
            assert "PorProofFailed" in await watched.alerts()


async def test_totals_that_the_same_files_prove_no_more_do_not_come_back(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False)
    async with watching(site.path) as watched:
        await until(recorded(watched))
    watched_site(site, tree, beside=False, root="ab" * 32)
    async with watching(site.path) as watched:
        await until(at_status(watched, "invalid"))
        await until(watched.ready)
    publish(tree, FORGED)
    for _ in range(2):
        async with watching(site.path) as watched:
            assert await owed(watched, "USDT") is None
            await until(watched.ready)
            assert await owed(watched, "USDT") is None


async def test_totals_that_were_proven_elsewhere_do_not_come_back(site: Site, tree: Path) -> None:
    watched_site(site, tree, beside=False)
    async with watching(site.path) as watched:
        await until(recorded(watched))
    other = site.folder / "other.txt"
    watched_site(site, other, beside=False)
    publish(other, FORGED)
    for _ in range(2):
        async with watching(site.path) as watched:
            await until(watched.ready)
            assert await status(watched) == "invalid"
            assert await owed(watched, "USDT") is None


async def test_a_month_without_a_report_is_told(site: Site, tree: Path) -> None:
    now = datetime.now(UTC)
    watched_site(site, tree, beside=True)
    site.owes("okx", now - timedelta(days=75), BTC="1")
    async with watching(site.path) as watched:
        await until(at_status(watched, "proven"))
        site.owes("okx", now, BTC="1.5")
        await until(alerting(watched, "PorReportMissing"))
        assert await watched.value("por_liabilities_reports_missing", exchange="okx") == 1


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"format": "magic"}, "no such layout of liabilities or scheme of proofs"),
        ({"proof": {"source": "x", "format": "magic"}}, "no such scheme"),
        ({"format": "proof", "proof": {"source": "x"}}, "leave one of the two out"),
        ({"as_of": "2026-11-01T00:00:00Z"}, "only a proof needs it"),
        ({"root": "ab"}, "belongs under `proof`"),
        ({"format": "proof", "root": "xyz"}, "not a root: up to 128 hexadecimal digits"),
    ],
)
def test_settings_that_mean_nothing_are_refused(site: Site, settings: dict[str, Any], problem: str) -> None:
    site.exchange("okx", [], liabilities={"source": "owed.csv", **settings})
    site.write()
    with pytest.raises(ConfigurationError, match=problem):
        load_configuration(site.path)
