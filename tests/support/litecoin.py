"""A Litecoin node, as an older relative of Bitcoin Core (0.21) with a coin of its own."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.devnet.nodes import BitcoinNode
from monitor.devnet.programs import ProgramMissingError
from monitor.model import Caip2, Token
from monitor.registry import load

LITECOIN_REGTEST = replace(load().networks["litecoin"], caip2=Caip2("bip122:530827f38f93b43ed12af0b3ad25a288"))
LTC = Token("LTC", "litecoin", None, 8)
_DEBIANS = Path("/usr/lib/litecoin/litecoind")
"""Beside it Debian has a script on PATH, which writes into the home folder first."""


class LitecoinNode(BitcoinNode):
    """litecoind on regtest."""

    name = "litecoind"
    network = "litecoin"
    options: Sequence[str] = ("-txindex=1", "-blockfilterindex=1")

    def program(self) -> Path:
        found = _DEBIANS if _DEBIANS.is_file() else shutil.which("litecoind")
        if not found:
            raise ProgramMissingError("litecoind is missing: `apt-get install --no-install-recommends litecoind`")
        return Path(found)
