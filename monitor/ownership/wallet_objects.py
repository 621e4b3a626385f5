"""The JSON objects that wallets return for a signed message, where the cell of a signature holds one.

Keplr returns the signature with its ``pub_key``, Sui's wallets with the ``bytes`` that were signed, CIP-30's with a
``key``, others with address and message, Trezor and JSON-RPC a step deeper. :func:`plain` brings such an object down to
the signature in it, so that families read signatures only. What stands beside it may not contradict the row; an object
that says more than this module understands is left as it is, for a family that does (TON Connect, NEP-413, AIP-62).
"""

from base64 import b64encode
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from monitor.formats import strict_json
from monitor.model import Address, Claim, Code, Network
from monitor.ownership.family import NotJudged, Refused
from monitor.registry.addresses import AddressError, decode

T = TypeVar("T")

_LONGEST = 100_000  # characters: a message of any sensible length, escaped
_SIGNATURE = ("signature", "sig", "signedMessage")
_KEY = ("key", "pubKey", "pub_key", "pubkey", "publicKey", "public_key")
_ADDRESS = ("account", "accountId", "address", "signerAddress")
_MESSAGE = ("message", "msg")
_BYTES = "bytes"
_NOTHING_SAID = ("id", "jsonrpc", "signer", "success", "version")
_SIMPLE = {*_SIGNATURE, *_KEY, *_ADDRESS, *_MESSAGE, _BYTES, *_NOTHING_SAID}
_WRAPPERS = (("result", {"id", "jsonrpc"}), ("payload", {"id", "success"}), ("signature", {"signed"}))
"""The name under which an object holds another, and those that may stand beside it."""
_KEY_TYPES = {"tendermint/PubKeySecp256k1", "ethermint/PubKeyEthSecp256k1", "injective/PubKeyEthSecp256k1"}


def plain(claim: Claim, network: Network) -> Claim:
    """Put signatures in place of the objects that hold them; raise ``Refused`` where those contradict the row."""
    if not any(text.startswith("{") for text in claim.signatures):
        return claim
    found = [_Found(text) for text in claim.signatures]
    for column, one in enumerate(found):
        owner = claim.owners[column] if column < len(claim.owners) else ""
        for name in _ADDRESS:
            check_account(one.text_of(name), network, _decoded(network, owner) if owner else claim.account or "")
        for name in _MESSAGE:
            check_message(one.text_of(name), claim.message.encode())
        if one.text_of(_BYTES) not in {"", b64encode(claim.message.encode()).decode()}:
            raise Refused(Code.OTHER_MESSAGE, "the bytes beside the signature are not the row's message")
    keys = [one.key for one in found if one.key]
    if len(found) == len(keys) == 1 and claim.key not in {"", *keys}:
        raise NotJudged(
            Code.KEYS_DIFFER, "the row states one public key, and the wallet's object beside the signature another"
        )
    key = claim.key or (keys[0] if len(found) == len(keys) == 1 else "")
    return replace(claim, signatures=tuple(one.signature for one in found), key=key)


def parse(text: str) -> dict[str, Any] | None:
    """Parse the object that ``text``, which begins with a brace, is; None where it is too long or has a name twice."""
    if len(text) > _LONGEST:
        return None
    try:
        tree: dict[str, Any] = strict_json.read(text.encode())
    except ValueError:
        return None
    return tree


def shaped(tree: dict[str, Any] | None, shape: type[T]) -> T:
    """Take ``tree`` (of :func:`parse`) for an object of exactly this ``shape``; else raise ``NotJudged``."""
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        reason = f"the signature begins as a JSON object and is none that is understood: {error}"
        raise NotJudged(Code.OBJECT_UNREAD, reason) from error


def check_account(stated: str, network: Network, account: Address) -> None:
    """Check that an address beside the signature is ``account``; an empty one says nothing. Else ``Refused``."""
    if stated and _decoded(network, stated) != account:
        raise Refused(
            Code.OTHER_ACCOUNT, f"the signature is said to be by {stated}, which is another account than the row's"
        )


def check_message(stated: str, message: bytes) -> None:
    """Check that a text beside the signature is the row's message; an empty one says nothing. Else ``Refused``."""
    if stated and stated.encode() != message:
        raise Refused(Code.OTHER_MESSAGE, "the message beside the signature is not the row's")


class _Found:
    """What the cell of a signature holds: the signature itself, or an object around it."""

    def __init__(self, text: str) -> None:
        self.signature, self.key = text, ""
        self._tree: dict[str, Any] = {}
        held = _inner(text) if text.startswith("{") else None
        if isinstance(held, str):
            self.signature = held
        elif held is not None:
            signatures = [held[name] for name in _SIGNATURE if held.get(name) and isinstance(held[name], str)]
            if held.keys() <= _SIMPLE and len(signatures) == 1:
                self._tree, self.signature, self.key = held, signatures[0], _key_of(held)
            else:
                self.signature = msgspec.json.encode(held).decode()

    def text_of(self, name: str) -> str:
        """Read what stands under ``name``; empty for anything but a text."""
        value = self._tree.get(name)
        return value if isinstance(value, str) else ""


def _inner(text: str) -> dict[str, Any] | str | None:
    """The innermost object or text."""
    held: Any = parse(text)
    for name, beside in _WRAPPERS:
        if isinstance(held, dict) and name in held and held.keys() <= {name, *beside}:
            inside = held[name]
            is_text = name == "result" and isinstance(inside, str) and inside
            held = inside if is_text or isinstance(inside, dict) else held
    return held  # type: ignore[no-any-return]  # of JSON


def _key_of(tree: dict[str, Any]) -> str:
    """The one key beside the signature, as text."""
    for name in _KEY:
        key = tree.get(name)
        if isinstance(key, dict):
            if key.get("type") not in _KEY_TYPES or not isinstance(key.get("value"), str):
                raise NotJudged(
                    Code.KEY_NOT_JUDGED, f"keys of the type {key.get('type')!r} are not judged, only those of secp256k1"
                )
            return str(key["value"])
        if isinstance(key, str):
            return key
    return ""


def _decoded(network: Network, text: str) -> Address:
    try:
        return decode(network, text).canonical
    except AddressError as error:
        raise NotJudged(Code.OBJECT_UNREAD, f"the address {text} beside the signature {error}") from error
