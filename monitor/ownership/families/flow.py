"""Flow: an account's address is given out by the chain, in sequence, and holds nothing of a key.

The keys of an account, with their weights, stand on chain only (Flow documentation, "Accounts"). So a valid signature
proves the key that the row states and no account: ``unbound`` at most. OKX signs its own header, Keccak-256.
"""

from coincurve import PublicKey

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import accounts
from monitor.ownership.family import Description, NotJudged
from monitor.ownership.recovered_keys import OKX, RecoveredKeys, read
from monitor.ownership.secp256k1 import compressed
from monitor.ownership.spellings import hex_bytes

DESCRIPTION = Description(
    addresses="`0x` and 16 hex digits with the main net's parity.",
    messages="OKX's own header (Keccak-256); r, s, v in hex, v 27 or 28, low s; the key in the row.",
    binding="Nothing: addresses are given out in sequence, keys stand on chain only.",
    verified="Never.",
    promotion="None: the account's keys are not read.",
)

_SCHEME = RecoveredKeys((OKX,), (compressed,))
_UNCOMPRESSED = b"\x04"


def judge(claim: Claim, _network: Network) -> Verdict:
    """Judge whether the key that the row states signed."""
    if any(claim.owners):
        raise NotJudged(Code.OWNERS_NOT_JUDGED, "rows with owners are not judged on Flow")
    text, key = accounts.only_signature(claim), _stated(claim.key).format()
    signed = read(text, claim.message.encode(), _SCHEME, key, "the row's key")
    return Verdict(
        Code.UNBOUND_KEY,
        f"signed by key {key.hex()} ({signed.form}), which the row states; nothing ties it to the account",
    )


def _stated(text: str) -> PublicKey:
    """The key in the row: 33, 64 or 65 bytes."""
    if not text:
        raise NotJudged(Code.NO_PUBLIC_KEY, "the row states no public key, and an address on Flow holds none")
    raw = hex_bytes(text, "the public key")
    try:
        return PublicKey(_UNCOMPRESSED + raw if len(raw) == 64 else raw)
    except ValueError:
        raise NotJudged(
            Code.KEY_NOT_JUDGED, "the row's public key is not one of secp256k1, the only curve that is judged"
        ) from None
