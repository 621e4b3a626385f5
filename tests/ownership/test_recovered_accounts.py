"""Families whose accounts are the hash of one secp256k1 key: what holds for all of them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b, sha256

import pytest
from btclib.hashes import hash160
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support import keys
from tests.support.keys import Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network, with_high_s

NETWORKS = load().networks
KEY, OTHER = Key(b"\x01" * 32), Key(b"\x02" * 32)
SECRETS = st.binary(min_size=32, max_size=32).filter(lambda raw: 0 < int.from_bytes(raw, "big") < keys.ORDER)
MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
SOME = settings(max_examples=4, deadline=None)


def sized(data: bytes) -> bytes:
    length = len(data)
    return (bytes((length,)) if length < 253 else b"\xfd" + length.to_bytes(2, "little")) + data


def envelope(chain: str, message: bytes) -> bytes:
    return b"\x19" + chain.encode() + b" Signed Message:\n" + str(len(message)).encode() + message


def okx(message: bytes) -> bytes:
    return keccak(sized(b"OKX Signed Message:\n") + sized(message))


def personal(chain: str, message: bytes) -> bytes:
    return keccak(envelope(chain, message))


def personal_of_hash(chain: str, message: bytes) -> bytes:
    return personal(chain, keccak(message))


def blake(message: bytes) -> bytes:
    return blake2b(message, digest_size=32).digest()


@dataclass(frozen=True)
class Form:
    """How a key of the case signs."""

    digest: Callable[[bytes], bytes]
    prefix: str = "0x"
    v: int = 27

    def sign(self, key: Key, message: str) -> str:
        return self.write(key.sign(self.digest(message.encode()), self.v))

    def write(self, raw: bytes) -> str:
        return self.prefix + raw.hex()


@dataclass(frozen=True)
class Case:
    """One kind of address on a network."""

    network: str
    address: Callable[[Key], str]
    forms: tuple[Form, ...]

    def claim(self, key: Key, *signatures: str, message: str = MESSAGE, stated: bytes = b"") -> Claim:
        on = NETWORKS[self.network]
        return claim(on, self.address(key), *signatures, message=message, key=stated.hex())

    def judge(self, key: Key, *signatures: str, message: str = MESSAGE, stated: bytes = b"") -> VerdictStatus:
        row = self.claim(key, *signatures, message=message, stated=stated)
        return judge(row, NETWORKS[self.network]).status


OKX = Form(okx)
ETHEREUM = (Form(partial(personal_of_hash, "Ethereum")), Form(partial(personal, "Ethereum")))
STACKS = Form(lambda message: sha256(sized(b"Stacks Signed Message:\n") + sized(message)).digest(), "", 0)
PREFIXES = {
    "cosmos": "cosmos",
    "celestia": "celestia",
    "cronos-pos": "cro",
    "dydx": "dydx",
    "terra": "terra",
    "terra-classic": "terra",
    "dora-vota": "dora",
}
CASES = {
    "tron": Case("tron", keys.tron, (Form(partial(personal, "TRON")), Form(partial(personal_of_hash, "TRON")))),
    "filecoin f1": Case(
        "filecoin",
        keys.filecoin_native,
        (OKX, Form(lambda message: blake(envelope("Filecoin", message)), "01", 0), Form(blake, "01", 0)),
    ),
    "filecoin f410": Case("filecoin", keys.filecoin_delegated, ETHEREUM),
    "filecoin 0x": Case("filecoin", keys.evm, ETHEREUM),
    "conflux": Case("conflux", keys.conflux_user, (OKX, Form(partial(personal, "Conflux"), v=0))),
    "aelf": Case("aelf", keys.aelf, (OKX,)),
    "aelf wrapped": Case("aelf", lambda key: f"ELF_{keys.aelf(key)}_AELF", (OKX,)),
    "harmony one1": Case("harmony", lambda key: keys.bech32_of("one", key.ethereum), (OKX, *ETHEREUM)),
    "harmony 0x": Case("harmony", keys.evm, (OKX, *ETHEREUM)),
    "platon lat1": Case("platon", lambda key: keys.bech32_of("lat", key.ethereum), ETHEREUM),
    "platon 0x": Case("platon", keys.evm, ETHEREUM),
    "okc ex1": Case("okc", lambda key: keys.bech32_of("ex", key.ethereum), (OKX, *ETHEREUM)),
    "icon": Case("icon", keys.icon, (OKX,)),
    "stacks compressed": Case("stacks", lambda key: keys.stacks(key.compressed), (OKX, STACKS)),
    "stacks uncompressed": Case("stacks", lambda key: keys.stacks(key.uncompressed), (OKX, STACKS)),
    "xrp": Case("xrp", lambda key: keys.xrp(key.compressed), (OKX,)),
    "nuls": Case("nuls", lambda key: keys.nuls(hash160(key.compressed)), (OKX,)),
    "injective": Case("injective", lambda key: keys.bech32_of("inj", key.ethereum), (OKX,)),
    **{name: Case(name, partial(keys.cosmos, prefix), (OKX,)) for name, prefix in PREFIXES.items()},
}
EACH = pytest.mark.parametrize(
    ("case", "form"),
    [pytest.param(case, form, id=f"{name}-{at}") for name, case in CASES.items() for at, form in enumerate(case.forms)],
)
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@EACH
@SOME
@given(secret=SECRETS, message=MESSAGES)
def test_the_accounts_own_key_over_a_form_of_its_chain_is_verified(
    case: Case, form: Form, secret: bytes, message: str
) -> None:
    key = Key(secret)
    assert case.judge(key, form.sign(key, message), message=message) is VerdictStatus.VERIFIED


@EACH
@SOME
@given(position=st.integers(0, 64), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_not_proven(case: Case, form: Form, position: int, change: int) -> None:
    raw = bytearray(KEY.sign(form.digest(MESSAGE.encode()), form.v))
    raw[position] ^= change
    assert case.judge(KEY, form.write(bytes(raw))) in NOT_PROVEN


@EACH
def test_another_message_another_account_or_a_second_signature_is_not_proven(case: Case, form: Form) -> None:
    good = form.sign(KEY, MESSAGE)
    assert case.judge(KEY, good, message=MESSAGE + ".") in NOT_PROVEN
    assert case.judge(OTHER, good) in NOT_PROVEN
    assert case.judge(KEY, good, good) in NOT_PROVEN


@EACH
def test_the_twin_that_anybody_can_make_of_a_signature_is_invalid(case: Case, form: Form) -> None:
    raw = KEY.sign(form.digest(MESSAGE.encode()), form.v)
    twin = with_high_s(raw[:64]) + bytes((2 * form.v + 1 - raw[64],))
    row = case.claim(KEY, form.write(twin))
    assert judge(row, NETWORKS[case.network]).code is Code.HIGH_S


@EACH
@pytest.mark.parametrize("shift", [2, 4, 8, 27, -27])
def test_other_spellings_of_v_are_not_judged(case: Case, form: Form, shift: int) -> None:
    raw = KEY.sign(form.digest(MESSAGE.encode()), form.v)
    v = raw[64] + shift
    known = {other.v + number for other in case.forms if other.prefix == form.prefix for number in (0, 1)}
    if 0 <= v <= 255:
        expected = VerdictStatus.INVALID if v in known else VerdictStatus.UNSUPPORTED
        assert case.judge(KEY, form.write(raw[:64] + bytes((v,)))) is expected


@EACH
def test_a_signature_of_another_shape_is_unsupported(case: Case, form: Form) -> None:
    good = form.sign(KEY, MESSAGE)
    for text in (good + "00", good[:-2], f" {good}", f"{good} ", f"0x{good}", good[2:], good[:-1] + "g", "0x", "null"):
        assert case.judge(KEY, text) is VerdictStatus.UNSUPPORTED, text


@EACH
def test_a_stated_key_must_be_the_one_that_signed(case: Case, form: Form) -> None:
    good = form.sign(KEY, MESSAGE)
    for stated in (KEY.compressed, KEY.uncompressed, KEY.x_y):
        assert case.judge(KEY, good, stated=stated) is VerdictStatus.VERIFIED
    for stated in (OTHER.compressed, KEY.compressed[:-1], b"\x00" + KEY.compressed, bytes(33)):
        assert case.judge(KEY, good, stated=stated) is VerdictStatus.INVALID


@EACH
def test_on_a_network_of_another_family_the_row_is_not_proven(case: Case, form: Form) -> None:
    row = case.claim(KEY, form.sign(KEY, MESSAGE))
    for name in ("ethereum", "tron", "cosmos", "stacks", "xrp", "nuls", "icon"):
        on = NETWORKS[name]
        same_bytes = {"harmony", "platon", "okc"} | {"ethereum"}
        if case.network == name or {case.network, name} <= same_bytes:
            continue
        assert judge(row, on).status in NOT_PROVEN, name


@EACH
def test_an_owner_that_signed_leaves_the_account_unbound(case: Case, form: Form) -> None:
    on, owner = NETWORKS[case.network], case.address(OTHER)
    row = replace(case.claim(KEY, form.sign(OTHER, MESSAGE)), owners=(owner,))
    verdict = judge(row, on)
    assert verdict.status is VerdictStatus.UNBOUND
    assert verdict.code is Code.OWNERS_SIGNED
    assert judge(replace(row, signatures=(form.sign(KEY, MESSAGE),)), on).status is VerdictStatus.INVALID
    assert judge(replace(row, owners=(owner, case.address(KEY))), on).status is VerdictStatus.INVALID
    assert judge(replace(row, owners=(owner, owner), signatures=row.signatures * 2), on).status is VerdictStatus.INVALID
    assert judge(replace(row, owners=("rubbish",)), on).status is VerdictStatus.INVALID


@EACH_CASE
def test_an_unsigned_row_is_unsigned(case: Case) -> None:
    assert case.judge(KEY) is VerdictStatus.UNSIGNED


@EACH_CASE
@settings(max_examples=25, deadline=None)
@given(
    signatures=st.lists(st.text(max_size=140) | st.binary(max_size=70).map(lambda raw: "0x" + raw.hex()), max_size=3),
    stated=st.text(max_size=70),
    owners=st.lists(st.text(max_size=50), max_size=2),
)
def test_whatever_a_row_holds_it_is_judged_and_never_proven(
    case: Case, signatures: list[str], stated: str, owners: list[str]
) -> None:
    row = replace(case.claim(KEY, *signatures), key=stated, owners=tuple(owners))
    verdict = judge(row, NETWORKS[case.network])
    assert verdict.status not in {VerdictStatus.VERIFIED, VerdictStatus.UNBOUND}
    assert verdict.code is not Code.DEFECT


# --- Accounts that no key makes ---


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("icon", "cx" + KEY.ethereum.hex()),
        ("conflux", keys.conflux(bytes.fromhex("8" + KEY.ethereum.hex()[1:]))),
        ("conflux", keys.conflux(bytes.fromhex("0888000000000000000000000000000000000002"))),
        ("nuls", keys.nuls(hash160(KEY.compressed), 2)),
    ],
)
def test_a_contract_is_unsupported_without_owners_and_unbound_with_them(name: str, address: str) -> None:
    on = NETWORKS[name]
    verdict = judge(claim(on, address, OKX.sign(KEY, MESSAGE)), on)
    assert (verdict.code, "key" in verdict.reason) == (Code.ACCOUNT_NOT_JUDGED, True)
    owned = claim(on, address, OKX.sign(KEY, MESSAGE), owners=[CASES[name].address(KEY)])
    assert judge(owned, on).status is VerdictStatus.UNBOUND


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("filecoin", "f01234"),
        ("filecoin", "0xff00000000000000000000000000000000000001"),
        ("filecoin", "f2m4f2dv7m35skytoqzsyrh5wqz3kxxfflxsha5za"),
        ("stacks", keys.stacks(KEY.compressed, 20)),
        ("nuls", keys.nuls(hash160(KEY.compressed), 3)),
        ("cosmos", keys.bech32_of("cosmos", sha256(KEY.compressed).digest())),
    ],
)
def test_an_account_of_another_kind_is_unsupported(name: str, address: str) -> None:
    on = NETWORKS[name]
    assert judge(claim(on, address, OKX.sign(KEY, MESSAGE)), on).status is VerdictStatus.UNSUPPORTED


# --- ADR-036 ---

COSMOS = [("cosmos", False), ("celestia", False), ("terra-classic", False), ("injective", True)]


def adr036(signer: str, message: str, *, ethereum: bool) -> bytes:
    data = base64.b64encode(message.encode()).decode()
    document = (
        '{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData",'
        f'"value":{{"data":"{data}","signer":"{signer}"}}}}],"sequence":"0"}}'
    ).encode()
    return keccak(document) if ethereum else sha256(document).digest()


def sign_adr036(key: Key, signer: str, message: str = MESSAGE, *, ethereum: bool) -> str:
    return base64.b64encode(key.sign(adr036(signer, message, ethereum=ethereum))[:64]).decode()


@pytest.mark.parametrize(("name", "ethereum"), COSMOS)
@SOME
@given(secret=SECRETS, message=MESSAGES)
def test_adr_036_is_verified_with_and_without_the_key(name: str, ethereum: bool, secret: bytes, message: str) -> None:
    key, case = Key(secret), CASES[name]
    row = case.claim(key, sign_adr036(key, case.address(key), message, ethereum=ethereum), message=message)
    for stated in ("", key.compressed.hex(), base64.b64encode(key.compressed).decode()):
        assert judge(replace(row, key=stated), NETWORKS[name]).status is VerdictStatus.VERIFIED


@pytest.mark.parametrize(("name", "ethereum"), COSMOS)
def test_adr_036_with_anything_altered_is_not_proven(name: str, ethereum: bool) -> None:
    case, on = CASES[name], NETWORKS[name]
    good = sign_adr036(KEY, case.address(KEY), ethereum=ethereum)
    row, raw = case.claim(KEY, good), base64.b64decode(good)
    altered = [
        replace(row, message=MESSAGE + "."),
        case.claim(OTHER, good),
        case.claim(KEY, sign_adr036(KEY, case.address(OTHER), ethereum=ethereum)),
        case.claim(KEY, sign_adr036(KEY, case.address(KEY), ethereum=not ethereum)),
        *(replace(row, key=stated) for stated in (OTHER.compressed.hex(), KEY.uncompressed.hex(), "A" * 44, "rubbish")),
        *(
            replace(row, signatures=(base64.b64encode(other).decode(),))
            for other in (raw[:-1], raw + b"\0", with_high_s(raw), raw[32:] + raw[:32], bytes(64))
        ),
        *(replace(row, signatures=(text,)) for text in (good[:-1], good + "=", good + "\n", raw.hex())),
        replace(row, signatures=(good, good)),
    ]
    assert judge(row, on).status is VerdictStatus.VERIFIED
    assert {judge(one, on).status for one in altered} <= NOT_PROVEN


def test_a_document_signed_for_one_chain_is_no_proof_on_another() -> None:
    """The same key and hash: only the address in the document differs."""
    here, there = CASES["cosmos"], CASES["celestia"]
    signed = sign_adr036(KEY, here.address(KEY), ethereum=False)
    assert here.judge(KEY, signed) is VerdictStatus.VERIFIED
    assert there.judge(KEY, signed) is VerdictStatus.INVALID


def test_every_network_of_the_cosmos_family_is_tried_here() -> None:
    assert {name for name, on in NETWORKS.items() if on.family == "cosmos"} == {*PREFIXES, "injective"}


def test_a_network_that_the_registry_does_not_know_is_judged_by_its_family() -> None:
    fork = network("tron-fork", "tron")
    row = claim(fork, keys.tron(KEY), CASES["tron"].forms[0].sign(KEY, MESSAGE))
    assert judge(row, fork).status is VerdictStatus.VERIFIED
