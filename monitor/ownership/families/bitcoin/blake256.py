"""Coins whose keys are hashed with BLAKE-256 (Decred): Bitcoin's signed messages with it in place of SHA-256.

``verified`` rests on an address of the form P2PKH being the RIPEMD-160 of the BLAKE-256 of the key that signed. The
message is hashed once, behind the coin's own header (dcrd, ``verifymessage``, which takes P2PKH only); further headers
are those of other tools, hashed as Bitcoin does. Such addresses hash the compressed key only (dcrutil), so the header
byte is 31 to 34; dcrd also reads 27 to 30, which would be a second spelling.
"""

from collections.abc import Iterable, Iterator

from monitor.formats.bitcoin import ripemd160, sized
from monitor.model import ChainParameters, Claim, Code, Network, Verdict
from monitor.ownership import accounts
from monitor.ownership.digests import bitcoin_message
from monitor.ownership.families.bitcoin import compact
from monitor.ownership.families.bitcoin.account import account_of
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.secp256k1 import compressed, recover
from monitor.registry.addresses.encodings.blake256 import blake256


def judge(claim: Claim, network: Network, coin: ChainParameters) -> Verdict:
    """Judge whether the key of the address signed."""
    account = account_of(claim, network)
    if account.form != "p2pkh":
        raise NotJudged(
            Code.ACCOUNT_NOT_JUDGED,
            f"signatures for {network.title} addresses of the form {account.form} are not judged",
        )
    text = accounts.only_signature(claim)
    signature = compact.read(text)
    if signature is None or text.startswith("0x"):
        raise NotJudged(
            Code.UNKNOWN_FORM, f"the signature is not 65 bytes in base64, which alone are judged on {network.title}"
        )
    if signature.header is not compact.Header.COMPRESSED:
        raise NotJudged(
            Code.HEADER_MISFIT,
            f"the header of the signature is for {signature.header}; judged are those of a compressed key",
        )
    key = _signer(signature, account.program, _digests(coin, claim.message.encode()))
    account.check_stated(key)
    return Verdict(Code.OWN_KEY, f"P2PKH: signed by key {key.hex()}, whose hash is the address")


def _signer(signature: compact.Compact, program: bytes, digests: Iterable[bytes]) -> bytes:
    for digest in digests:
        key = compressed(recover(signature.r_s, signature.recovery_id, digest))
        if ripemd160(blake256(key)) == program:
            return key
    raise Refused(Code.NOT_BY_ACCOUNT, "the signature is not by the key of the address (or over another message)")


def _digests(coin: ChainParameters, message: bytes) -> Iterator[bytes]:
    own, *others = coin.message_headers
    yield blake256(sized(own.encode()) + sized(message))
    for header in others:
        yield bitcoin_message(header, message)
