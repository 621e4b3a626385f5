import base64

import pytest
from base58 import b58encode_check
from coincurve import PrivateKey

from monitor.model import VerdictStatus
from monitor.ownership import judge
from monitor.ownership.bitcoin.coins import MESSAGE_HEADERS
from monitor.ownership.bitcoin.hashing import hash160
from monitor.ownership.digests import bitcoin_message
from tests.support.ownership import MESSAGE, claim, compact, network

KEY = PrivateKey((5).to_bytes(32, "big"))
VERSIONS = {
    **dict.fromkeys(("bitcoin", "bitcoin-cash", "bitcoin-sv", "ecash", "bitcoin-diamond"), "00"),
    **dict.fromkeys(("digibyte", "dogecoin"), "1e"),
    "bitcoin-gold": "26",
    "dash": "4c",
    "litecoin": "30",
    "qtum": "3a",
    "ravencoin": "3c",
    "zcash": "1cb8",
}
"""Of P2PKH addresses."""


def p2pkh(version: str) -> str:
    return b58encode_check(bytes.fromhex(version) + hash160(KEY.public_key.format())).decode()


def sign(header: str) -> str:
    return compact(KEY, bitcoin_message(header, MESSAGE.encode()), 31)


@pytest.mark.parametrize("name", sorted(MESSAGE_HEADERS))
def test_each_coin_signs_under_its_own_header(name: str) -> None:
    on, address = network(name, "bitcoin"), p2pkh(VERSIONS[name])
    assert judge(claim(on, address, sign(MESSAGE_HEADERS[name])), on).status is VerdictStatus.VERIFIED
    assert judge(claim(on, address, sign("Foreign Signed Message:\n")), on).status is VerdictStatus.INVALID


def test_a_coin_whose_header_is_not_known_is_unsupported() -> None:
    on = network("horizen", "bitcoin")
    assert judge(claim(on, p2pkh("2089"), sign("Zcash Signed Message:\n")), on).status is VerdictStatus.UNSUPPORTED


def test_a_signature_of_another_shape_is_invalid_where_bip_322_does_not_exist() -> None:
    on = network("dogecoin", "bitcoin")
    assert judge(claim(on, p2pkh("1e"), base64.b64encode(bytes(64)).decode()), on).status is VerdictStatus.INVALID


def test_an_address_of_a_form_without_a_rule_is_unsupported() -> None:
    on = network("bitcoin", "bitcoin")
    future = "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y"  # BIP 350
    assert judge(claim(on, future, sign(MESSAGE_HEADERS["bitcoin"])), on).status is VerdictStatus.UNSUPPORTED
