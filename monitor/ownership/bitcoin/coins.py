"""The coins whose signed messages are known, as data. A further coin of this family is one line."""

from collections.abc import Mapping
from types import MappingProxyType

MESSAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "bitcoin": "Bitcoin Signed Message:\n",
        "bitcoin-cash": "Bitcoin Signed Message:\n",
        "bitcoin-sv": "Bitcoin Signed Message:\n",
        "ecash": "Bitcoin Signed Message:\n",
        "bitcoin-diamond": "Bitcoindiamond Signed Message:\n",
        "bitcoin-gold": "Bitcoin Gold Signed Message:\n",
        "dash": "DarkCoin Signed Message:\n",
        "digibyte": "DigiByte Signed Message:\n",
        "dogecoin": "Dogecoin Signed Message:\n",
        "litecoin": "Litecoin Signed Message:\n",
        "qtum": "Qtum Signed Message:\n",
        "ravencoin": "Raven Signed Message:\n",
        "zcash": "Zcash Signed Message:\n",
    }
)
"""Short name of the network to the text that its ``signmessage`` puts before a message."""

BIP322 = frozenset({"bitcoin"})
"""Networks of BIP-322. Others have sighashes of their own (BIP-143 with a fork id, for one)."""
