"""Families outside Bitcoin's and Ethereum's: what each accepts, how it spells an account, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable

import base58
import cbor2
import pytest
from bitcoin.segwit_addr import bech32_encode, convertbits
from hypothesis import given
from hypothesis import strategies as st

from monitor.registry.addresses import canton, substrate
from tests.support.addresses import accepted, network, refusal

KEY = bytes(range(32))


def crc16(data: bytes) -> int:
    """CRC-16 of XMODEM, bit by bit."""
    remainder = 0
    for byte in data:
        remainder ^= byte << 8
        for _ in range(8):
            remainder = remainder << 1 ^ (0x1021 if remainder & 0x8000 else 0)
            remainder &= 0xFFFF
    return remainder


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def strkey(version: int, key: bytes) -> str:
    body = bytes((version,)) + key
    return base32(body + crc16(body).to_bytes(2, "little"))


def friendly(tag: int, workchain: int, key: bytes, *, url_safe: bool = True) -> str:
    body = bytes((tag, workchain)) + key
    data = body + crc16(body).to_bytes(2, "big")
    return (base64.urlsafe_b64encode(data) if url_safe else base64.b64encode(data)).decode()


def bech32(prefix: str, data: bytes) -> str:
    return str(bech32_encode(prefix, convertbits(data, 8, 5)))


def base58check(body: bytes) -> str:
    return base58.b58encode_check(body).decode()


def filecoin(protocol: int, payload: bytes) -> str:
    head = bytes((protocol, 10)) if protocol == 4 else bytes((protocol,))
    checksum = hashlib.blake2b(head + payload, digest_size=4).digest()
    return ("f410f" if protocol == 4 else f"f{protocol}") + base32(payload + checksum).lower()


def byron(payload: bytes, checksum: int | None = None) -> str:
    crc = zlib.crc32(payload) if checksum is None else checksum
    return base58.b58encode(cbor2.dumps([cbor2.CBORTag(24, payload), crc])).decode()


def ss58(prefix: bytes, key: bytes) -> str:
    checksum = hashlib.blake2b(b"SS58PRE" + prefix + key).digest()[:2]
    return base58.b58encode(prefix + key + checksum).decode()


def x_address(prefix: bytes, flag: int, tag: bytes) -> str:
    return base58.b58encode_check(prefix + KEY[:20] + bytes((flag,)) + tag, alphabet=base58.XRP_ALPHABET).decode()


CLASSIC = base58.b58encode_check(bytes(1) + KEY[:20], alphabet=base58.XRP_ALPHABET).decode()

# Known addresses from specifications and reference implementations: network, text, canonical spelling, form.
KNOWN = [
    ("canton", "DSO::1220" + "ab" * 32, "DSO::1220" + "ab" * 32, "party"),
    ("canton", "a:b_C-1::1220" + "ab" * 32, "a:b_C-1::1220" + "ab" * 32, "party"),
    ("canton", "o" * 185 + "::1220" + "ab" * 32, "o" * 185 + "::1220" + "ab" * 32, "party"),
    ("iost", "okx_1", "okx_1", "name"),
    ("iost", "okxwallet01", "okxwallet01", "name"),
    ("aelf", "ELF_2XNagboftecQgKRtgG8W5zpdRiZWinUfsfZm62a5NmmEVoZG7X_AELF",
     "2XNagboftecQgKRtgG8W5zpdRiZWinUfsfZm62a5NmmEVoZG7X", "account"),
    ("aptos", "0x4062a7375a1ab2bb8bc33d2c1cb2f6b0afa1cef98ea7a5afec7afc96675fe1d",
     "0x04062a7375a1ab2bb8bc33d2c1cb2f6b0afa1cef98ea7a5afec7afc96675fe1d", "account"),
    # CIP-37, final alphabet
    ("conflux", "CFX:TYPE.USER:AARC9ABYCUE0HHZGYRR53M6CXEDGCCRMMYYBJGH4XG",
     "cfx:aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "user"),
    ("conflux", "cfx:type.contract:acc7uawf5ubtnmezvhu9dhc6sghea0403y2dgpyfjp",
     "cfx:acc7uawf5ubtnmezvhu9dhc6sghea0403y2dgpyfjp", "contract"),
    # The Filecoin specification and FIP-55
    ("filecoin", "f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy", "f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy", "secp256k1"),
    ("filecoin", "f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "actor"),
    ("filecoin", "f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a",
     "f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a", "bls"),
    ("filecoin", "f01729", "f01729", "id"),
    ("filecoin", "0xff00000000000000000000000000000000000001", "f01", "id"),
    ("filecoin", "0x07e47ed3c5a8ff59fb5d1df4051c34da67fc5547", "f410fa7sh5u6fvd7vt625dx2akhbu3jt7yvkhgdp55ki",
     "delegated"),
    ("flow", "0x1654653399040a61", "0x1654653399040a61", "account"),
    ("flow", "0xF233DCEE88FE0ABE", "0xf233dcee88fe0abe", "account"),
    ("hedera", "0.0.123-vfmkw", "0.0.123", "account"),  # HIP-15
    ("hedera", "0.0.123", "0.0.123", "account"),
    ("icon", "hxbe258ceb872e08851f1f59694dac2558708ece11", "hxbe258ceb872e08851f1f59694dac2558708ece11", "account"),
    ("icon", "cx0000000000000000000000000000000000000000", "cx0000000000000000000000000000000000000000", "contract"),
    ("kadena", "k:" + "ab" * 32, "k:" + "ab" * 32, "key"),
    ("kusama", "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F", "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F",
     "account"),
    ("near", "relay.aurora", "relay.aurora", "name"),
    ("near", "0x52908400098527886e0f7030069857d2e4169ee7", "0x52908400098527886e0f7030069857d2e4169ee7", "ethereum"),
    ("stacks", "SP000000000000000000002Q6VF78", "SP000000000000000000002Q6VF78", "p2pkh"),  # SIP-005
    ("stacks", "SM2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKQVX8X0G", "SM2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKQVX8X0G", "p2sh"),
    ("starknet", "0x02Fd23d9182193775423497fc0c472E156C57C69E4089A1967fb288A2d84e914",
     "0x02fd23d9182193775423497fc0c472e156c57c69e4089a1967fb288a2d84e914", "contract"),
    ("starknet", "0x2Fd23d9182193775423497fc0c472E156C57C69E4089A1967fb288A2d84e914",
     "0x02fd23d9182193775423497fc0c472e156c57c69e4089a1967fb288a2d84e914", "contract"),
    ("starknet", "0x00AbcDefaBcdefabCDEfAbCDEfAbcdEFAbCDEfabCDefaBCdEFaBcDeFaBcDefAb",
     "0x00abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefab", "contract"),
    ("wax", "m.federation", "m.federation", "name"),
    ("xrp", "XVLhHMPHU98es4dbozjVtdWzVrDjtV18pX8yuPT7y4xaEHi", "rGWrZyQqhTp9Xu7G5Pkayo7bXjH4k4QYpf", "x-address"),
]  # fmt: skip

# Network, text, and a word of the reason.
REFUSED = [
    ("aelf", "ELF_2XNagboftecQgKRtgG8W5zpdRiZWinUfsfZm62a5NmmEVoZG7X_tDVV", "on the chain 'tDVV'"),
    ("aelf", base58check(KEY[:31]), "holds 31 bytes"),
    ("algorand", "JDQ7EW3VY2ZHK4DKUHMNP35XLFPRJBND6M7SZ7W5RCFDNYAA47OC5IS62J", "bits that belong to no byte"),
    ("algorand", base32(KEY), "holds 32 bytes, not 36"),
    ("aptos", "0x" + "1" * 59, "has 59 hexadecimal digits, not 64"),
    ("aptos", "0x" + "1" * 65, "has 65 hexadecimal digits, not 64"),
    ("aptos", "1" * 62, "has 62 hexadecimal digits, not 64"),
    ("aptos", "0x" + "+1" * 32, "not hexadecimal"),
    ("cardano", bech32("stake", b"\xe1" + KEY[:28]), "is a reward account"),
    ("cardano", bech32("addr_test", b"\x60" + KEY[:28]), "of a test net"),
    ("cardano", bech32("addr", b"\x60" + KEY[:28]), "is of network 0"),
    ("cardano", bech32("addr", b"\x61" + KEY[:27]), "too few"),
    ("cardano", bech32("addr", b"\x61" + KEY[:29]), "not the length of its type (enterprise)"),
    ("cardano", bech32("addr", b"\x01" + KEY + KEY[:23]), "not the length of its type (base)"),
    ("cardano", bech32("addr", b"\x41" + KEY[:28] + b"\x81\x00"), "not the length of its type (pointer)"),
    ("cardano", bech32("addr", b"\x81" + KEY[:28]), "names the address type 8"),
    ("cardano", byron(cbor2.dumps([KEY[:28], {}, 0]), checksum=1), "CRC-32 does not match"),
    ("cardano", byron(cbor2.dumps([KEY[:28], {2: cbor2.dumps(1097911063)}, 0])), "Byron address of a test net"),
    ("cardano", byron(cbor2.dumps([KEY[:27], {}, 0])), "root, attributes and type"),
    ("cardano", byron(cbor2.dumps([KEY[:28], {}, 0]) + b"\x00"), "root, attributes and type"),
    ("cardano", "1DcT5Wij5tfb3oVViF8mA8p4WrG98ahZPT", "neither a Shelley address nor"),
    ("celestia", "cosmos1h9ymfm2fxrqgd257dlw5nku3jgqjgpl59sm5ns", "its bech32 prefix is cosmos, not celestia"),
    ("cosmos", bech32("cosmosvaloper", KEY[:20]), "its bech32 prefix is cosmosvaloper"),
    ("cosmos", bech32("cosmos", KEY[:21]), "holds 21 bytes"),
    ("canton", "okx::1220" + "AB" * 32, "lower-case hexadecimal digits"),
    ("canton", "okx::1220" + "ab" * 31, "is not a party"),
    ("canton", "okx::1221" + "ab" * 32, "is not a party"),
    ("canton", "okx:::1220" + "ab" * 32, "is not a party"),
    ("canton", "okx::1::1220" + "ab" * 32, "is not a party"),
    ("canton", "::1220" + "ab" * 32, "is not a party"),
    ("canton", "1220" + "ab" * 32, "is not a party"),
    ("canton", "o" * 186 + "::1220" + "ab" * 32, "186 characters"),
    ("conflux", "cfx:type.contract:aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "but is type.user"),
    ("conflux", "cfx:colour.red:aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "states colour.red"),
    ("conflux", "cfx:Aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "mixed case"),
    ("conflux", "cfxtest:aarc9abycue0hhzgyrr53m6cxedgccrmmytm8mw5p", "does not begin with cfx:"),
    ("conflux", "aarc9abycue0hhzgyrr53m6cxedgccrmmyybjgh4xg", "does not begin with cfx:"),
    ("eos", "Okbwallet1tr", "is not an account name"),
    ("eos", "okbwallet6tr", "is not an account name"),
    ("eos", "okbwallet1tr1", "is not an account name"),
    ("eos", "okbwallet.", "is not an account name"),
    ("eos", ".okbwallet", "is not an account name"),
    ("ethereum-beacon", "0x" + "22" * 48, "marks a compressed point"),
    ("ethereum-beacon", "0xc0" + "00" * 47, "point at infinity"),
    ("ethereum-beacon", "0x" + "ab" * 47, "has 94 hexadecimal digits, not 96"),
    ("filecoin", "f4" + "10f" + "a7sh5u6fvd7vt625dx2akhbu3jt7yvkhgdp55k", "base32"),
    ("filecoin", "t1lzszobfjwres2otlbitgpbeo6ha72sujwsdjy5i", "does not begin with f0"),
    ("filecoin", "f1LZSZOBFJWRES2OTLBITGPBEO6HA72SUJWSDJY5I", "upper-case"),
    ("filecoin", "f432f" + "a7sh5u6fvd7vt625dx2akhbu3jt7yvkhgdp55ki", "does not begin with f0"),
    ("filecoin", filecoin(4, b"\xff" + bytes(18) + b"\x01"), "is a masked id"),
    ("filecoin", filecoin(1, KEY[:19]), "holds 19 bytes, not 20"),
    ("filecoin", "f001", "is not an id"),
    ("filecoin", f"f0{2**63}", "is not an id"),
    ("filecoin", "f0", "is not an id"),
    ("filecoin", "f5" + "a" * 39, "does not begin with f0"),
    ("flow", "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e", "has 40 hexadecimal digits, not 16"),
    ("flow", "0x0000000000000000", "not an address of the main net"),
    ("flow", "0x8c5303eaa26202d6", "not an address of the main net"),  # the service account of the test net
    ("iost", "okx1", "is not an account name"),
    ("iost", "okxwallet001", "is not an account name"),
    ("iost", "Okxwallet", "is not an account name"),
    ("iost", "okx.wallet", "is not an account name"),
    ("hedera", "0.0.0123", "form 0.0.N"),
    ("hedera", "0.1.123", "form 0.0.N"),
    ("hedera", "0.0.123-VFMKW", "form 0.0.N"),
    ("hedera", "0.0.123-", "form 0.0.N"),
    ("hedera", f"0.0.{2**63}", "form 0.0.N"),
    ("hedera", "0.0.123-esxsf", "expected vfmkw on the main net"),  # the checksum on the test net
    ("icon", "hxBE258ceb872e08851f1f59694dac2558708ece11", "upper-case"),
    ("icon", "0xbe258ceb872e08851f1f59694dac2558708ece11", "does not begin with hx or cx"),
    ("internet-computer", "d4685b31b51450508aff0331584df7692a84467b680326f5c5f7d30ae711682e", "CRC-32"),
    ("kadena", "k:" + "AB" * 32, "upper-case"),
    ("kadena", "w:" + "ab" * 32 + ":keys-all", "only k: accounts"),
    ("multiversx", bech32("erd", KEY[:20]), "holds 20 bytes, not 32"),
    ("near", "Alice.near", "is not an account id"),
    ("near", "alice..near", "is not an account id"),
    ("near", "-alice.near", "is not an account id"),
    ("near", "alice_-b.near", "is not an account id"),
    ("near", "a", "has 1 characters"),
    ("near", "a" * 65, "has 65 characters"),
    ("polkadot", "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F", "its SS58 prefix is 2 (kusama"),
    ("polkadot", ss58(b"\x80\x00", KEY), "reserved"),
    ("polkadot", ss58(b"\x40\x00", KEY), "reserved or written in two bytes"),
    ("polkadot", ss58(b"\x00", KEY[:31]), "holds 31 bytes"),
    ("polkadot", ss58(b"\x00", KEY + b"\x00"), "holds 33 bytes"),
    ("polkadot", "1", "too short"),
    ("sia", "0" * 64 + "89eb0d6a8a68", "checksum does not match"),
    ("solana", base58.b58encode(KEY[1:]).decode(), "holds 31 bytes, not 32"),
    ("solana", base58.b58encode(KEY + b"\x00").decode(), "holds 33 bytes, not 32"),
    ("solana", "7bzoTJhZmpU1vQVjN63fQ3iVYmWCVgQh1sYSqsjuapU0", "outside the alphabet"),
    ("stacks", "ST2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKQYAC0RQ", "its version is 26"),
    ("stacks", "sP2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKNRV9EJ7", "does not begin with S"),
    ("stacks", "SP2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKNRV9EJ7.vault", "outside the alphabet"),
    ("stacks", "SPOOOOOOOOOOOOOOOOOOOO2Q6VF78", "outside the alphabet"),
    ("stacks", "SP0000000000000000000002Q6VF78", "holds 21 bytes"),
    ("stacks", "SP", "does not begin with S"),
    ("starknet", f"0x{2**251 - 256:064x}", "is not a contract address"),
    ("starknet", "0x" + "0" * 64, "is not a contract address"),
    ("starknet", "0x02fD23d9182193775423497fc0c472E156C57C69E4089A1967fb288A2d84e914", "expected 0x02Fd23d9"),
    ("starknet", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "has 40 hexadecimal digits"),
    ("stellar", strkey(12 << 3, KEY + bytes(7)), "does not begin with G"),
    ("stellar", strkey(18 << 3, KEY), "a secret key"),
    ("stellar", strkey(2 << 3, KEY), "contract"),
    ("stellar", strkey(6 << 3, KEY[:30]), "holds a key of 30 bytes"),
    ("stellar", strkey(7 << 3, KEY), "does not begin with G"),
    ("stellar", strkey(6 << 3, KEY).lower(), "not base32"),
    ("sui", "0x" + "1" * 63, "has 63 hexadecimal digits, not 64"),
    ("tezos", base58check(bytes.fromhex("06a19f") + KEY[:21]), "holds 21 bytes, not 20"),
    ("tezos", base58check(bytes.fromhex("0d0f25d9") + KEY), "not of the kind tz1"),  # a public key
    ("ton", friendly(0x91, 0, KEY), "test net only"),
    ("ton", friendly(0x12, 0, KEY), "tag 0x12"),
    ("ton", friendly(0x11, 1, KEY), "workchain byte 0x01"),
    ("ton", friendly(0x11, 0, b"\xfb\xff" * 16)[:-1] + "+", "one base64 alphabet"),
    ("ton", "1:" + "ab" * 32, "one base64 alphabet"),
    ("ton", "00:" + "ab" * 32, "one base64 alphabet"),
    ("tron", base58check(b"\xa0" + KEY[:20]), "is not a Tron address"),
    ("tron", base58check(b"\x41" + KEY[:21]), "is not a Tron address"),
    ("tron", "42" + "ab" * 20, "is not a Tron address"),
    ("tron", "0x" + "ab" * 20, "base58"),
    ("xrp", x_address(b"\x04\x93", 0, bytes(8)), "of a test net"),
    ("xrp", x_address(b"\x05\x44", 2, bytes(8)), "destination tag"),
    ("xrp", x_address(b"\x05\x44", 0, b"\x01" + bytes(7)), "destination tag"),
    ("xrp", x_address(b"\x05\x44", 1, bytes(7) + b"\x01"), "destination tag"),
    ("xrp", base58.b58encode_check(bytes(1) + KEY[:21], alphabet=base58.XRP_ALPHABET).decode(), "neither a classic"),
    ("xrp", "1DcT5Wij5tfb3oVViF8mA8p4WrG98ahZPT", "checksum does not match"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "canonical", "form"), KNOWN)
def test_known_addresses_have_one_canonical_spelling(name: str, text: str, canonical: str, form: str) -> None:
    decoded = accepted(name, text)
    assert (decoded.canonical, decoded.form) == (canonical, form)
    assert accepted(name, canonical).payload == decoded.payload


@pytest.mark.parametrize(("name", "text", "reason"), REFUSED)
def test_what_is_not_an_address_of_the_network_is_refused_with_the_reason(name: str, text: str, reason: str) -> None:
    assert reason in refusal(name, text)


# Network, an encoder written apart from the codec, the size of what it encodes, the form.
ENCODERS: list[tuple[str, Callable[[bytes], str], int, str]] = [
    ("aelf", base58check, 32, "account"),
    ("algorand", lambda key: base32(key + hashlib.new("sha512_256", key).digest()[-4:]), 32, "account"),
    ("aptos", lambda key: "0x" + key.hex(), 32, "account"),
    ("celestia", lambda key: bech32("celestia", key), 20, "account"),
    ("dydx", lambda key: bech32("dydx", key), 32, "account"),
    ("filecoin", lambda key: filecoin(1, key), 20, "secp256k1"),
    ("filecoin", lambda key: filecoin(3, key), 48, "bls"),
    ("fogo", lambda key: base58.b58encode(key).decode(), 32, "account"),
    ("multiversx", lambda key: bech32("erd", key), 32, "account"),
    ("polkadot", lambda key: ss58(b"\x00", key), 32, "account"),
    ("acala", lambda key: ss58(b"\x0a", key), 32, "account"),
    ("stellar", lambda key: strkey(6 << 3, key), 32, "account"),
    ("sui", lambda key: "0x" + key.hex(), 32, "account"),
    ("tezos", lambda key: base58check(bytes.fromhex("06a1a4") + key), 20, "tz3"),
    ("tron", lambda key: base58check(b"\x41" + key), 20, "account"),
]


@pytest.mark.parametrize(("name", "encode", "size", "form"), ENCODERS)
@given(data=st.data())
def test_every_account_is_read_back(
    name: str, encode: Callable[[bytes], str], size: int, form: str, data: st.DataObject
) -> None:
    account = data.draw(st.binary(min_size=size, max_size=size))
    text = encode(account)
    assert accepted(name, text) == (text, form, account)


@given(st.binary(min_size=32, max_size=32), st.sampled_from([(0x00, "0"), (0xFF, "-1")]))
def test_all_spellings_of_ton_come_down_to_the_raw_one(key: bytes, workchain: tuple[int, str]) -> None:
    number, name = workchain
    raw = f"{name}:{key.hex()}"
    spellings = [friendly(tag, number, key, url_safe=url_safe) for tag in (0x11, 0x51) for url_safe in (True, False)]
    for text in (*spellings, raw, raw.upper()):
        decoded = accepted("ton", text)
        assert (decoded.canonical, decoded.payload) == (raw, key)


@given(
    st.sampled_from(["acala", "avail", "centrifuge", "clover", "efinity", "enjin"]), st.binary(min_size=32, max_size=32)
)
def test_every_substrate_prefix_is_written_and_read_in_one_or_two_bytes(name: str, key: bytes) -> None:
    prefixes = {"acala": 10, "avail": 42, "centrifuge": 36, "clover": 128, "efinity": 1110, "enjin": 2135}
    text = substrate.encode(prefixes[name], key)
    assert accepted(name, text) == (text, "account", key)


def test_the_generic_prefix_stands_for_any_substrate_chain() -> None:
    decoded = accepted("clover", ss58(b"\x2a", KEY))
    assert decoded == accepted("clover", ss58(b"\x60\x00", KEY))  # 128: 0b01100000 0b00000000
    assert "2 (kusama" in refusal("phala", ss58(b"\x02", KEY))


@pytest.mark.parametrize(
    ("head", "rest", "form"),
    [
        (0x01, KEY[:28], "base"),
        (0x11, KEY[:28], "base"),
        (0x31, KEY[:28], "base"),
        (0x41, b"\x81\x00\x02\x03", "pointer"),
        (0x51, b"\x01\x02\x03", "pointer"),
        (0x61, b"", "enterprise"),
        (0x71, b"", "enterprise"),
    ],
)
def test_every_shelley_type_has_its_length(head: int, rest: bytes, form: str) -> None:
    text = bech32("addr", bytes((head,)) + KEY[:28] + rest)
    assert accepted("cardano", text).form == accepted("cardano", text.upper()).form == form
    assert accepted("cardano", text.upper()).canonical == text


def test_a_destination_tag_names_no_account_of_its_own() -> None:
    for text in (CLASSIC, x_address(b"\x05\x44", 0, bytes(8)), x_address(b"\x05\x44", 1, b"\xff" * 4 + bytes(4))):
        decoded = accepted("xrp", text)
        assert (decoded.canonical, decoded.payload) == (CLASSIC, KEY[:20])


def test_networks_of_one_kind_share_a_codec() -> None:
    key = "0x" + KEY.hex()
    assert accepted("iota", key) == accepted("sui", key)
    assert accepted("venom", "0:" + KEY.hex()) == accepted("ton", "0:" + KEY.hex())
    assert accepted("pocket", bech32("pokt", KEY[:20])).payload == KEY[:20]
    assert network("pi").family == network("stellar").family


CHECKSUMMED = "01682FA591f79eC7dCcaAdBf3a4C11d37b913e224F901730f6AaA1Dd545AE553E7"
"""As casper-js-sdk writes a key (CEP-57)."""


def test_a_casper_key_and_its_account_hash_are_one_account() -> None:
    account = (
        "account-hash-" + hashlib.blake2b(b"ed25519\0" + bytes.fromhex(CHECKSUMMED[2:]), digest_size=32).hexdigest()
    )
    for text in (CHECKSUMMED, CHECKSUMMED.lower(), CHECKSUMMED.upper(), account):
        assert accepted("casper", text).canonical == account


@pytest.mark.parametrize(
    "text",
    [
        CHECKSUMMED.replace("F", "f", 1),
        CHECKSUMMED[2:],
        "00" + CHECKSUMMED[2:].lower(),
        "02" + CHECKSUMMED[2:].lower(),
        "02" + "04" + CHECKSUMMED[2:].lower(),
        "0x" + CHECKSUMMED.lower(),
        "account-hash-" + "0" * 63,
        "Account-hash-" + "0" * 64,
    ],
)
def test_what_is_no_casper_account_is_refused(text: str) -> None:
    assert refusal("casper", text)


def test_a_canton_namespace_is_the_fingerprint_that_cantons_documentation_gives_a_key() -> None:
    """Its tutorial on external signing, ``compute_canton_fingerprint_from_base64``."""
    key = base64.b64decode("2RwUiIHVUVdulxzD8NKtPmIaaBqMer1A90rDjoklJPY=")
    namespace = "1220205057e331cc8929dd217e2f8e63f503b7081773de60d01fb46839700bc5caaa"
    assert canton.fingerprint(key) == accepted("canton", f"alice::{namespace}").payload == bytes.fromhex(namespace)


def test_a_klayr_address_has_lisks_checksum() -> None:
    """The bytes and digits of LIP-0018's example, which has ``lsk`` before them."""
    decoded = accepted("klayr", "kly24cd35u4jdq8szo3pnsqe5dsxwrnazyqqqg5eu")
    assert decoded.payload.hex() == "c247a42e09e6aafd818821f75b2f5b0de47c8235"
    for text in ("lsk24cd35u4jdq8szo3pnsqe5dsxwrnazyqqqg5eu", "kly24cd35u4jdq8szo3pnsqe5dsxwrnazyqqqg5ez", "kly"):
        assert refusal("klayr", text)
