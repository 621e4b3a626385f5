"""Antelope chains (EOS or Vaulta, WAX): an account is a name, and holds nothing of a key.

Which keys rule it, and how many of them, is the chain's to say (its permissions). So a valid signature proves the key
that the row states and no account: ``unbound`` at most. Two keys are stated as JSON (``publicKey1``, ``publicKey2``),
and each must have signed in its own column.

Signatures are ``SIG_K1_``: base58 of a header (31 to 34), r and s, and four bytes of RIPEMD-160 over them and ``K1``;
keys are ``PUB_K1_`` with the same checksum, or ``EOS`` with one over the key alone (eosio, ``fc/crypto``). Signed is
the SHA-256 of OKX's preimage, or of the text, as ``eosjs-ecc`` does.
"""

from collections.abc import Callable
from hashlib import sha256

from monitor.formats import strict_json
from monitor.formats.bitcoin import ripemd160
from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict
from monitor.ownership import questions
from monitor.ownership.digests import okx_preimage
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.secp256k1 import compressed, recover
from monitor.ownership.spellings import base58_bytes

DESCRIPTION = Description(
    addresses="Account names.",
    messages="SHA-256 of OKX's own header and the text, or of the text (`eosjs-ecc`); `SIG_K1_…`, low s; the key in "
    "the row, or two as JSON (`publicKey1`, `publicKey2`).",
    binding="Nothing: a name holds no key.",
    verified="Never.",
    promotion="The account's permissions: the keys that signed reach the threshold of `active` or `owner`.",
)

_FORMS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (("OKX header", okx_preimage), ("eosjs-ecc", bytes))
"""The form's name, and what the SHA-256 is taken of."""

_SIGNATURE_SIZE, _KEY_SIZE, _CHECKSUM_SIZE = 65, 33, 4
_HEADER = 31  # recovery id 0, compressed key
_LONGEST = 128  # base58 takes quadratic time
_LONGEST_PAIR = 512  # two keys and their names
_TWO_KEYS = {"publicKey1", "publicKey2"}


def judge(claim: Claim, _network: Network) -> Verdict:
    """Judge whether each key that the row states signed."""
    if any(claim.owners):
        raise NotJudged(Code.OWNERS_NOT_JUDGED, "rows with owners are not judged on Antelope chains")
    stated = _stated(claim.key)
    signatures = [text for text in claim.signatures if text]
    if len(signatures) != len(stated):
        raise NotJudged(
            Code.WRONG_COUNT,
            f"the row has {len(signatures)} signatures and states {len(stated)} keys; judged is one by each",
        )
    message = claim.message.encode()
    forms = []
    for text, key in zip(claim.signatures, stated, strict=False):
        forms.append(_check(text, key, message))
    return Verdict(
        Code.UNBOUND_KEY,
        f"signed by {' and '.join(stated)} ({' and '.join(dict.fromkeys(forms))}), as the row states; "
        "nothing in the list ties that to the account's name",
    )


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """Ask whether the keys that signed reach the threshold of the account's permission ``active`` or ``owner``."""
    return questions.of_keys(claim, network, map(_decode_key, _stated(claim.key)))


def _check(text: str, stated: str, message: bytes) -> str:
    """The form of the message that the key ``stated`` signed; else ``Refused``."""
    key, raw = _decode_key(stated), _decode_signature(text)
    for name, preimage in _FORMS:
        signer = recover(raw[1:], raw[0] - _HEADER, sha256(preimage(message)).digest())
        if compressed(signer) == key:
            return name
    raise Refused(Code.NOT_BY_KEY, f"the signature is not by {stated} (or over another message)")


def _stated(text: str) -> list[str]:
    """The keys in the row: one, or two different ones as JSON."""
    if not text:
        raise NotJudged(Code.NO_PUBLIC_KEY, "the row states no public key, and an account's name holds none")
    if not text.startswith("{"):
        return [text]
    if len(text) > _LONGEST_PAIR:
        raise NotJudged(Code.WRONG_LENGTH, "the row's keys are longer than any that are judged")
    try:
        keys = strict_json.read(text.encode())
    except ValueError as error:
        raise NotJudged(Code.OBJECT_UNREAD, "the row's keys begin as a JSON object and are none") from error
    if set(keys) != _TWO_KEYS or not all(isinstance(key, str) for key in keys.values()):
        raise NotJudged(Code.OBJECT_UNREAD, "the row's keys are a JSON object of others than publicKey1 and publicKey2")
    stated = [keys["publicKey1"], keys["publicKey2"]]
    if _decode_key(stated[0]) == _decode_key(stated[1]):
        raise Refused(Code.NAMED_TWICE, "the row states one key twice: two signatures must come from two keys")
    return stated


def _decode_signature(text: str) -> bytes:
    """Header, r and s."""
    if text.startswith(("SIG_R1_", "SIG_WA_")):
        raise NotJudged(Code.KEY_NOT_JUDGED, f"signatures of the kind {text[:6]} are not judged")
    if not text.startswith("SIG_K1_"):
        raise NotJudged(Code.UNKNOWN_FORM, "the signature does not begin with SIG_K1_, the only kind that is judged")
    raw = _decode(text.removeprefix("SIG_K1_"), _SIGNATURE_SIZE, b"K1", "the signature")
    if not _HEADER <= raw[0] < _HEADER + 4:
        raise NotJudged(Code.HEADER_UNKNOWN, f"the header of the signature is {raw[0]}; only 31 to 34 are judged")
    return raw


def _decode_key(text: str) -> bytes:
    """The compressed key."""
    if text.startswith(("PUB_R1_", "PUB_WA_")):
        raise NotJudged(Code.KEY_NOT_JUDGED, f"keys of the kind {text[:6]} are not judged")
    if text.startswith("PUB_K1_"):
        return _decode(text.removeprefix("PUB_K1_"), _KEY_SIZE, b"K1", "the public key")
    if text.startswith("EOS"):
        return _decode(text.removeprefix("EOS"), _KEY_SIZE, b"", "the public key")
    raise NotJudged(
        Code.KEY_NOT_JUDGED, "the public key begins with neither EOS nor PUB_K1_, the only kinds that are judged"
    )


def _decode(text: str, size: int, suffix: bytes, what: str) -> bytes:
    """Base58 of ``size`` bytes and four bytes of RIPEMD-160 over them and ``suffix``."""
    if len(text) > _LONGEST:
        raise NotJudged(Code.WRONG_LENGTH, f"{what} is longer than any that is judged")
    raw = base58_bytes(text, what)
    data, checksum = raw[:-_CHECKSUM_SIZE], raw[-_CHECKSUM_SIZE:]
    if len(data) != size:
        raise NotJudged(Code.WRONG_LENGTH, f"{what} has {len(data)} bytes; only {size} are judged")
    if ripemd160(data + suffix)[:_CHECKSUM_SIZE] != checksum:
        raise Refused(Code.BAD_CHECKSUM, f"the checksum of {what} does not match")
    return data
