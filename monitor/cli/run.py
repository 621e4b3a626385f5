"""`reserve-monitor run`."""

import asyncio
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption
from monitor.daemon.service import serve


def run(
    config: ConfigOption,
    devnet: Annotated[bool, typer.Option("--devnet", hidden=True)] = False,  # noqa: FBT002 - a flag
) -> None:
    """Watch: read, judge and serve until SIGTERM or Ctrl-C.

    The page is at `http://127.0.0.1:9876` unless `web.listen` says otherwise, the metrics at `/metrics`. SIGHUP or
    `POST /-/reload` reads the configuration again; a bad one changes nothing.
    """
    asyncio.run(serve(config, devnet=devnet))
