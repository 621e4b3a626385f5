"""The coins whose signed messages are known, as data. A further coin of this family is one line.

Decred is not among them: its hashes are others (:mod:`~monitor.ownership.bitcoin.decred`).
"""

from collections.abc import Mapping
from types import MappingProxyType

_BITCOIN = "Bitcoin Signed Message:\n"
_ZCASH = "Zcash Signed Message:\n"

MESSAGE_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bitcoin": (_BITCOIN,),
        "bitcoin-cash": (_BITCOIN,),
        "bitcoin-sv": (_BITCOIN,),
        "ecash": (_BITCOIN,),
        "bitcoin-diamond": ("Bitcoindiamond Signed Message:\n",),
        "bitcoin-gold": ("Bitcoin Gold Signed Message:\n",),
        "dash": ("DarkCoin Signed Message:\n",),
        "digibyte": ("DigiByte Signed Message:\n",),
        "dogecoin": ("Dogecoin Signed Message:\n",),
        "horizen": (_ZCASH, _BITCOIN),
        "litecoin": ("Litecoin Signed Message:\n",),
        "qtum": ("Qtum Signed Message:\n",),
        "ravencoin": ("Raven Signed Message:\n",),
        "zcash": (_ZCASH,),
    }
)
"""Short name of the network to the texts that may stand before a message.

That is what the coin's ``signmessage`` puts there. Horizen has two: its node's own, which is Zcash's
(``strMessageMagic`` of zend), and Bitcoin's, which OKX's tool holds for it.
"""

BIP322 = frozenset({"bitcoin"})
"""Networks of BIP-322. Others have sighashes of their own (BIP-143 with a fork id, for one)."""
