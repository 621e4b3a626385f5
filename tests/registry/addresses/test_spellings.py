"""One account, however it is written: each unambiguous spelling comes down to the same canonical one."""

from __future__ import annotations

import base64
import hashlib
import zlib

import base58
import pytest
from bitcoin.segwit_addr import bech32_encode, convertbits

from monitor.model import Caip2, Network
from monitor.registry import load
from monitor.registry.addresses import AddressError, NoCodecError, decode
from tests.registry.addresses.test_account_chains import KEY, bech32, crc16, ss58, strkey

ETH = "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
RAW = bytes.fromhex(ETH)
HEX = KEY.hex()
TRON = base58.b58encode_check(b"\x41" + RAW).decode()
SHELLEY = bytes((0x61,)) + KEY[:28]
BYRON = "DdzFFzCqrhstFM5XQYA28G2ekCkvpb6bPdhUT5vcsZtqYT3i7wAtjNPCTEGNbUmgL4ym9udeV5k6Utc3vCmAbky6Bvda72r1SQknZH9L"
INJECTIVE = bech32("inj", RAW)


def on(name: str, family: str) -> Network:
    registered = load().networks.get(name)
    parameters = registered.parameters if registered else None
    return Network(name=name, caip2=Caip2(f"test:{name}"), family=family, title=name.title(), parameters=parameters)


def muxed(number: int) -> str:
    return strkey(12 << 3, KEY + number.to_bytes(8, "big"))


def bech32m(prefix: str, data: bytes) -> str:
    digits = convertbits(data, 8, 5)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = 1
    for digit in [*expanded, *digits, *[0] * 6]:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ digit
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= term if top >> bit & 1 else 0
    checksum ^= 0x2BC830A3
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    return prefix + "1" + "".join(alphabet[d] for d in [*digits, *(checksum >> 5 * (5 - i) & 31 for i in range(6))])


def principal(data: bytes) -> str:
    text = base64.b32encode(zlib.crc32(data).to_bytes(4, "big") + data).decode().rstrip("=").lower()
    return "-".join(text[start : start + 5] for start in range(0, len(text), 5))


def account_id(principal: bytes) -> str:
    """The account of a principal's default subaccount (ICP ledger)."""
    hashed = hashlib.sha224(b"\x0aaccount-id" + principal + bytes(32)).digest()
    return (zlib.crc32(hashed).to_bytes(4, "big") + hashed).hex()


LEDGER = bytes.fromhex("00000000000000020101")  # the canister ryjl3-tyaaa-aaaaa-aaaba-cai

BECH32 = {"cronos": "crc", "dymension": "dym", "evmos": "evmos", "haqq": "haqq", "iotex": "io", "kava": "kava",
          "okc": "ex", "zetachain": "zeta"}  # fmt: skip
WITHOUT_0X = {"aptos": "aptos", "iota": "sui", "starknet": "starknet", "sui": "sui"}

ALIKE: dict[str, tuple[Network, str, list[str]]] = {
    **{name: (on(name, "evm"), f"0x{RAW.hex()}", [bech32(prefix, RAW), bech32(prefix, RAW).upper(), f"0x{ETH}", ETH])
       for name, prefix in BECH32.items()},
    **{name: (on(name, family), f"0x{HEX}", [HEX, HEX.upper(), f"0x{HEX.upper()}", f"0X{HEX}"])
       for name, family in WITHOUT_0X.items()},
    "aptos, short": (on("aptos", "aptos"), f"0x{HEX}", [f"0x{HEX[2:]}"]),
    "starknet, short": (on("starknet", "starknet"), f"0x{HEX}", [f"0x{HEX[2:]}"]),
    "harmony": (on("harmony", "harmony"), f"0x{RAW.hex()}", [bech32("one", RAW), f"0x{ETH}", ETH]),
    "platon": (on("platon", "platon"), f"0x{RAW.hex()}", [bech32("lat", RAW), f"0x{ETH}", ETH]),
    "ronin": (on("ronin", "evm"), f"0x{RAW.hex()}", [f"ronin:{RAW.hex()}", f"ronin:{ETH}", f"0x{ETH}"]),
    "xlayer": (on("xlayer", "evm"), f"0x{RAW.hex()}", [f"XKO{ETH}", f"xko{RAW.hex()}", f"Xko{RAW.hex()}"]),
    "injective": (on("injective", "cosmos"), INJECTIVE, [f"0x{ETH}", RAW.hex(), INJECTIVE.upper()]),
    "beacon": (on("ethereum-beacon", "beacon"), f"0x{RAW.hex()}", [f"0x{ETH}", ETH]),
    "beacon, key": (on("ethereum-beacon", "beacon"), "0xab" + "cd" * 47, ["ab" + "cd" * 47, "0xAB" + "CD" * 47]),
    "filecoin": (on("filecoin", "filecoin"), "f410fa7sh5u6fvd7vt625dx2akhbu3jt7yvkhgdp55ki",
                 ["0x07e47ed3c5a8ff59fb5d1df4051c34da67fc5547"]),
    "flow": (on("flow", "flow"), "0x1654653399040a61", ["1654653399040a61", "0x1654653399040A61"]),
    "tron": (on("tron", "tron"), TRON, [f"41{RAW.hex()}", f"0x41{RAW.hex()}", f"41{RAW.hex().upper()}"]),
    "polkadot": (on("polkadot", "substrate"), ss58(b"\0", KEY), [ss58(b"\x2a", KEY), f"0x{HEX}"]),
    "phala": (on("phala", "substrate"), ss58(b"\x1e", KEY), [ss58(b"\x2a", KEY), f"0x{HEX}"]),
    "cardano": (on("cardano", "cardano"), bech32("addr", SHELLEY), [SHELLEY.hex(), f"0x{SHELLEY.hex().upper()}"]),
    "cardano, Byron": (on("cardano", "cardano"), BYRON, [base58.b58decode(BYRON).hex()]),
    "stellar": (on("stellar", "stellar"), strkey(6 << 3, KEY), [muxed(0), muxed(1), muxed(2**64 - 1)]),
    "pi": (on("pi", "stellar"), strkey(6 << 3, KEY), [muxed(7)]),
    "ton": (on("ton", "ton"), f"0:{HEX}", [f"0:{HEX.upper()}", f"0:{HEX[:32]}{HEX[32:].upper()}"]),
    "stacks": (on("stacks", "stacks"), "SP2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKNRV9EJ7",
               ["sp2j6zy48gv1ez5v2v5rb9mp66sw86pykknrv9ej7"]),
    "near": (on("near", "near"), HEX, [HEX.upper()]),
    "near, Ethereum": (on("near", "near"), f"0x{RAW.hex()}", [f"0x{ETH}", f"0x{RAW.hex().upper()}"]),
    "hedera": (on("hedera", "hedera"), "0.0.123", ["0.0.123-vfmkw", f"0x{123:040x}"]),
    "zcash": (on("zcash", "bitcoin"), base58.b58encode_check(bytes.fromhex("1cb8") + KEY[:20]).decode(),
              [bech32m("tex", KEY[:20]), bech32m("tex", KEY[:20]).upper()]),
    "internet computer": (on("internet-computer", "internet-computer"), account_id(LEDGER),
                          [principal(LEDGER), f"0x{account_id(LEDGER)}", account_id(LEDGER).upper()]),
}  # fmt: skip


@pytest.mark.parametrize(("network", "canonical", "spellings"), ALIKE.values(), ids=ALIKE)
def test_every_spelling_is_the_one_account(network: Network, canonical: str, spellings: list[str]) -> None:
    account = decode(network, canonical)
    assert account.canonical == canonical
    for text in spellings:
        assert decode(network, text)[::2] == account[::2], text


def test_the_same_key_under_the_prefix_of_another_chain_is_no_account_of_this_one() -> None:
    for text in (bech32("osmo", RAW), bech32("kava", RAW), INJECTIVE):
        with pytest.raises(AddressError, match="prefix"):
            decode(on("cosmos", "cosmos"), text)
    with pytest.raises(AddressError, match="prefix"):
        decode(on("evmos", "evm"), bech32("kava", RAW))
    with pytest.raises(AddressError):
        decode(on("ethereum", "evm"), bech32("evmos", RAW))


@pytest.mark.parametrize(
    "text",
    [principal(bytes(30)), "rrkah-fqaaa-aaaaa-aaaaq-caj", "rrkahfqaaaaaaaaaaaaqcai", "RRKAH-FQAAA-AAAAA-AAAAQ-CAI"],
)
def test_what_is_no_principal_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        decode(on("internet-computer", "internet-computer"), text)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (on("zcash", "bitcoin"), "zs1z7rejlpsa98s2rrrfkwmaxu53e4ue0ulcrw0h4x5g8jl04tak0d3mm47vdtahatqrlkngh9slya"),
        (on("zcash", "bitcoin"), "u1" + "q" * 100),
        (on("litecoin", "bitcoin"), "ltcmweb1" + "q" * 90),
        (on("cardano", "cardano"), bech32("stake", bytes((0xE1,)) + KEY[:28])),
        (on("hedera", "hedera"), f"0x{ETH}"),
        (on("kadena", "kadena"), "treasury"),
        (on("stellar", "stellar"), strkey(2 << 3, KEY)),
    ],
)
def test_a_real_address_that_cannot_be_read_here_is_not_called_wrong(network: Network, text: str) -> None:
    with pytest.raises(NoCodecError):
        decode(network, text)


def test_a_muxed_account_is_the_vector_of_sep_23() -> None:
    text = "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ"
    assert (
        decode(on("stellar", "stellar"), text).canonical == "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"
    )


def test_the_helpers_of_this_file_make_what_specifications_publish() -> None:
    assert principal(LEDGER) == "ryjl3-tyaaa-aaaaa-aaaba-cai"
    assert bech32m("a", b"") == "a1lqfn3a"  # BIP-350
    assert crc16(b"123456789") == 0x31C3
    assert bech32_encode("a", []) == "a12uel5l"
