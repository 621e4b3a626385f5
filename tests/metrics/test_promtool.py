"""promtool, the judge of names, has nothing to say."""

import asyncio
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from monitor.model import World
from tests.support import worlds
from tests.support.scraping import Scraper


@pytest.mark.integration
@pytest.mark.parametrize("world", [None, worlds.starting(), worlds.world()], ids=["none", "starting", "full"])
async def test_promtool_finds_nothing_to_criticise(world: World | None) -> None:
    promtool = which("promtool")
    assert promtool, "promtool is part of Debian's package prometheus"
    text = Scraper(replace(world, account_series=5) if world else None).text()
    check = await asyncio.create_subprocess_exec(
        Path(promtool), "check", "metrics", stdin=-1, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await check.communicate(text.encode())
    assert (check.returncode, told.decode()) == (0, "")
