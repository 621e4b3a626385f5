"""`reserve-monitor run`."""

import asyncio
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, ReaderOption
from monitor.cli.printing import err, note


def run(
    config: ConfigOption,
    reader: ReaderOption = "",
    devnet: Annotated[str, typer.Option("--devnet", metavar="INBOX", hidden=True)] = "",
) -> None:
    """Watch: read, judge and serve until SIGTERM or Ctrl-C.

    The page is at `http://127.0.0.1:9876` unless `web.listen` says otherwise, the metrics at `/metrics`. SIGHUP or
    `POST /-/reload` reads the configuration again; a bad one changes nothing. A reader judges nothing, opens no port,
    and tells the monitors of the same configuration what it reads, over the PostgreSQL of all.
    """
    if reader:
        from monitor.daemon.reader_service import serve_reader  # noqa: PLC0415 - without what judges and serves

        asyncio.run(serve_reader(config, reader))
    else:
        from monitor.daemon.service import serve  # noqa: PLC0415 - with all of it

        asyncio.run(serve(config, devnet=devnet, started=_started))


def _started(page: str) -> None:
    """Tell a person where to look, however much is logged; for programs the log has it."""
    if err.is_terminal:
        note(f"The page is at {page}, the metrics at {page}metrics. Ctrl-C stops the monitor.")
