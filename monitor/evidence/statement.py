"""The statement of a bundle: an in-toto Statement v1 over all of its files, and what closes it around them."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import rfc8785

from monitor.evidence.contents import Contents
from monitor.evidence.errors import Fault
from monitor.evidence.keys import PublicKey, SigningKey
from monitor.evidence.log import Head, Log, check_proof
from monitor.formats.strict_json import read as read_json
from monitor.model import Block, Token

STATEMENT = "statement.json"
ENVELOPE = "statement.dsse.json"
PROOF = "log.tlog-proof"
STAMP = "statement.tsr"
CALENDARS = "statement.ots"
SUMS = "SHA256SUMS"
BESIDE = frozenset({STATEMENT, ENVELOPE, PROOF, STAMP, CALENDARS, SUMS})
"""What is about the statement, and so is none of its subjects."""
_TYPE = "https://in-toto.io/Statement/v1"
_PREDICATE = "urn:reserve-monitor:evidence:v1"


_Units = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,100}\Z")]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What JSON says of something: all of its fields and no others."""


class Software(_Record, frozen=True):
    """What made a bundle."""

    name: str
    version: str
    rules: int
    """The version of the rules by which signatures are judged."""


class ReadToken(_Record, frozen=True):
    """A token that was read whole. What accounts held is in ``balances.csv``."""

    token: Token
    part: bool
    """Whether it is that part of a coin which is no coin in a wallet: contained in the coin's own balances."""
    rate: tuple[_Units, _Units] | None
    """How many base units stand for how many of the asset, where a contract said so."""
    block: Block
    taken_at: datetime


class NetworkRead(_Record, frozen=True):
    """How it stood with one network."""

    network: str
    chain: str
    """The CAIP-2 id of what was read."""
    growth: str | None
    """What is claimed there counts this many times while it is not read; None: as everywhere."""
    block: Block | None
    """Of the last whole snapshot; None: there never was one."""
    taken_at: datetime | None
    dropped: bool
    attempted: bool
    stale_after: timedelta | None
    failure: str
    untold: tuple[tuple[Token, str], ...]
    """Tokens that the chain refused to tell at the newest attempt."""
    endpoints: tuple[str, ...]
    """Names of those that answered."""
    agreed: int | None
    """How many parties found the same."""
    asked: int | None
    tokens: tuple[ReadToken, ...]


class Published(_Record, frozen=True):
    """A document that the exchange published."""

    kind: str
    source: str
    """Its URL without secrets, or its name."""
    sha256: str
    fetched_at: datetime
    accepted_at: datetime | None
    modified_at: datetime | None
    layout: str
    kept: bool
    """Whether its bytes are in the bundle."""


class Owed(_Record, frozen=True):
    """Where what is owed comes from; the figures are in ``liabilities.csv``."""

    layout: str
    as_of: datetime
    report_id: str
    merkle_root: str
    proven: bool
    """Whether they are the totals of a proof."""


class Predicate(_Record, frozen=True):
    """What a bundle says, beside its tables."""

    exchange: str
    title: str
    at: datetime
    software: Software
    signer: str | None
    """The public key (Ed25519, hexadecimal) that signed it; None: nobody did."""
    log: str | None
    """The name of the log that it was entered in; None: in none."""
    basis: str
    """On which the statuses are judged."""
    settings: dict[str, Any]
    """How the exchange is judged, in the configuration's own words."""
    documents: tuple[Published, ...]
    owed: Owed | None
    networks: tuple[NetworkRead, ...]


class _Subject(_Record, frozen=True):
    name: str
    digest: dict[str, str]


class _Statement(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kind": "_type", "of": "predicateType"}
):
    kind: str
    of: str
    subject: tuple[_Subject, ...]
    predicate: Predicate


def seal(files: Contents, predicate: Predicate, key: SigningKey | None = None, log: Log | None = None) -> Contents:
    """Close a bundle: ``files`` with the statement over them, signed by ``key`` and entered in ``log`` as ``predicate``
    says.

    Raises EvidenceError where the log cannot be added to; OSError.
    """
    subjects = tuple(_Subject(name, {"sha256": _digest(files[name])}) for name in sorted(files))
    statement = rfc8785.dumps(msgspec.to_builtins(_Statement(_TYPE, _PREDICATE, subjects, predicate)))
    contents = {**files, STATEMENT: statement}
    if key:
        contents[ENVELOPE] = key.envelope(statement)
    if key and log and predicate.log:
        contents[PROOF] = log.append(entry_of(predicate, statement), predicate.log, key).encode()
    return {**contents, SUMS: _sums(contents)}


def stampable(contents: Contents) -> bytes:
    """What a time stamp is of: what was signed, with the signature; of an unsigned bundle the statement."""
    return contents.get(ENVELOPE, contents[STATEMENT])


def with_stamp(contents: Contents, stamp: bytes, name: str = STAMP) -> Contents:
    """A bundle with a time stamp: what an authority has answered, or what calendars have."""
    stamped = {each: content for each, content in contents.items() if each != SUMS} | {name: stamp}
    return {**stamped, SUMS: _sums(stamped)}


def entry_of(predicate: Predicate, statement: bytes) -> bytes:
    """What the log says of a bundle."""
    at = predicate.at.isoformat()
    return rfc8785.dumps({"at": at, "exchange": predicate.exchange, "statement": f"sha256:{_digest(statement)}"})


def statement_of(contents: Contents) -> tuple[Predicate | None, list[Fault]]:
    """What a bundle says, None where that cannot be read; and every file that is not the one that it was made of."""
    faults = list(_check_sums(contents))
    if STATEMENT not in contents:
        return None, [*faults, Fault(STATEMENT, "is missing")]
    try:
        statement = _parsed(contents[STATEMENT])
    except (ValueError, OverflowError) as error:
        return None, [*faults, Fault(STATEMENT, str(error))]
    subjects = {each.name: each.digest for each in statement.subject}
    for name, digest in subjects.items():
        if name not in contents:
            faults.append(Fault(name, "is missing"))
        elif digest != {"sha256": _digest(contents[name])}:
            faults.append(Fault(name, "altered: its SHA-256 is not the one that the statement names"))
    faults += [
        Fault(name, "is no part of the bundle: the statement does not name it")
        for name in sorted(contents.keys() - subjects.keys() - BESIDE)
    ]
    return statement.predicate, faults


def _parsed(content: bytes) -> _Statement:
    """Raises ValueError saying what is wrong."""
    statement = msgspec.convert(read_json(content), _Statement)
    if rfc8785.dumps(msgspec.to_builtins(statement)) != content:
        raise ValueError("not written as a statement is (RFC 8785)")
    if (statement.kind, statement.of) != (_TYPE, _PREDICATE):
        raise ValueError(f"of a kind that is not known here: {statement.of}")
    if [each.name for each in statement.subject] != sorted({each.name for each in statement.subject}):
        raise ValueError("subject: its names are not in order, each once")
    return statement


def check_signature(
    contents: Contents, predicate: Predicate, trusted: PublicKey | None
) -> tuple[Head | None, list[Fault]]:
    """Check who signed the statement, and that it is in the log; and return the head that the log had then.

    ``trusted`` is the key that must have signed; None: the bundle's own word is taken for whose it is.
    """
    if predicate.signer is None:
        beside = (
            Fault(name, "there is no key that could have made it") for name in (ENVELOPE, PROOF) if name in contents
        )
        unsigned = [Fault(STATEMENT, "nobody has signed it: anybody may have made this bundle")] if trusted else []
        return None, [*unsigned, *beside]
    try:
        key = PublicKey(bytes.fromhex(predicate.signer))
        named = key.id
    except ValueError as error:
        return None, [Fault(STATEMENT, f"predicate.signer: no Ed25519 key: {error}")]
    faults = []
    if trusted and trusted != key:
        faults.append(
            Fault(STATEMENT, f"predicate.signer: signed by another key ({named}), not by yours ({trusted.id})")
        )
    if ENVELOPE not in contents:
        faults.append(Fault(ENVELOPE, "is missing"))
    elif problem := key.check_envelope(contents[ENVELOPE], contents[STATEMENT]):
        faults.append(Fault(ENVELOPE, problem))
    if predicate.log is None or PROOF not in contents:
        if (predicate.log is None) is (PROOF in contents):
            faults.append(Fault(PROOF, "is there, though no log is named" if PROOF in contents else "is missing"))
        return None, faults
    try:
        _, head = check_proof(contents[PROOF], entry_of(predicate, contents[STATEMENT]), key)
    except ValueError as error:
        return None, [*faults, Fault(PROOF, str(error))]
    if head.origin != predicate.log:
        faults.append(Fault(PROOF, f"of the log {head.origin}, not of {predicate.log}"))
    return head, faults


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sums(contents: Contents) -> bytes:
    """As ``sha256sum -c`` reads it."""
    return "".join(f"{_digest(contents[name])}  {name}\n" for name in sorted(contents)).encode()


def _check_sums(contents: Contents) -> Iterator[Fault]:
    """What ``SHA256SUMS`` has otherwise: of what is about the statement nothing else tells whether it was altered."""
    if SUMS not in contents:
        yield Fault(SUMS, "is missing")
        return
    others = {name: content for name, content in contents.items() if name != SUMS}
    wanted = _sums(others)
    if contents[SUMS] == wanted:
        return
    right = wanted.splitlines()
    named: set[str] = set()
    lines = contents[SUMS].splitlines()
    for at, line in enumerate(lines, 1):
        name = line.partition(b"  ")[2].decode("ascii", "replace")
        named.add(name)
        if line not in right:
            yield Fault(SUMS, f"line {at} is not the digest and name of a file that is here")
            yield Fault(
                name, f"its SHA-256 is not the one in {SUMS}" if name in others else f"is missing: {SUMS} names it"
            )
    for name in sorted(others.keys() - named):
        yield from (Fault(SUMS, f"does not name {name}"), Fault(name, f"{SUMS} does not name it"))
    if named == others.keys() and set(lines) == set(right):
        yield Fault(SUMS, "not written as `sha256sum` writes it")
