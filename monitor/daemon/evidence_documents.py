"""What a bundle of evidence rests on, besides what nodes said: documents, settings and registry."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.evidence.contents import Contents
from monitor.evidence.errors import EvidenceError
from monitor.evidence.statement import Predicate, Published
from monitor.formats.strict_json import read as read_json
from monitor.model import Document
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import ExchangeSettings

WALLETS, LIABILITY = "wallets", "liabilities"
"""Kinds of documents."""
JUDGED_BY = {
    "basis",
    "growth",
    "unread",
    "breach_below",
    "warn_below",
    "assets",
    "administered",
    "promote",
    "confirm_max_age",
}
READ_BY = {"format", "messages", "largest", "max_members"}
OWED_BY = {"format"}
"""Of liabilities. How much memory it may take to read them, who verifies a bundle does not let it say."""


def document_file(sha256: str) -> str:
    """Where the bytes of a document are in a bundle."""
    return f"documents/{sha256}"


def published_of(predicate: Predicate, kind: str) -> Published | None:
    """The document of ``kind``. Raises EvidenceError where there are several."""
    told = [each for each in predicate.documents if each.kind == kind]
    if len(told) > 1:
        raise EvidenceError(f"predicate.documents: there are several of {kind}")
    return told[0] if told else None


def document_of(predicate: Predicate, kind: str, files: Contents) -> tuple[Document, bytes]:
    told = published_of(predicate, kind)
    if told is None:
        raise EvidenceError(f"predicate.documents: there is none of {kind}")
    raw = files[document_file(told.sha256)]
    if hashlib.sha256(raw).hexdigest() != told.sha256:
        raise EvidenceError(f"documents/{told.sha256}: its name is not its SHA-256")
    return Document(told.source, told.sha256, len(raw), told.fetched_at, told.modified_at), raw


def settings_of(predicate: Predicate) -> ExchangeSettings:
    """How the exchange is judged; of reading documents no more than what is in them, with the limits of a newcomer."""
    told = dict(predicate.settings)
    read = told[WALLETS].keys() - READ_BY | told.get(LIABILITY, {}).keys() - OWED_BY
    if read or told.keys() - JUDGED_BY - {WALLETS, LIABILITY}:
        raise ValueError("predicate.settings: there are others than judge an exchange")
    for kind in (WALLETS, LIABILITY):
        if kind in told:
            told[kind] = {**told[kind], "source": kind}
    return ExchangeSettings.model_validate(told)


def registry_of(files: Contents) -> Registry:
    extensions = sorted(name for name in files if name.startswith("registry/"))
    if not extensions:
        return load_registry()
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name.removeprefix("registry/") for name in extensions]
        for path, name in zip(paths, extensions, strict=True):
            read_json(files[name])  # YAML reads JSON, and would read more
            path.write_bytes(files[name])
        return load_registry(paths)
