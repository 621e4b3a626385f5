"""MultiversX: an address is bech32 of an Ed25519 key, or of a contract (eight leading zero bytes), which has none.

A guarded account needs a second signature to spend; its own key still makes it ``verified`` here.
"""

from monitor.ownership import stated_keys
from monitor.ownership.digests import keccak
from monitor.ownership.family import Description
from monitor.ownership.stated_keys import OKX, MessageForm
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="`erd1…`.",
    messages="OKX's header; the Keccak-256 of MultiversX' envelope of the text (`SignableMessage` of its SDKs).",
    binding="The address is the key, but for contracts.",
    verified="The key of the address signed.",
    promotion="None: a contract's owner is not asked for.",
)

_CONTRACT = bytes(8)


def _keyless(account: Decoded) -> str:
    return "the address is that of a contract, which has no key" if account.payload.startswith(_CONTRACT) else ""


def _envelope(message: bytes, _key: bytes) -> bytes:
    return keccak(b"\x17Elrond Signed Message:\n" + str(len(message)).encode() + message)


judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(forms=(OKX, MessageForm("MultiversX envelope", _envelope)), key_in=stated_keys.whole_key),
    bind=stated_keys.is_key,
    keyless=_keyless,
).judge
