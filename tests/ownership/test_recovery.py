"""Keys recovered from signatures: the loop in C, the one in Python, and what is asked of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from coincurve import PrivateKey, PublicKey
from hypothesis import given
from hypothesis import strategies as st

from monitor.ownership import recovery_loop
from monitor.ownership.faults import Refused
from monitor.ownership.recovery import Recovering, at_once, recover_all, recovery
from monitor.ownership.recovery_loop import RecoverKeys, in_c, in_python
from monitor.ownership.secp256k1 import HIGHEST_S, ORDER

DIGEST = b"\x07" * 32
SIGNED = PrivateKey(b"\x01" * 32).sign_recoverable(DIGEST, hasher=None)
KEY = PrivateKey(b"\x01" * 32).public_key.format(compressed=False)
R = int.from_bytes(SIGNED[:32], "big")
S = int.from_bytes(SIGNED[32:64], "big")

loops = pytest.mark.parametrize("recover_keys", [in_c(), in_python], ids=["in C", "in Python"])


def spelled(r: int, s: int, recovery_id: int = SIGNED[64]) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,)) + DIGEST


def test_the_compiled_loop_is_the_one_in_use() -> None:
    assert recovery_loop.recover_keys is not in_python


@loops
@given(secrets=st.lists(st.binary(min_size=32, max_size=32), max_size=4), digest=st.binary(min_size=32, max_size=32))
def test_each_signature_gives_the_key_that_made_it(
    recover_keys: RecoverKeys, secrets: list[bytes], digest: bytes
) -> None:
    keys = [PrivateKey(secret) for secret in secrets if 0 < int.from_bytes(secret, "big") < ORDER]
    signatures = [key.sign_recoverable(digest, hasher=None) + digest for key in keys]
    assert list(recover_keys(signatures)) == [key.public_key.format(compressed=False) for key in keys]


@loops
@pytest.mark.parametrize(
    ("r", "s"),
    [(0, S), (ORDER, S), (2**256 - 1, S), (R, 0), (R, ORDER - S), (R, HIGHEST_S + 1), (R, ORDER), (R, 2**256 - 1)],
)
def test_what_has_no_key_or_a_second_spelling_gives_none_and_its_neighbours_theirs(
    recover_keys: RecoverKeys, r: int, s: int
) -> None:
    before, refused, after = recover_keys([spelled(R, S), spelled(r, s), spelled(R, S)])
    assert (before, refused[0], after) == (KEY, 0, KEY)


@loops
def test_an_id_that_the_library_would_abort_on_has_no_key(recover_keys: RecoverKeys) -> None:
    assert [key[0] for key in recover_keys([spelled(R, S, 4), spelled(R, S, 255)])] == [0, 0]


@loops
def test_the_highest_s_is_not_too_high(recover_keys: RecoverKeys) -> None:
    (key,) = recover_keys([spelled(R, HIGHEST_S)])
    assert key[0] == 4


@given(signatures=st.lists(st.tuples(st.binary(min_size=64, max_size=64), st.integers(0, 3)), max_size=5))
def test_both_loops_say_the_same_of_anything(signatures: list[tuple[bytes, int]]) -> None:
    asked = [r_s + bytes((recovery_id,)) + DIGEST for r_s, recovery_id in signatures]
    ours = [key if key[0] else None for key in in_c()(asked)]
    assert ours == [key if key[0] else None for key in in_python(asked)]
    for one, key in zip(asked, ours, strict=True):
        if key:
            assert PublicKey.from_signature_and_message(one[:65], DIGEST, hasher=None).format(compressed=False) == key


@pytest.mark.parametrize("signatures", [[spelled(R, S)[:-1]], [spelled(R, S), b""], [spelled(R, S) * 2], [b"x" * 98]])
def test_the_compiled_loop_reads_no_memory_but_that_of_its_signatures(signatures: list[bytes]) -> None:
    with pytest.raises(ValueError, match="97 bytes each"):
        in_c()(signatures)


def test_without_the_compiled_loop_keys_are_recovered_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recovery_loop, "_COMPILED", tmp_path / "missing.so")
    assert recovery_loop._fastest() is in_python


def test_a_refusal_says_why() -> None:
    asked = [recovery(one[:64], one[64], DIGEST) for one in (spelled(0, S), spelled(R, ORDER - S), spelled(5, 5, 3))]
    assert [str(answer) for answer in recover_all(asked)] == [
        "r or s of the signature is out of range",
        "the signature is malleable (high s)",
        "no key has this signature",
    ]


@pytest.mark.parametrize(
    ("r_s", "recovery_id", "digest"),
    [
        (SIGNED[:63], 0, DIGEST),
        (SIGNED, 0, DIGEST),
        (SIGNED[:64], 4, DIGEST),
        (SIGNED[:64], -1, DIGEST),
        (SIGNED[:64], 0, DIGEST[1:]),
        (SIGNED[:63], 0, DIGEST + b"\0"),
    ],
)
def test_a_question_of_other_sizes_is_never_put(r_s: bytes, recovery_id: int, digest: bytes) -> None:
    with pytest.raises(ValueError, match="64 bytes and a number from 0 to 3, over 32 bytes"):
        recovery(r_s, recovery_id, digest)


def _steps(asked: Sequence[bytes]) -> Recovering[list[bytes | str]]:
    answers: list[bytes | str] = []
    for one in asked:
        try:
            answers.append((yield recovery(one[:64], one[64], one[65:])))
        except Refused as refusal:
            answers.append(str(refusal))
    return answers


def test_who_asks_is_sent_each_key_or_refusal_in_turn() -> None:
    malleable = "the signature is malleable (high s)"
    assert at_once(_steps([])) == []
    assert at_once(_steps([spelled(R, S), spelled(R, ORDER - S), spelled(R, S)])) == [KEY, malleable, KEY]
