"""Litecoin, Dogecoin, Bitcoin Cash and Dash by the protocols of Bitcoin: parameters, headers, what nodes lack."""

import hashlib
from typing import Any

import pytest

from monitor.chains import ChainError, Depth, Height, Reason, Tag
from monitor.model import Network, Token
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.chains.bitcoin.conftest import World
from tests.support.bitcoin_standins import BitcoindStandIn, Chain, ElectrumStandIn, EsploraStandIn
from tests.support.standins import RefusedError

LATEST = Tag("latest")
NETWORKS = load().networks
# One account of each usual form, from the coins' own documentation and explorers (tests/data/addresses).
ACCOUNTS = {
    "litecoin": ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "MFFutLx5oXJ3mZife6zsGAir11hVbmUF99"),
    "dogecoin": ("DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L",),
    "bitcoin-cash": ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",),
    "dash": ("XpESxaUmonkq8RaLLp46Brx2K39ggQe226",),
}
