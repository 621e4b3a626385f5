"""XRP Ledger: an account is the RIPEMD-160 of the SHA-256 of its master key, 33 bytes; the key names the account.

``verified`` rests on that derivation (XRPL documentation, "Address Encoding"), which OKX's tool leaves out: it compares
the recovered key with the row's. The ledger can also hand an account to a regular key or a list of signers, and disable
the master key: that it still rules, only the chain could tell. A row signed by such another key is ``invalid``; with
the signers named as owners it is ``unbound``.

Keys are secp256k1 (compressed) or Ed25519 (32 bytes behind ``ED``). OKX signs its own header with secp256k1 keys.
Wallets sign the text itself, as ``ripple-keypairs`` does: DER over half of its SHA-512, or Ed25519; those signatures
name no key, so the row must.
"""

from hashlib import sha512

from monitor.formats.bitcoin import hash160
from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, ed25519, questions, secp256k1
from monitor.ownership.digests import okx_preimage
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.recovered_keys import OKX, RecoveredKeys
from monitor.ownership.secp256k1 import bitcoin_hash
from monitor.ownership.spellings import hex_bytes, sized_hex
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Classic `r…` and X-addresses.",
    messages="OKX's own header (Keccak-256), r, s, v in hex, v 27 or 28; or as `ripple-keypairs`, with the key in the "
    "row: DER in hex over half of the text's SHA-512, or by an `ED` key Ed25519 over the text or OKX's header. Low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the key (33 bytes).",
    verified="The account's master key signed.",
    promotion="Rows with owners: the account's regular key, and its signer list with weights and quorum.",
)

_SCHEME = RecoveredKeys((OKX,), (bitcoin_hash,))
_KEY_SIZE = 33
_ED25519 = 0xED
_SIGNATURE_SIZE = 64


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the account itself signed, or its owners did."""
    if any(claim.owners) or not _is_keypairs(claim):
        return accounts.judge(claim, network, _scheme_of)
    if not claim.key:
        raise NotJudged(
            Code.NO_PUBLIC_KEY,
            "the signature is not 0x and 130 hex digits (r, s, v), and the row states no key for another form",
        )
    key = sized_hex(claim.key, _KEY_SIZE, "the public key")
    account = accounts.decoded(claim, network)
    form = _check(key, hex_bytes(accounts.only_signature(claim), "the signature"), claim.message.encode())
    if hash160(key) != account.payload:
        raise Refused(Code.NOT_OF_ACCOUNT, f"signed by key {key.hex()}, which is not the account's")
    return Verdict(Code.OWN_KEY, f"signed by the account's key {key.hex()} ({form})")


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """Ask whether the owners that the row names may sign for the account: by its regular key, or its signer list."""
    return questions.of_owners(claim, network, network, _scheme_of)


def _scheme_of(_network: Network, _account: Decoded) -> RecoveredKeys:
    return _SCHEME


def _is_keypairs(claim: Claim) -> bool:
    """Whether the signature names no key, so that the row's is needed: all but r, s, v in hex."""
    return _SCHEME.spellings[0].read(accounts.only_signature(claim)) is None


def _check(key: bytes, signature: bytes, message: bytes) -> str:
    """The form of the message that ``key`` signed; else ``Refused``."""
    if key[0] != _ED25519:
        if not secp256k1.is_der(signature):
            raise NotJudged(
                Code.UNKNOWN_FORM,
                "the signature is neither 0x, r, s, v nor DER, which alone are judged of a secp256k1 key",
            )
        secp256k1.verify(signature, key, sha512(message).digest()[:32])
        return "ripple-keypairs, secp256k1"
    if len(signature) != _SIGNATURE_SIZE:
        raise NotJudged(
            Code.WRONG_LENGTH,
            f"the signature has {len(signature)} bytes; by an Ed25519 key only {_SIGNATURE_SIZE} are judged",
        )
    for form, signed in (("ripple-keypairs, Ed25519", message), ("OKX header, Ed25519", okx_preimage(message))):
        if ed25519.verifies(key[1:], signature, signed):
            return form
    raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message")
