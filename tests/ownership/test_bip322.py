"""Fresh signatures, hashed by python-bitcoinlib and btclib and checked against another verifier of BIP-322."""

import base64
from collections.abc import Callable, Sequence

import bip322 as reference
import pytest
from base58 import b58encode_check
from bitcoin.core import CMutableTransaction, CMutableTxIn, COutPoint, CTxInWitness, CTxOut, CTxWitness
from bitcoin.core.script import SIGHASH_ALL, SIGVERSION_WITNESS_V0, CScript, CScriptWitness, SignatureHash
from btclib import b32, b58
from btclib.alias import TaprootScriptTree
from btclib.key import PrvKeyData
from btclib.script.taproot import input_script_sig, output_pubkey
from coincurve import PrivateKey, PublicKeyXOnly
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.formats.bitcoin import hash160, sized
from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import tagged
from monitor.ownership.families.bitcoin.account import Account, account_of, key_hash_script, witness_script_hash
from monitor.ownership.families.bitcoin.virtual import simple as simple_to_sign
from monitor.ownership.families.bitcoin.virtual import to_spend_id
from tests.support.ownership import BITCOIN, MESSAGE, ORDER, claim, multisig, network

KEYS = [PrivateKey(bytes((number,)) * 32) for number in (1, 2, 3)]
PUBLIC = [key.public_key.format() for key in KEYS]
SCRIPT = multisig(2, *PUBLIC)


def account(address: str) -> Account:
    return account_of(claim(BITCOIN, address), BITCOIN)


def judged(row: Claim) -> Verdict:
    return judge(row, BITCOIN)


def to_sign(script_pubkey: bytes, message: str, version: int = 0) -> CMutableTransaction:
    spent = COutPoint(to_spend_id(script_pubkey, message.encode()), 0)
    nothing = CTxOut(0, CScript(b"\x6a"))
    return CMutableTransaction([CMutableTxIn(spent, nSequence=0)], [nothing], nVersion=version)


def der(key: PrivateKey, digest: bytes, hash_type: int = SIGHASH_ALL) -> bytes:
    return key.sign(digest, hasher=None) + bytes((hash_type,))


def witness_hash(script_code: bytes, transaction: CMutableTransaction) -> bytes:
    digest: bytes = SignatureHash(
        CScript(script_code), transaction, 0, SIGHASH_ALL, amount=0, sigversion=SIGVERSION_WITNESS_V0
    )
    return digest


def stack(items: Sequence[bytes]) -> bytes:
    return bytes((len(items),)) + b"".join(sized(item) for item in items)


def simple(items: Sequence[bytes], prefix: str = "smp") -> str:
    return prefix + base64.b64encode(stack(items)).decode()


def full(transaction: CMutableTransaction, script_sig: bytes = b"", witness: Sequence[bytes] = ()) -> str:
    transaction.vin[0].scriptSig = CScript(script_sig)
    if witness:
        transaction.wit = CTxWitness([CTxInWitness(CScriptWitness(witness))])
    return "ful" + base64.b64encode(transaction.serialize()).decode()


def key_witness(key: PrivateKey, script_pubkey: bytes, message: str, version: int = 0) -> list[bytes]:
    public = key.public_key.format()
    code = b"\x76\xa9\x14" + hash160(public) + b"\x88\xac"
    return [der(key, witness_hash(code, to_sign(script_pubkey, message, version))), public]


def taproot_witness(key: PrivateKey, script_pubkey: bytes, message: str, suffix: bytes = b"") -> list[bytes]:
    spent = simple_to_sign(to_spend_id(script_pubkey, message.encode()), ())
    return [key.sign_schnorr(spent.taproot_hash(script_pubkey, suffix[0] if suffix else 0)) + suffix]


def p2wpkh(key: PrivateKey) -> str:
    return b32.address_from_witness(0, hash160(key.public_key.format()), "mainnet")


def p2sh(redeem: bytes) -> str:
    return b58encode_check(b"\x05" + hash160(redeem)).decode()


def nested(key: PrivateKey) -> str:
    return p2sh(key_hash_script(key.public_key.format()))


def p2tr(key: PrivateKey) -> str:
    return b32.p2tr(key.public_key_xonly.format())


SIGNERS: dict[str, tuple[Callable[[PrivateKey], str], Callable[[PrivateKey, bytes, str], list[bytes]]]] = {
    "P2WPKH": (p2wpkh, key_witness),
    "P2SH-P2WPKH": (nested, key_witness),
    "P2TR": (p2tr, taproot_witness),
}


def reference_accepts(address: str, message: str, signature: str) -> bool:
    try:
        reference.verify_simple_encoded(address, message, signature)
    except reference.VerificationError:
        return False
    return True


@pytest.mark.parametrize("kind", SIGNERS)
@settings(max_examples=25, deadline=None)
@given(
    scalar=st.integers(1, ORDER - 1),
    message=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100),
)
def test_a_fresh_keys_simple_signature_proves_its_address(kind: str, scalar: int, message: str) -> None:
    address_of, sign = SIGNERS[kind]
    key = PrivateKey(scalar.to_bytes(32, "big"))
    address = address_of(key)
    witness = sign(key, account(address).script_pubkey, message)
    for prefix in ("smp", ""):
        verdict = judged(claim(BITCOIN, address, simple(witness, prefix), message=message))
        assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
        assert verdict.reason.startswith(f"{kind}: ")
    assert reference_accepts(address, message, simple(witness, ""))


@pytest.mark.parametrize("kind", SIGNERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_simple_signature_with_any_byte_changed_is_never_verified(kind: str, data: st.DataObject) -> None:
    address_of, sign = SIGNERS[kind]
    address = address_of(KEYS[0])
    raw = bytearray(stack(sign(KEYS[0], account(address).script_pubkey, MESSAGE)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    text = base64.b64encode(raw).decode()
    verdict = judged(claim(BITCOIN, address, text))
    assert verdict.status in {VerdictStatus.INVALID, VerdictStatus.UNSUPPORTED}
    assert not reference_accepts(address, MESSAGE, text)


def test_a_taproot_signature_may_say_sighash_all_and_nothing_else() -> None:
    address = p2tr(KEYS[0])
    script = account(address).script_pubkey
    status = {
        suffix: judged(claim(BITCOIN, address, simple(taproot_witness(KEYS[0], script, MESSAGE, suffix)))).status
        for suffix in (b"", b"\x01", b"\x00", b"\x02", b"\x81", b"\x01\x01")
    }
    verified = {suffix for suffix, found in status.items() if found is VerdictStatus.VERIFIED}
    assert verified == {b"", b"\x01"}
    (signature,) = taproot_witness(KEYS[0], script, MESSAGE, b"\x01")
    assert judged(claim(BITCOIN, address, simple([signature[:-1] + b"\x02"]))).status is VerdictStatus.INVALID


TREE: TaprootScriptTree = [[(0xC0, ["OP_1"])], [[(0xC0, ["OP_2"])], [(0xC0, ["OP_3"])]]]
INTERNAL = PrvKeyData(7).pub
LEAVES = range(3)


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_taproot_script_path_is_unsupported_where_it_leads_to_the_address_and_invalid_elsewhere(leaf: int) -> None:
    address = b32.p2tr(output_pubkey(INTERNAL, TREE)[0])
    _, control = input_script_sig(INTERNAL, TREE, leaf)
    script = bytes((0x51 + leaf,))
    annex = b"\x50"

    def status(*witness: bytes) -> VerdictStatus:
        verdict = judged(claim(BITCOIN, address, simple(witness)))
        assert verdict.code is not Code.DEFECT
        return verdict.status

    assert status(script, control) is VerdictStatus.UNSUPPORTED
    assert status(script, control, annex) is VerdictStatus.UNSUPPORTED
    other_parity = bytes((control[0] ^ 1,)) + control[1:]
    other_leaf_version = bytes((control[0] ^ 2,)) + control[1:]
    no_point = control[:1] + bytes(31) + b"\x05" + control[33:]
    for wrong in (other_parity, other_leaf_version, no_point, control[:-1], control + b"\0", control[:-32], b""):
        assert status(script, wrong) is VerdictStatus.INVALID
    assert status(b"\x6a", control) is VerdictStatus.INVALID


def test_a_taproot_key_path_with_an_annex_is_refused() -> None:
    address = p2tr(KEYS[0])
    witness = taproot_witness(KEYS[0], account(address).script_pubkey, MESSAGE)
    assert judged(claim(BITCOIN, address, simple([*witness, b"\x50"]))).code is Code.BIP322_RULE


def test_a_taproot_address_without_a_point_of_the_curve_is_refused() -> None:
    address = b32.address_from_witness(1, bytes(31) + b"\x05", "mainnet")
    verdict = judged(claim(BITCOIN, address, simple([bytes(64)])))
    assert (verdict.code, "no point" in verdict.reason) == (Code.NOT_ON_CURVE, True)


@pytest.mark.parametrize("hash_type", [0, 2, 3, 0x81])
def test_other_sighashes_are_refused(hash_type: int) -> None:
    address = p2wpkh(KEYS[0])
    signature, public = key_witness(KEYS[0], account(address).script_pubkey, MESSAGE)
    text = simple([signature[:-1] + bytes((hash_type,)), public])
    assert judged(claim(BITCOIN, address, text)).code is Code.BIP322_RULE


def test_a_malleable_signature_is_refused() -> None:
    address = p2wpkh(KEYS[0])
    signature, public = key_witness(KEYS[0], account(address).script_pubkey, MESSAGE)
    r = signature[4 : 4 + signature[3]]
    s = ORDER - int.from_bytes(signature[6 + len(r) : -1], "big")
    high = b"\x02\x21\x00" + s.to_bytes(32, "big")
    twin = bytes((0x30, 2 + len(r) + len(high), 2, len(r))) + r + high + b"\x01"
    verdict = judged(claim(BITCOIN, address, simple([twin, public])))
    assert (verdict.code, verdict.reason) == (Code.HIGH_S, "the signature is malleable (high s)")


def test_an_uncompressed_key_is_no_witness_key() -> None:
    public = KEYS[0].public_key.format(compressed=False)
    address = b32.address_from_witness(0, hash160(public), "mainnet")
    code = b"\x76\xa9\x14" + hash160(public) + b"\x88\xac"
    signature = der(KEYS[0], witness_hash(code, to_sign(account(address).script_pubkey, MESSAGE)))
    assert judged(claim(BITCOIN, address, simple([signature, public]))).status is VerdictStatus.INVALID


def test_a_bip_322_signature_stands_alone_in_its_row() -> None:
    address = p2tr(KEYS[0])
    text = simple(taproot_witness(KEYS[0], account(address).script_pubkey, MESSAGE))
    assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.VERIFIED
    assert judged(claim(BITCOIN, address, text, text)).status is VerdictStatus.UNSUPPORTED


@pytest.mark.parametrize("kind", SIGNERS)
def test_a_script_or_key_in_the_row_must_belong_to_the_address(kind: str) -> None:
    address_of, sign = SIGNERS[kind]
    address = address_of(KEYS[0])
    script = account(address).script_pubkey
    text = simple(sign(KEYS[0], script, MESSAGE))
    assert judged(claim(BITCOIN, address, text, key=script.hex())).status is VerdictStatus.VERIFIED
    assert judged(claim(BITCOIN, address, text, key=PUBLIC[1].hex())).status is VerdictStatus.INVALID


# --- Full signatures and scripts ---


def test_a_p2pkh_address_is_proven_by_a_full_signature_only() -> None:
    address = b58encode_check(b"\x00" + hash160(PUBLIC[0])).decode()
    script = account(address).script_pubkey
    transaction = to_sign(script, MESSAGE, version=2)
    signature = der(KEYS[0], SignatureHash(CScript(script), transaction, 0, SIGHASH_ALL))
    pushes = sized(signature) + sized(PUBLIC[0])
    assert judged(claim(BITCOIN, address, full(transaction, pushes))).status is VerdictStatus.VERIFIED
    longer = b"\x4c" + pushes
    for script_sig in (longer, pushes + b"\x51", sized(signature), pushes[:-1], sized(signature) + sized(PUBLIC[1])):
        assert judged(claim(BITCOIN, address, full(transaction, script_sig))).status is VerdictStatus.INVALID
    assert judged(claim(BITCOIN, address, simple([signature, PUBLIC[0]]))).status is VerdictStatus.INVALID
    with_witness = full(to_sign(script, MESSAGE, version=2), pushes, [b"\x01"])
    assert judged(claim(BITCOIN, address, with_witness)).status is VerdictStatus.INVALID


def test_bip_322_is_bitcoins_alone() -> None:
    address = b58encode_check(b"\x00" + hash160(PUBLIC[0])).decode()
    script = account(address).script_pubkey
    transaction = to_sign(script, MESSAGE)
    pushes = sized(der(KEYS[0], SignatureHash(CScript(script), transaction, 0, SIGHASH_ALL))) + sized(PUBLIC[0])
    text = full(transaction, pushes)
    assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.VERIFIED
    cash = network("bitcoin-sv", "bitcoin")
    assert judge(claim(cash, address, text), cash).status is VerdictStatus.UNSUPPORTED


def test_a_hybrid_key_is_no_key() -> None:
    _, y = KEYS[0].public_key.point()
    public = bytes((6 + y % 2,)) + KEYS[0].public_key.format(compressed=False)[1:]
    address = b58encode_check(b"\x00" + hash160(public)).decode()
    script = account(address).script_pubkey
    transaction = to_sign(script, MESSAGE)
    pushes = sized(der(KEYS[0], SignatureHash(CScript(script), transaction, 0, SIGHASH_ALL))) + sized(public)
    assert judged(claim(BITCOIN, address, full(transaction, pushes))).status is VerdictStatus.INVALID


def test_uncompressed_keys_are_not_judged_in_witness_scripts() -> None:
    script = multisig(1, KEYS[0].public_key.format(compressed=False))
    address = b32.p2wsh(script)
    text = simple(multisig_witness(account(address).script_pubkey, (0,), script))
    assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.UNSUPPORTED


def multisig_witness(script_pubkey: bytes, signers: Sequence[int], script: bytes = SCRIPT) -> list[bytes]:
    digest = witness_hash(script, to_sign(script_pubkey, MESSAGE))
    return [b"", *(der(KEYS[signer], digest) for signer in signers), script]


WITNESS_SCRIPT_ADDRESSES: dict[str, Callable[[bytes], str]] = {"P2WSH": b32.p2wsh, "P2SH-P2WSH": b58.p2wsh_p2sh}


@pytest.mark.parametrize("kind", WITNESS_SCRIPT_ADDRESSES)
@pytest.mark.parametrize(
    ("signers", "status"),
    [
        ((0, 1), VerdictStatus.VERIFIED),
        ((0, 2), VerdictStatus.VERIFIED),
        ((1, 0), VerdictStatus.INVALID),
        ((0, 0), VerdictStatus.INVALID),
        ((0,), VerdictStatus.INVALID),
        ((0, 1, 2), VerdictStatus.INVALID),
    ],
)
def test_a_witness_multisig_needs_its_keys_in_order_and_distinct(
    kind: str, signers: tuple[int, ...], status: VerdictStatus
) -> None:
    address = WITNESS_SCRIPT_ADDRESSES[kind](SCRIPT)
    text = simple(multisig_witness(account(address).script_pubkey, signers))
    assert judged(claim(BITCOIN, address, text, key=SCRIPT.hex())).status is status


def test_a_key_that_a_witness_script_repeats_counts_once() -> None:
    twice = multisig(2, PUBLIC[0], PUBLIC[0])
    address = b32.p2wsh(twice)
    text = simple(multisig_witness(account(address).script_pubkey, (0, 0), twice))
    assert judged(claim(BITCOIN, address, text)).code is Code.NAMED_TWICE


def test_a_multisig_dummy_must_be_empty() -> None:
    address = b32.p2wsh(SCRIPT)
    witness = multisig_witness(account(address).script_pubkey, (0, 1))
    assert judged(claim(BITCOIN, address, simple([b"\x01", *witness[1:]]))).status is VerdictStatus.INVALID


def test_another_witness_script_is_unsupported_when_it_is_the_addresss_and_invalid_when_not() -> None:
    script = sized(PUBLIC[0]) + b"\xac"
    witness = [der(KEYS[0], witness_hash(script, to_sign(witness_script_hash(script), MESSAGE))), script]
    assert judged(claim(BITCOIN, b32.p2wsh(script), simple(witness))).status is VerdictStatus.UNSUPPORTED
    assert judged(claim(BITCOIN, b32.p2wsh(SCRIPT), simple(witness))).status is VerdictStatus.INVALID


def test_a_p2sh_multisig_is_proven_by_a_full_signature() -> None:
    address = b58.p2sh(SCRIPT)
    transaction = to_sign(account(address).script_pubkey, MESSAGE)
    digest = SignatureHash(CScript(SCRIPT), transaction, 0, SIGHASH_ALL)
    redeem = b"\x4c" + sized(SCRIPT)
    script_sig = b"\x00" + sized(der(KEYS[0], digest)) + sized(der(KEYS[2], digest)) + redeem
    assert judged(claim(BITCOIN, address, full(transaction, script_sig))).status is VerdictStatus.VERIFIED
    alone = b"\x00" + sized(der(KEYS[0], digest)) + redeem
    for bad in (alone, script_sig[1:], b"", redeem[:-1], script_sig[:-1]):
        assert judged(claim(BITCOIN, address, full(transaction, bad))).status is VerdictStatus.INVALID


def test_a_redeem_script_too_long_to_be_pushed_is_refused() -> None:
    script = multisig(1, *(PrivateKey(bytes((number,)) * 32).public_key.format() for number in range(1, 17)))
    address = p2sh(script)
    transaction = to_sign(account(address).script_pubkey, MESSAGE)
    signature = der(KEYS[0], SignatureHash(CScript(script), transaction, 0, SIGHASH_ALL))
    script_sig = b"\x00" + sized(signature) + b"\x4d" + len(script).to_bytes(2, "little") + script
    assert judged(claim(BITCOIN, address, full(transaction, script_sig))).status is VerdictStatus.INVALID


@pytest.mark.parametrize("size", [1, 75, 76, 255, 256, 520])
def test_a_push_has_one_spelling_whatever_its_length(size: int) -> None:
    script = b"\x61" * size
    address = p2sh(script)
    transaction = to_sign(account(address).script_pubkey, MESSAGE)
    spellings = {
        bytes((size % 256,)) + script: size < 76,
        b"\x4c" + bytes((size % 256,)) + script: 76 <= size < 256,
        b"\x4d" + size.to_bytes(2, "little") + script: size >= 256,
        b"\x4e" + size.to_bytes(4, "little") + script: False,
    }
    for script_sig, shortest in spellings.items():
        verdict = judged(claim(BITCOIN, address, full(transaction, script_sig)))
        assert verdict.status is (VerdictStatus.UNSUPPORTED if shortest else VerdictStatus.INVALID), script_sig[:1]


def test_a_nested_addresss_full_signature_needs_its_redeem_script() -> None:
    address = nested(KEYS[0])
    script = account(address).script_pubkey
    witness = key_witness(KEYS[0], script, MESSAGE)
    redeem = sized(key_hash_script(PUBLIC[0]))
    good = full(to_sign(script, MESSAGE), redeem, witness)
    assert judged(claim(BITCOIN, address, good)).status is VerdictStatus.VERIFIED
    for bad in (b"", redeem[:-1], sized(key_hash_script(PUBLIC[1]))):
        text = full(to_sign(script, MESSAGE), bad, witness)
        assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.INVALID


ADDRESS = p2wpkh(KEYS[0])
PUBKEY_SCRIPT = account(ADDRESS).script_pubkey
WITNESS = key_witness(KEYS[0], PUBKEY_SCRIPT, MESSAGE)


def test_a_full_signature_must_have_the_shape_that_the_bip_gives_it() -> None:
    reasons: list[str] = []

    def status(change: Callable[[CMutableTransaction], None]) -> VerdictStatus:
        transaction = to_sign(PUBKEY_SCRIPT, MESSAGE)
        change(transaction)
        script_sig = bytes(transaction.vin[0].scriptSig)
        verdict = judged(claim(BITCOIN, ADDRESS, full(transaction, script_sig, WITNESS)))
        reasons.append(verdict.reason)
        return verdict.status

    def set_on(part: Callable[[CMutableTransaction], object], name: str, value: object) -> VerdictStatus:
        return status(lambda transaction: setattr(part(transaction), name, value))

    further = CTxOut(0, CScript(b"\x6a"))
    assert status(lambda _: None) is VerdictStatus.VERIFIED
    assert set_on(lambda t: t, "vout", [further, further]) is VerdictStatus.INVALID
    assert set_on(lambda t: t, "vout", [CTxOut(1, CScript(b"\x6a"))]) is VerdictStatus.INVALID
    assert set_on(lambda t: t, "vout", [CTxOut(0, CScript(b"\x51"))]) is VerdictStatus.INVALID
    assert all("has outputs other" in reason for reason in reasons[1:])
    assert set_on(lambda t: t.vin[0], "prevout", COutPoint(bytes(32), 0)) is VerdictStatus.INVALID
    assert set_on(lambda t: t.vin[0], "scriptSig", CScript(b"\x00")) is VerdictStatus.INVALID
    assert set_on(lambda t: t, "nLockTime", 1) is VerdictStatus.INVALID  # not what was signed
    two = to_sign(PUBKEY_SCRIPT, MESSAGE)
    two.vin.append(CMutableTxIn())
    verdict = judged(claim(BITCOIN, ADDRESS, full(two)))
    assert (verdict.code, "further inputs" in verdict.reason) == (Code.PROOF_NOT_JUDGED, True)


@pytest.mark.parametrize(
    ("version", "status"), [(0, "verified"), (2, "verified"), (1, "unsupported"), (3, "unsupported")]
)
def test_the_version_must_be_one_that_the_bip_knows(version: int, status: str) -> None:
    witness = key_witness(KEYS[0], PUBKEY_SCRIPT, MESSAGE, version)
    text = full(to_sign(PUBKEY_SCRIPT, MESSAGE, version), witness=witness)
    assert judged(claim(BITCOIN, ADDRESS, text)).status == status


def test_nothing_may_follow_or_be_marked_and_missing_in_a_full_signature() -> None:
    text = full(to_sign(PUBKEY_SCRIPT, MESSAGE), witness=WITNESS)
    trailing = "ful" + base64.b64encode(base64.b64decode(text[3:]) + b"\0").decode()
    assert judged(claim(BITCOIN, ADDRESS, trailing)).code is Code.UNKNOWN_FORM
    raw = base64.b64decode(text[3:])
    longer = "ful" + base64.b64encode(raw[:6] + b"\xfd\x01\x00" + raw[7:]).decode()
    assert judged(claim(BITCOIN, ADDRESS, longer)).code is Code.UNKNOWN_FORM
    bare = base64.b64decode(full(to_sign(PUBKEY_SCRIPT, MESSAGE))[3:])
    unmarked = "ful" + base64.b64encode(bare[:4] + b"\0\1" + bare[4:-4] + b"\0" + bare[-4:]).decode()
    assert judged(claim(BITCOIN, ADDRESS, unmarked)).code is Code.UNKNOWN_FORM
    other_marker = "ful" + base64.b64encode(bare[:4] + b"\0\2" + bare[4:]).decode()
    assert judged(claim(BITCOIN, ADDRESS, other_marker)).status is VerdictStatus.UNSUPPORTED


def test_a_proof_of_funds_is_unsupported() -> None:
    verdict = judged(claim(BITCOIN, ADDRESS, "pofcHNidP8="))
    assert (verdict.code, "proofs of funds" in verdict.reason) == (Code.PROOF_NOT_JUDGED, True)


@pytest.mark.parametrize("address", [ADDRESS, p2tr(KEYS[0]), b32.p2wsh(SCRIPT), nested(KEYS[0])])
def test_a_signature_without_a_witness_is_invalid(address: str) -> None:
    for text in (simple(()), full(to_sign(account(address).script_pubkey, MESSAGE))):
        assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.INVALID


@pytest.mark.parametrize(("depth", "status"), [(128, VerdictStatus.UNSUPPORTED), (129, VerdictStatus.INVALID)])
def test_a_taproot_script_lies_128_branches_deep_at_the_most(depth: int, status: VerdictStatus) -> None:
    """BIP 341: a longer control block fails."""
    script, internal = b"\x51", INTERNAL.sec[1:]
    node = tagged("TapLeaf", b"\xc0" + sized(script))
    branches = [bytes((number,)) * 32 for number in range(depth)]
    for branch in branches:
        node = tagged("TapBranch", b"".join(sorted((node, branch))))
    key = PublicKeyXOnly(internal)
    key.tweak_add(tagged("TapTweak", internal + node))
    control = bytes((0xC0 | key.parity,)) + internal + b"".join(branches)
    address = b32.address_from_witness(1, key.format(), "mainnet")
    assert judged(claim(BITCOIN, address, simple([script, control]))).status is status


def test_every_length_is_minimal_and_every_byte_used() -> None:
    raw = stack(WITNESS)
    longer = {
        "trailing byte": raw + b"\0",
        "cut short": raw[:-1],
        "count in 3 bytes": b"\xfd\x02\x00" + raw[1:],
        "length in 5 bytes": raw[:1] + b"\xfe" + bytes((raw[1], 0, 0, 0)) + raw[2:],
        "length in 9 bytes": raw[:1] + b"\xff" + bytes((raw[1], *bytes(7))) + raw[2:],
        "endless count": b"\xff" * 9 + raw[1:],
    }
    for name, altered in longer.items():
        text = "smp" + base64.b64encode(altered).decode()
        assert judged(claim(BITCOIN, ADDRESS, text)).status is VerdictStatus.UNSUPPORTED, name


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=400), prefix=st.sampled_from(["smp", "ful", "pof", ""]))
def test_rubbish_is_refused_and_never_raises(raw: bytes, prefix: str) -> None:
    for address in (ADDRESS, p2tr(KEYS[0]), nested(KEYS[0]), b32.p2wsh(SCRIPT), b58.p2sh(SCRIPT)):
        verdict = judged(claim(BITCOIN, address, prefix + base64.b64encode(raw).decode()))
        assert verdict.status not in {VerdictStatus.VERIFIED, VerdictStatus.UNBOUND}
        assert verdict.code is not Code.DEFECT
