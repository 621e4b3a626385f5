"""The message forms and spellings of wallets, and published vectors of addresses and signatures."""

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha224, sha256

import base58
import pytest
import sr25519
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.families import aptos, internet_computer, sia, venom
from monitor.ownership.families.ton import wallets as ton_wallets
from monitor.registry.addresses import decode
from monitor.registry.addresses.substrate import encode
from tests.support import ed25519
from tests.support.ed25519 import HOMES, KEY, OTHER, blake, okx, okx_signature
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network

ADDRESS = {home.name: home.address(KEY.public) for home in HOMES}
ON = {home.name: home.on for home in HOMES}
TEXT = MESSAGE.encode()
LONG = "ж" * 700
OFFCHAIN = b"\xffsolana offchain\0"


def judged(name: str, signature: str | bytes, *, key: str = KEY.hex, message: str = MESSAGE) -> Verdict:
    text = signature if isinstance(signature, str) else signature.hex()
    return judge(claim(ON[name], ADDRESS[name], text, key=key, message=message), ON[name])


def spec_header(kind: int, length: int) -> bytes:
    return OFFCHAIN + bytes(32) + bytes((kind, 1)) + KEY.public + length.to_bytes(2, "little")


def short_header(kind: int, length: int) -> bytes:
    return OFFCHAIN + bytes((kind,)) + length.to_bytes(2, "little")


FORMS: dict[str, tuple[str, str, bytes]] = {
    "Solana, a wallet": ("solana", "plain text", TEXT),
    "Solana, off-chain": ("solana", "off-chain message", spec_header(0, len(TEXT)) + TEXT),
    "Solana, off-chain, short": ("fogo", "off-chain message, short header", short_header(0, len(TEXT)) + TEXT),
    "Stellar, SEP-53": ("stellar", "SEP-53", sha256(b"Stellar Signed Message:\n" + TEXT).digest()),
    "Algorand, MX": ("algorand", "MX", b"MX" + TEXT),
    "Polkadot, an extension": ("polkadot", "<Bytes>", b"<Bytes>" + TEXT + b"</Bytes>"),
    "Polkadot, a tool": ("kusama", "plain text", TEXT),
}


@pytest.mark.parametrize(("name", "form", "signed"), FORMS.values(), ids=FORMS)
def test_a_wallets_own_form_proves_its_account_and_is_named(name: str, form: str, signed: bytes) -> None:
    verdict = judged(name, KEY.sign(signed))
    assert (verdict.status, f"({form})" in verdict.reason) == (VerdictStatus.VERIFIED, True)


@pytest.mark.parametrize(("name", "form", "signed"), FORMS.values(), ids=FORMS)
def test_a_wallets_own_form_does_not_prove_another_text(name: str, form: str, signed: bytes) -> None:
    assert judged(name, KEY.sign(signed), message=MESSAGE + " ").status is VerdictStatus.INVALID
    assert judged(name, KEY.sign(signed + b" ")).status is VerdictStatus.INVALID


def test_no_family_takes_the_form_of_another() -> None:
    taken = {(name, form) for name, form, _ in FORMS.values()} | {("pi", "SEP-53"), ("multiversx", "")}
    for name in ("sui", "near", "kadena", "tezos", "cardano base", "ton v4r2", "aptos"):
        for _, form, signed in FORMS.values():
            assert (name, form) not in taken
            assert judged(name, KEY.sign(signed)).status is VerdictStatus.INVALID, (name, form)


@pytest.mark.parametrize(("text", "first"), [("printable ~", 0), ("tab\t", 1), ("ж", 1), (LONG, 1), ("a" * 1_300, 0)])
def test_solanas_header_names_a_format_that_can_hold_the_text(text: str, first: int) -> None:
    raw = text.encode()
    for kind in range(4):
        signature = KEY.sign(spec_header(kind, len(raw)) + raw)
        expected = VerdictStatus.VERIFIED if first <= kind <= 2 else VerdictStatus.INVALID
        assert judged("solana", signature, message=text).status is expected


def test_solanas_header_cannot_hold_more_than_it_can_count() -> None:
    text = "a" * 65_600
    assert judged("solana", KEY.sign(text.encode()), message=text).status is VerdictStatus.VERIFIED
    assert judged("solana", okx_signature(), message=text).status is VerdictStatus.INVALID


def test_an_off_chain_message_names_its_signer() -> None:
    others = spec_header(0, len(TEXT)).replace(KEY.public, OTHER.public)
    assert judged("solana", KEY.sign(others + TEXT)).status is VerdictStatus.INVALID


SPELLINGS: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "Solana, base58": ("solana", lambda raw: base58.b58encode(raw).decode()),
    "Stellar, base64": ("stellar", lambda raw: base64.b64encode(raw).decode()),
    "Algorand, base64": ("algorand", lambda raw: base64.b64encode(raw).decode()),
    "Tezos, edsig": ("tezos", lambda raw: ed25519.tezos("09f5cd8612", raw)),
    "Tezos, sig": ("tezos", lambda raw: ed25519.tezos("04822b", raw)),
}


@pytest.mark.parametrize(("name", "spell"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_signature_may_be_in_its_chains_own_spelling(name: str, spell: Callable[[bytes], str]) -> None:
    raw = KEY.sign(okx())
    assert judged(name, spell(raw)).status is VerdictStatus.VERIFIED
    for wrong in (spell(raw[:-1]), spell(raw + b"\0"), spell(raw)[:-1], spell(raw) + "1", " " + spell(raw), "edsig1"):
        assert judged(name, wrong).status in NOT_PROVEN


def test_a_tezos_key_may_be_in_its_chains_own_spelling() -> None:
    assert judged("tezos", okx_signature(), key=ed25519.tezos("0d0f25d9", KEY.public)).status is VerdictStatus.VERIFIED
    for wrong, code in (
        (ed25519.tezos("0d0f25d9", OTHER.public), Code.NOT_BY_KEY),
        ("edpk", Code.BAD_CHECKSUM),
        ("edpk" + "1" * 90, Code.WRONG_LENGTH),
        ("edpk" + "0" * 50, Code.BAD_CHECKSUM),
    ):
        assert judged("tezos", okx_signature(), key=wrong).code is code


@pytest.mark.parametrize("prefix", ["06a1a1", "06a1a4", "06a1a6"])
def test_a_tezos_account_of_another_curve_is_not_judged(prefix: str) -> None:
    on = network("tezos", "tezos")
    made = claim(on, ed25519.tezos(prefix, blake(KEY.public, 20)), okx_signature(), key=KEY.hex)
    assert judge(made, on).status is VerdictStatus.UNSUPPORTED


# --- Aptos -----------------------------------------------------------------------------------------------------------


def test_the_whole_text_of_aptos_wallet_standard_is_signed_as_it_is() -> None:
    text = "APTOS\nmessage: I am an OKX address\nnonce: 1"
    assert judged("aptos", KEY.sign(text.encode()), message=text).status is VerdictStatus.VERIFIED
    assert judged("aptos", KEY.sign(text.encode())).status is VerdictStatus.INVALID
    assert judged("aptos", KEY.sign(TEXT)).status is VerdictStatus.INVALID


def test_a_single_key_account_of_aptos_is_derived_as_its_sdk_does() -> None:
    on = network("aptos", "aptos")
    key = bytes.fromhex("e425451a5dc888ac871976c3c724dec6118910e7d11d344b4b07a22cd94e8c2e")
    account = decode(on, "0x5bdf77d5bf826c8c04273d4e7323f7bc4a85ee7ee34b37bd7458b7aed3639dd3")
    assert aptos.bind(key, account) == "whose single-key authentication key is the address"


# --- Sui -------------------------------------------------------------------------------------------------------------


def personal(text: bytes, length: bytes, intent: bytes = b"\3\0\0") -> bytes:
    return blake(intent + length + text)


def serialised(signed: bytes, flag: bytes = b"\0", key: bytes = KEY.public) -> str:
    return base64.b64encode(flag + KEY.sign(signed) + key).decode()


@pytest.mark.parametrize("name", ["sui", "iota"])
@pytest.mark.parametrize(
    ("text", "length"),
    [(MESSAGE, b"\x13"), ("a" * 127, b"\x7f"), ("a" * 128, b"\x80\1"), ("a" * 20_000, b"\xa0\x9c\1")],
)
def test_a_personal_message_proves_its_account(name: str, text: str, length: bytes) -> None:
    signature = serialised(personal(text.encode(), length))
    for key in ("", KEY.hex):
        verdict = judged(name, signature, key=key, message=text)
        assert (verdict.code, "personal message" in verdict.reason) == (Code.OWN_KEY, True)
    assert judged(name, signature, message=text + "a").status is VerdictStatus.INVALID


def test_a_personal_message_that_another_wallet_signed_verifies() -> None:
    signature = (
        "ABUNBl59ILPhyGpdgWpXJIQtEIMidR27As1771Hn7j9wVR/5IetQslRPMBrUC2THM+yGHw7h2N/Mr/0DMOpXLQ7u"
        "bWGon8j5kJWFqZa7DSsqxpriO1rPOaGfMmMSOboG+Q=="
    )
    address = "0x" + blake(b"\0" + base64.b64decode(signature)[65:]).hex()
    assert (
        judge(claim(ON["sui"], address, signature, message="Hello world"), ON["sui"]).status is VerdictStatus.VERIFIED
    )


def test_other_flags_intents_and_keys_of_a_personal_message_are_refused() -> None:
    good = personal(TEXT, b"\x13")
    assert judged("sui", serialised(good)).status is VerdictStatus.VERIFIED
    assert judged("sui", serialised(good), key=OTHER.hex).status in NOT_PROVEN
    assert judged("sui", serialised(good, key=OTHER.public), key="").status in NOT_PROVEN
    assert judged("sui", serialised(personal(TEXT, b"\x13", b"\0\0\0"))).status in NOT_PROVEN
    assert judged("sui", serialised(good, flag=b"\1")).status in NOT_PROVEN
    assert judged("sui", serialised(good, flag=b"\4", key=b"\2" + KEY.public)).status in NOT_PROVEN
    for flag in (b"\1", b"\2", b"\3", b"\5"):
        verdict = judged("sui", serialised(good, flag=flag, key=b"\2" + KEY.public))
        assert verdict.status is VerdictStatus.UNSUPPORTED


# --- Substrate: sr25519 ----------------------------------------------------------------------------------------------

POLKADOT = ON["polkadot"]
ALICE = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"


def judged_sr25519(key: bytes, signature: bytes, message: str = MESSAGE) -> Verdict:
    return judge(claim(POLKADOT, encode(0, key), signature.hex(), message=message), POLKADOT)


@pytest.mark.parametrize(
    ("key", "message", "signature", "form"),
    [
        (
            ALICE,
            "I hereby verify that I control 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            (
                "1037eb7e51613d0dcf5930ae518819c87d655056605764840d9280984e1b7063"
                "c4566b55bf292fcab07b369d01095879b50517beca4d26e6a65866e25fec0d83"
            ),
            "plain text",
        ),
        (
            "f84d048da2ddae2d9d8fd6763f469566e8817a26114f39408de15547f6d47805",
            "message to sign",
            (
                "48ce2c90e08651adfc8ecef84e916f6d1bb51ebebd16150ee12df247841a5437"
                "951ea0f9d632ca165e6ab391532e75e701be6a1caa88c8a6bcca3511f55b4183"
            ),
            "<Bytes>",
        ),
    ],
)
def test_what_polkadot_js_signed_with_sr25519_verifies(key: str, message: str, signature: str, form: str) -> None:
    verdict = judged_sr25519(bytes.fromhex(key), bytes.fromhex(signature), message)
    assert (verdict.status, f"(sr25519, {form})" in verdict.reason) == (VerdictStatus.VERIFIED, True)
    changed = judged_sr25519(bytes.fromhex(key), bytes.fromhex(signature), message + ".")
    assert changed.status is VerdictStatus.INVALID


PAIR = sr25519.pair_from_seed(b"\1" * 32)
SR25519_GOOD = sr25519.sign(PAIR, okx())


@settings(max_examples=25, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32))
def test_an_sr25519_key_proves_its_account_over_okxs_header(seed: bytes) -> None:
    pair = sr25519.pair_from_seed(seed)
    verdict = judged_sr25519(pair[0], sr25519.sign(pair, okx()))
    assert (verdict.code, "sr25519, OKX header" in verdict.reason) == (Code.OWN_KEY, True)


@settings(max_examples=120, deadline=None)
@given(bit=st.integers(0, 64 * 8 - 1))
def test_an_sr25519_signature_with_any_bit_changed_is_invalid(bit: int) -> None:
    raw = bytearray(SR25519_GOOD)
    raw[bit // 8] ^= 1 << bit % 8
    assert judged_sr25519(PAIR[0], bytes(raw)).status is VerdictStatus.INVALID


def test_nobody_signs_for_the_account_of_all_zeros() -> None:
    """Its "key" is the identity, so that s·B = R holds for whoever picks s: zero, here, and R with it."""
    forged = bytes(63) + b"\x80"
    assert sr25519.verify(forged, okx(), bytes(32)), "the library itself lets it pass"
    assert judged_sr25519(bytes(32), forged).status is VerdictStatus.INVALID


def test_an_ed25519_signature_is_no_sr25519_signature() -> None:
    raw = bytearray(KEY.sign(okx()))
    raw[63] |= 0x80
    assert judged("polkadot", bytes(raw)).status is VerdictStatus.INVALID


@pytest.mark.parametrize("account", [b"\xff" * 32, b"\3" * 32])
def test_an_account_that_is_a_key_of_neither_kind_accuses_nobody(account: bytes) -> None:
    row = claim(POLKADOT, encode(0, account), okx_signature(), key=KEY.hex)
    assert judge(row, POLKADOT).status is VerdictStatus.UNBOUND
    assert judge(replace(row, key=""), POLKADOT).status is VerdictStatus.UNSUPPORTED
    assert judge(replace(row, key=OTHER.hex), POLKADOT).status is VerdictStatus.INVALID
    assert judged_sr25519(account, SR25519_GOOD).status is VerdictStatus.UNSUPPORTED


def test_another_sr25519_key_is_invalid_beside_an_account_that_is_one() -> None:
    row = claim(POLKADOT, encode(0, bytes.fromhex(ALICE)), SR25519_GOOD.hex(), key=PAIR[0].hex())
    assert judge(row, POLKADOT).status is VerdictStatus.INVALID


# --- Addresses that other software derived ---------------------------------------------------------------------------

TON = network("ton", "ton")


@pytest.mark.parametrize(
    ("wallet", "key", "address"),
    [
        ("v3r1", "5754865e86d0ade1199301bbb0319a25ed6b129c4b0a57f28f62449b3df9c522",
         "EQBJp7j5N40GXJbAqFSnfTV1Af4ZTyHIMpRbKcudNhWJbbNO"),
        ("v3r2", "5754865e86d0ade1199301bbb0319a25ed6b129c4b0a57f28f62449b3df9c522",
         "EQA0D_5WdusaCB-SpnoE6l5TzdBmgOkzTcXrdh0px6g3zJSk"),
        ("v3r2", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "0:94f3d22697cc37907f7d09f5ba0b470defc87702a1ae398b3708afb97dd7da81"),
        ("v4r2", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQAXQH-lFETZ9KncaE4qs0XVTAYMMC2AGSKPNKhvt_Do45ym"),
        ("v1r1", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQCf-xXXVDL87MAmMNFmxVUuohYIaXfLRjQXZ8Czp_Wo4KGM"),
        ("v1r2", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQBDKdqxQ7GfG1Od7Hwlsb0b9SdkcOjr9fIu4sPJjfriMbDn"),
        ("v1r3", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQDBDSLkInEXo_76hVZ0_zj09_rAinsXvDysWTGUX4UnWuc9"),
        ("v2r1", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQBqaW_l01UTgXodOeJXEDHBBw0GfgCO_imXDn3Oo8EmiUOV"),
        ("v2r2", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQCcSX5DqU2kmjtzsprXaKVfYhFTpUnzLvaZAeQT_f_fHI_s"),
        ("v4r1", "6e405efc651ae460c2b9cd55683cc22f185e34e811419a57bcf087011eee9807",
         "UQBvyw32ljifmyOUweifrTOlL6-nxrvsevTDzK0gCj4vd4Ir"),
        ("v5 beta", "5754865e86d0ade1199301bbb0319a25ed6b129c4b0a57f28f62449b3df9c522",
         "UQCRix440npsvDU88REZ8uUJ4jedPEiX_QlCgi954nhZUrBP"),
        ("v5r1", "79c446597dbf81b9987e9059de95dc557bcd9e2c431a6db1677768783d0b99f7",
         "0:83ae019a23a8162beaa5cb0ebdc56668b2eac6c6ba51808812915b206a152dc5"),
        ("v5r1", "f229a9371fa7c2108b3d90ea22c9be705ff5d0cfeaee9cbb9366ff0171579357",
         "0:423dc062faab1869dd6eb1baf9e9e064f006725de92e2ff3ec12ff84b8337cf4"),
        ("highload v3", "6711ba8eaa47855b01d73e3849cd93861b1c11d7a86ae5fb8f96bb63d9be5a6b",
         "UQB1CKrUWm7qf41Z1GeEE6AgVVj5cH6y6x1aRmWe6q4mj1fn"),
    ],
)  # fmt: skip
def test_a_ton_wallet_has_the_address_that_other_software_gives_it(wallet: str, key: str, address: str) -> None:
    """tonweb, @ton/ton and ton-swift (v1 to v4, v5 beta), tonutils and Trust Wallet Core (v5), OKX (highload)."""
    assert ton_wallets.bind(bytes.fromhex(key), decode(TON, address)) == f"whose wallet {wallet} is the account"


def test_an_ever_wallet_has_the_address_that_the_chain_gave_it() -> None:
    """An account that the tests of flutter_nekoton_bridge use: its key and its address."""
    key = bytes.fromhex("7e60ec0166cf0a24db5063fd844a1d4bf8167fd991f04a42d76716dac585a93e")
    assert venom.EVER_WALLET.address(key) == "0:abf7594e411ef39cc9f9dae3e6ec1143d945fb2c834829a9a7d22f33c30260de"


def test_the_key_of_an_ever_wallet_proves_it_and_no_other_contract() -> None:
    on = network("venom", "venom")
    account, other = venom.EVER_WALLET.address(KEY.public), venom.EVER_WALLET.address(OTHER.public)
    assert judge(claim(on, account, okx_signature(), key=KEY.hex), on).status is VerdictStatus.VERIFIED
    assert judge(claim(on, other, okx_signature(), key=KEY.hex), on).status is VerdictStatus.UNBOUND
    assert judge(claim(on, other, okx_signature(), key=KEY.hex, owners=[account]), on).status is VerdictStatus.UNBOUND
    for wrong in (
        claim(on, account, okx_signature(), key=OTHER.hex),
        claim(on, account, okx_signature(), key=KEY.hex, message=MESSAGE + "."),
        claim(on, account, okx_signature(OTHER), key=KEY.hex),
    ):
        assert judge(wrong, on).status is VerdictStatus.INVALID


def test_a_ton_wallet_is_in_the_basic_workchain() -> None:
    address = ton_wallets.WALLETS[0].address(KEY.public)
    in_masterchain = claim(TON, "-1" + address[1:], okx_signature(), key=KEY.hex)
    assert judge(in_masterchain, TON).status is VerdictStatus.UNBOUND


def test_a_standard_sia_address_is_that_of_sias_core() -> None:
    address = "72b0762b382d4c251af5ae25b6777d908726d75962e5224f98d7f619bb39515dd64b9a56043a"
    account = decode(network("sia", "sia"), address)
    assert sia.bind(b"\1\2\3" + bytes(29), account) == "whose standard unlock hash is the address"


def test_an_icp_account_hashes_a_key_in_der_as_the_ledgers_documentation_shows() -> None:
    """The published example has a secp256k1 key; only the DER before the key is another."""
    key = bytes.fromhex(
        "047a83e378053f87b49aeae53b3ed274c8b2ffbe59d9a51e3c4d850ca8ac1684f7"
        "131b778317c0db04de661c7d08321d60c0507868af41fe3150d21b3c6c757367"
    )
    der = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a034200") + key
    on = network("internet-computer", "internet-computer")
    account = decode(on, "8b84c3a3529d02a9decb5b1a27e7c8d886e17e07ea0a538269697ef09c2a27b4")
    assert internet_computer.account_of(der) == account.payload


def principal(data: bytes) -> str:
    """As the Internet Computer writes it: CRC-32 and bytes in base32, in groups of five."""
    digits = base64.b32encode(zlib.crc32(data).to_bytes(4, "big") + data).decode().rstrip("=").lower()
    return "-".join(digits[start : start + 5] for start in range(0, len(digits), 5))


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        (sha224(bytes.fromhex("302a300506032b6570032100") + KEY.public).digest() + b"\2", VerdictStatus.VERIFIED),
        (sha224(bytes.fromhex("302a300506032b6570032100") + OTHER.public).digest() + b"\2", VerdictStatus.INVALID),
        (bytes.fromhex("00000000000000020101"), VerdictStatus.UNBOUND),
        (b"\4", VerdictStatus.UNBOUND),
    ],
    ids=["the key's own", "another key's", "a canister's", "anonymous"],
)
def test_a_principal_says_whose_it_is(stated: bytes, status: VerdictStatus) -> None:
    on = network("internet-computer", "internet-computer")
    assert judge(claim(on, principal(stated), okx_signature(), key=KEY.hex), on).status is status


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        (
            "Hello, World!",
            "fO5dbYhXUhBMhe6kId/cuVq/AfEnHRHEvsP8vXh03M1uLpi5e46yO2Q8rEBzu3feXQewcQE5GArp88u6ePK6BA==",
        ),
        (
            "こんにちは、世界！",  # noqa: RUF001 - the published vector
            (
                "083536eb95ecf32dce59b07fe7a1fd8cf814b2ce46f40d2a16e4ea1f6cecd980"
                "e04e6fbef9d21f98011c785a81edb85f3776a6e7d942b435eb0adc07da4d4604"
            ),
        ),
    ],
)
def test_the_vectors_of_sep_53_verify(message: str, signature: str) -> None:
    address = "GBXFXNDLV4LSWA4VB7YIL5GBD7BVNR22SGBTDKMO2SBZZHDXSKZYCP7L"
    verdict = judge(claim(ON["stellar"], address, signature, message=message), ON["stellar"])
    assert (verdict.code, "SEP-53" in verdict.reason) == (Code.OWN_KEY, True)


def test_what_a_solana_wallet_signed_verifies() -> None:
    address = "3SoP3sycHnJnhG6J4p32qNs6KYQ5Gzitfc1hBun7JTav"
    signature = (
        "785baead02b74c34df8320058be428ea82fdb29c271e55b5bfbc7fbdfeecb8fa"
        "37ebd3c10cf805c2e96ef2c65fc9d0060c82091fffefed2ee773d65270c98904"
    )
    for message, expected in ((f"{address}\nhiii!", VerdictStatus.VERIFIED), ("hiii!", VerdictStatus.INVALID)):
        assert judge(claim(ON["solana"], address, signature, message=message), ON["solana"]).status is expected


def test_a_casper_key_may_stand_behind_its_kind_and_other_kinds_are_not_judged() -> None:
    on = network("casper", "casper")
    row = claim(on, "01" + KEY.public.hex(), okx_signature(), key="01" + KEY.public.hex())
    assert judge(row, on).status is VerdictStatus.VERIFIED
    tagged = judge(replace(row, key="02" + "02" + KEY.public.hex()), on)
    assert (tagged.code, "secp256k1" in tagged.reason) == (Code.KEY_NOT_JUDGED, True)
    assert judge(replace(row, key="03" + KEY.public.hex()), on).status is VerdictStatus.UNSUPPORTED
