"""Signatures that wallets' own libraries publish as test vectors, on the accounts of their keys."""

import base64

import pytest
from btclib.hashes import hash160
from eth_hash.auto import keccak

from monitor.model import VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support import keys
from tests.support.keys import Key
from tests.support.ownership import claim

NETWORKS = load().networks
STACKS_KEY = bytes.fromhex("024cce41b91566d70ec2ed6eb161c6ef9c277bdc034738318ed06f1d5ba09546d6")
LOTUS_KEY = Key(base64.b64decode("LzjsZEXCy6tDWAxcFiu76IRQwHkohWvsVK1T+2Q5NfY="))
CONFLUX_KEY = Key(bytes.fromhex("0123456789abcdef" * 4))

VECTORS = {
    # TronWeb, test/testcases/src/sign-message.ts
    "tronweb": (
        "tron",
        "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC",
        "hello world",
        (
            "0x0dc0b53d525e0103a6013061cf18e60cf158809149f2b8994a545af65a7004cb"
            "1eeaff560e801ab51b28df5d42549aa024c2aa7e9d34de1e01294b9afb5e6c7e1c"
        ),
        "",
    ),
    # stacks.js, packages/encryption/tests/messageSignature.test.ts (there on the test net)
    "stacks.js": (
        "stacks",
        keys.stacks(STACKS_KEY),
        "You are saying that you want to perform action XYZ.",
        (
            "29ef6d718235e5fc32a1b90dd8fc7fa9403fa1b55c2dce46374570b7f3a4815d"
            "0215b8565f29a33ef8132dc0db6b00a5f13d85d6aff5c1171271818b9928928c01"
        ),
        STACKS_KEY.hex(),
    ),
    # iso-filecoin, test/wallet.test.js, of Lotus
    "lotus": (
        "filecoin",
        keys.filecoin_native(LOTUS_KEY),
        "hello",
        (
            "015322ea74a2985bb1a91be635bad133b4505b566b7aed97276ece9a26bab34434"
            "0e0b602cf68ca9259766d81ad9d4bfe15a0d5efa2398cab1c18b1f160dd8682600"
        ),
        "",
    ),
    # js-conflux-sdk, test/personalMessage.test.js (there on the test net)
    "js-conflux-sdk": (
        "conflux",
        keys.conflux_user(CONFLUX_KEY),
        "Hello World",
        (
            "0xd72ea2020802d6dfce0d49fc1d92a16b43baa58fc152d6f437d852a014e0c574"
            "0b3563375b0b844a835be4f1521b4ae2a691048622f70026e0470acc5351043a01"
        ),
        (
            "4646ae5047316b4230d0086c8acec687f00b1cd9d1dc634f6cb358ac0a9a8fff"
            "fe77b4dd0a4bfb95851f3b7355c781dd60f8418fc8a65d14907aff47c903a559"
        ),
    ),
    # A signature by Keplr over ADR-036, checked by @keplr-wallet/cosmos
    "keplr": (
        "cosmos",
        "cosmos1m9l358xunhhwds0568za49mzhvuxx9uxre5tud",
        "cosmos1m9l358xunhhwds0568za49mzhvuxx9uxre5tud",
        "vb78/y129cOiWyQkeFF8wCKZsOyzjpILnpEVZ72o5YUhEOmQZzVPcbUqWPLR7aZQ20j6vnYhIuCQN0HEG3igFg==",
        "A/MdHVpitzHNSdD1Zw3kY+L5PEIPyd9l6sD5i4aIfXp9",
    ),
    # xrpl.js, packages/ripple-keypairs/test/fixtures/api.json
    "ripple-keypairs secp256k1": (
        "xrp",
        "rU6K7V3Po4snVhBBaU29sesqs2qTQJWDw1",
        "test message",
        (
            "30440220583A91C95E54E6A651C47BEC22744E0B101E2C4060E7B08F6341657DAD9BC3EE"
            "02207D1489C7395DB0188D3A56A977ECBA54B36FA9371B40319655B1B4429E33EF2D"
        ),
        "030D58EB48B4420B1F7B9DF55087E0E29FEF0E8468F9A6825B01CA2C361042D435",
    ),
    "ripple-keypairs Ed25519": (
        "xrp",
        "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD",
        "test message",
        (
            "CB199E1BFD4E3DAA105E4832EEDFA36413E1F44205E4EFB9E27E826044C21E3E"
            "2E848BBC8195E8959BADF887599B7310AD1B7047EF11B682E0D068F73749750E"
        ),
        "ED01FA53FA5A7E77798F882ECE20B1ABC00BB358A9E55A202D0D0676BD0CE37A63",
    ),
    # Dash Core, docs.dash.org, "Signing and Verifying Messages"
    "dash core": (
        "dash",
        "XwHihwiQzheVKbT76e7ZhPkujDCQGEZC6P",
        "Documentation test signature",
        "IKaEt7MTb4Y57WIde5TLUkm1vbVsjk/L9eG+TE2tdQhMeK9vGgTsqcVOTmXXQ6QA0/WQtxqPURH2qZG27YR2VE0=",
        "",
    ),
    # zencashjs, test/message.js (there on the test net)
    "zencashjs": (
        "horizen",
        keys.p2pkh(
            "2089", Key(bytes.fromhex("a629a8e06ed48f85fcc19137257929fa6882eac7d8b8aed349d0d106d5069378")).compressed
        ),
        "ciao",
        "HyfEVMrykkS0ogn55bXscQs9WrJtxZMPL+ZetbBSSbcXScyUDMybHtjXpT6Lmz4OuxYWvXtia9etbH5wAw133A8=",
        "",
    ),
}


@pytest.mark.parametrize(("name", "address", "message", "signature", "key"), VECTORS.values(), ids=VECTORS)
def test_a_wallets_own_vector_is_verified_and_not_for_another_message(
    name: str, address: str, message: str, signature: str, key: str
) -> None:
    on = NETWORKS[name]
    verdict = judge(claim(on, address, signature, message=message, key=key), on)
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert judge(claim(on, address, signature, message=message + " ", key=key), on).status is VerdictStatus.INVALID


ADDRESSES = {
    # nuls-v2-js-sdk, src/test/stopAgent.js
    "nuls": (
        "027d8d404b0aaa834491999a0212ef7e432da69c6462857566f80a2c81e259e7b2",
        lambda key: keys.nuls(hash160(key)),
        "NULSd6HgfzPGhFsZX16hHgneY25YKs6v6LvmX",
    ),
    # The gem "platon", README
    "platon": (
        (
            "04641129e66399310ce4a41098d3b3fc4d722edf423dfdc0a76eba5d6e2155bbe6"
            "11ee2a5c06011ab76040ca53b9ead4c5061d8cc8a89afa3f45af5830661d4b34"
        ),
        lambda key: keys.bech32_of("lat", keccak(key[1:])[12:]),
        "lat1ls87d3mqfhxadjsmn0ns844tj8ljlsq8uqnv8u",
    ),
    # XRPL documentation, "Address Encoding"
    "xrp": (
        "ED9434799226374926EDA3B54B1B461B4ABF7237962EAE18528FEA67595397FA32",
        keys.xrp,
        "rDTXLQ7ZKZVKz33zJbHjgVShjsBnqMBhmN",
    ),
}


@pytest.mark.parametrize(("key", "address_of", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_the_tests_own_derivation_of_an_address_is_the_published_one(
    key: str, address_of: keys.AddressOf, address: str
) -> None:
    assert address_of(bytes.fromhex(key)) == address
