import bitcoin.signmessage
from bitcoin.wallet import CBitcoinSecret
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak

from monitor.devnet.keys import HOT

MESSAGE = "I am a devnet address"


def test_bitcoin_signatures_verify_by_another_implementation() -> None:
    message = bitcoin.signmessage.BitcoinMessage(MESSAGE)
    assert bitcoin.signmessage.VerifyMessage(HOT.bitcoin_address, message, HOT.sign_bitcoin(MESSAGE))


def test_evm_signatures_verify_by_another_implementation() -> None:
    hashed = encode_defunct(primitive=keccak(text=MESSAGE))
    assert Account.recover_message(hashed, signature=HOT.sign_evm(MESSAGE)).lower() == HOT.evm_address


def test_signatures_are_the_same_at_every_start() -> None:
    assert HOT.sign_bitcoin(MESSAGE) == HOT.sign_bitcoin(MESSAGE)


def test_a_regtest_node_gets_the_same_key() -> None:
    bitcoin.SelectParams("regtest")
    try:
        assert bytes(CBitcoinSecret(HOT.wallet_import_format))[:32] == HOT.secret
    finally:
        bitcoin.SelectParams("mainnet")
