"""The log of bundles: its tree is RFC 6962's, its files are C2SP's, and nothing in it can be replaced unseen."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.evidence import log as log_module
from monitor.evidence.errors import EvidenceError
from monitor.evidence.keys import PublicKey, SigningKey
from monitor.evidence.log import Log, check_proof, inclusion, leaf_hash, led_to, root_of

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ENTRIES = [f"entry {number}".encode() for number in range(11)]
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
"""Of the reference tree of Certificate Transparency, whose roots follow by size."""
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_the_tree_is_that_of_certificate_transparency() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in LEAVES]
    assert {size: root_of(leaves[:size]).hex() for size in ROOTS} == ROOTS


def test_a_proof_leads_to_the_root_from_its_own_leaf_and_place_alone() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(23)]
    for size in range(1, len(leaves) + 1):
        root = root_of(leaves[:size])
        for index in range(size):
            path = inclusion(leaves[:size], index)
            assert led_to(leaves[index], index, size, path) == root
            assert led_to(leaves[index], (index + 1) % size, size, path) != root or size == 1
            assert led_to(leaves[index], index, size, [*path, root]) != root
            assert not path or led_to(leaves[index], index, size, path[:-1]) != root
    assert led_to(leaves[0], 3, 3, []) is None


def test_a_note_of_the_go_library_is_read() -> None:
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    signature = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert PublicKey(raw).check_note("PeterNeumann", text, signature)
    assert not PublicKey(raw).check_note("PeterNeumann", text + "\n", signature)
    assert not PublicKey(raw).check_note("PeterNeumann", text, signature.replace("x08go", "y08go"))


def test_every_entry_is_proven_at_each_size_and_lies_in_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_TILE", 4)  # three levels of tiles with a few entries
    log = Log(tmp_path / "log")
    proofs = [log.append(entry, "log.example", KEY).encode() for entry in ENTRIES]
    found = [check_proof(proof, entry, KEY.public) for proof, entry in zip(proofs, ENTRIES, strict=True)]
    assert [(index, head.size) for index, head in found] == [(number, number + 1) for number in range(len(ENTRIES))]
    head, entries = log.read(KEY.public)
    assert (head.size, entries) == (len(ENTRIES), ENTRIES)
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    assert (log.folder / "tile/0/001").read_bytes() == b"".join(leaves[4:8])
    assert (log.folder / "tile/0/002.p/3").read_bytes() == b"".join(leaves[8:])
    assert (log.folder / "tile/1/000.p/2").read_bytes() == root_of(leaves[:4]) + root_of(leaves[4:8])
    assert log_module._path("0", 1234067, 4) == "tile/0/x001/x234/067"


def test_a_log_that_was_altered_or_rolled_back_takes_no_more(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.append(b"first", "log.example", KEY)
    before = (log.folder / "checkpoint").read_bytes()
    log.append(b"second", "log.example", KEY)
    bundle = log.folder / "tile/entries/000.p/2"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b"first", b"worst"))
    with pytest.raises(EvidenceError, match="was altered"):
        log.append(b"third", "log.example", KEY)
    bundle.write_bytes(whole)
    with pytest.raises(EvidenceError, match=r"that of log\.example"):
        log.append(b"third", "other.example", KEY)
    with pytest.raises(EvidenceError, match="not signed by the key"):
        log.append(b"third", "log.example", SigningKey(Ed25519PrivateKey.generate()))
    (log.folder / "checkpoint").write_bytes(before)
    assert log.read(KEY.public)[1] == [b"first"], "killed before the checkpoint was replaced, it is the log before"
    (log.folder / "checkpoint").unlink()
    with pytest.raises(EvidenceError, match="no checkpoint"):
        log.append(b"third", "log.example", KEY)


def test_any_other_byte_of_a_proof_is_refused(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    for entry in ENTRIES[:2]:
        proof = log.append(entry, "log.example", KEY).encode()
    for at in range(len(proof)):
        other = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
        with pytest.raises(ValueError, match=r"."):
            check_proof(other, ENTRIES[1], KEY.public)
    with pytest.raises(ValueError, match="does not lead"):
        check_proof(proof, ENTRIES[0], KEY.public)
