"""The tables of a bundle: what each column says, as CSV that spreadsheets read, and as a Frictionless data package."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from monitor.evidence.contents import Contents
from monitor.formats import no_formula, visible

_TEXT, _COUNT, _DECIMAL, _TIME, _YES = "string", "integer", "string", "datetime", "boolean"
"""Amounts are text: no reader may round them, and `Infinity` is one."""


class TableError(ValueError):
    """A table is not written as it should be, or not that of the statement; the text names the row."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(problem)
        self.file = file


@dataclass(frozen=True, slots=True)
class Table:
    """One file of rows."""

    file: str
    about: str
    columns: Sequence[tuple[str, str, str]]
    """Name, kind (of Frictionless' Table Schema) and meaning of each."""

    def write(self, rows: Iterable[Sequence[str]]) -> bytes:
        """The file. What a publisher wrote is in it as it can be seen, so that nothing in it acts on who reads it."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([name for name, _, _ in self.columns])
        for row in rows:  # not all in one call, which no other thread could interrupt
            writer.writerow(row)
        return text.getvalue().encode()

    def read(self, content: bytes) -> Iterator[dict[str, str]]:
        """The rows of a file that is just as :meth:`write` writes it. Raises TableError."""
        names = [name for name, _, _ in self.columns]
        rows: list[list[str]] = []
        try:
            for row in csv.reader(io.StringIO(content.decode(), newline=""), strict=True):
                rows.append(row)
                if len(row) != len(names):
                    raise TableError(self.file, f"row {len(rows)}: {len(row)} cells, not {len(names)}")
        except (UnicodeDecodeError, csv.Error) as error:
            raise TableError(self.file, f"not a table: {error}") from error
        if rows[:1] != [names]:
            raise TableError(self.file, f"line 1: its columns are not {', '.join(names)}")
        if self.write(rows[1:]) != content:
            raise TableError(self.file, "not written as the monitor writes a table")
        return (dict(zip(names, row, strict=True)) for row in rows[1:])


def safe(text: str) -> str:
    """What a publisher wrote, as a cell that no spreadsheet takes for a formula, and no terminal for a command."""
    return visible(no_formula(text), 2**20)


CLAIMS = Table(
    "claims.csv",
    "The rows of the published list, each with the verdict on its signatures.",
    (
        ("file", _TEXT, "the file of the document that the row stands in"),
        ("line", _COUNT, "its line there"),
        ("coin", _TEXT, "the exchange's own id of what is claimed"),
        ("network", _TEXT, "the network; empty where the id is not known"),
        ("asset", _TEXT, "the asset; empty where the id is not known"),
        ("contract", _TEXT, "the token's contract; empty of a native coin"),
        ("address", _TEXT, "as published"),
        ("account", _TEXT, "the account that the address means; empty where it does not decode"),
        ("amount", _DECIMAL, "what the exchange claims, in whole coins: never counted as a reserve"),
        ("height", _TEXT, "the block for which it is claimed"),
        ("verdict", _TEXT, "verified, unbound, invalid, unsigned or unsupported"),
        ("code", _TEXT, "the verdict's reason as a word"),
        ("reason", _TEXT, "the same in a sentence"),
        ("message", _TEXT, "the signed text"),
        ("signatures", _TEXT, "as published, separated by blanks"),
        ("key", _TEXT, "script or public key, as published"),
        ("owners", _TEXT, "as published, separated by blanks"),
    ),
)
CONFIRMATIONS = Table(
    "confirmations.csv",
    "What chains said when they were asked whether those who signed control an account.",
    (
        ("question", _TEXT, "the fingerprint of what was asked"),
        ("network", _TEXT, "whose nodes were asked"),
        ("account", _TEXT, "about whose owners"),
        ("outcome", _TEXT, "confirmed, refuted, administered or undecided"),
        ("reason", _TEXT, "the answer in a sentence"),
        ("block", _COUNT, "the block at which it was so"),
        ("block_hash", _TEXT, "its hash"),
        ("block_time", _TIME, "its time"),
        ("told_at", _TIME, "when it was asked"),
        ("confirmed_at", _TEXT, "when the owners were confirmed last; empty: never"),
    ),
)
BALANCES = Table(
    "balances.csv",
    "What nodes said that each account held, at which block.",
    (
        ("network", _TEXT, "the network"),
        ("asset", _TEXT, "the asset"),
        ("contract", _TEXT, "the token's contract; empty of a native coin"),
        ("position", _TEXT, "what stands for the coins, or what part of them is no coin in a wallet"),
        ("account", _TEXT, "the account"),
        ("units", _DECIMAL, "in the asset's smallest units, whole"),
        ("block", _COUNT, "the block; of a window its last"),
        ("block_hash", _TEXT, "its hash"),
    ),
)
LIABILITIES = Table(
    "liabilities.csv",
    "What the exchange says that it owes.",
    (
        ("asset", _TEXT, "the asset"),
        ("owed", _DECIMAL, "whole coins; empty where only coins without addresses are stated"),
        ("as_of", _TIME, "of which moment"),
        ("carried", _YES, "whether an earlier report said so, and the newest does not name the asset"),
        ("unaddressed", _DECIMAL, "reserves stated without addresses: part of the basis asserted only"),
    ),
)
ARITHMETIC = Table(
    "arithmetic.csv",
    "From what is known to the answer, for each asset and basis.",
    (
        ("asset", _TEXT, "the asset"),
        ("basis", _TEXT, "which reserves count: verified, signed, listed or asserted"),
        ("acting", _YES, "whether the status is judged on this basis"),
        ("known", _DECIMAL, "whole coins of whole, fresh snapshots; empty where nothing is known"),
        ("unjudged", _DECIMAL, "whole coins that were read under claims that nobody could judge"),
        ("unread", _DECIMAL, "whole coins that are only claimed, where nothing was read; Infinity: unbounded"),
        ("owed", _DECIMAL, "whole coins; empty where it is not known"),
        ("lower", _DECIMAL, "the ratio that is certain"),
        ("upper", _DECIMAL, "the most that the ratio can be"),
        ("breach_below", _DECIMAL, "the limit"),
        ("status", _TEXT, "covered, breach or unknown"),
    ),
)
GAPS = Table(
    "gaps.csv",
    "What is not known, and why.",
    (
        ("asset", _TEXT, "the asset"),
        ("network", _TEXT, "where; empty where it is no matter of a network"),
        ("cause", _TEXT, "why coins were not read; empty where none are missing"),
        ("claimed", _DECIMAL, "what may be there by the list's own word or the last reading; Infinity: unbounded"),
        ("reason", _TEXT, "in a sentence"),
    ),
)
TABLES = (CLAIMS, CONFIRMATIONS, BALANCES, LIABILITIES, ARITHMETIC, GAPS)


def data_package(name: str, contents: Contents) -> bytes:
    """``datapackage.json`` (Frictionless Data Package): the tables with the meaning of their columns."""
    return rfc8785.dumps(
        {
            "profile": "tabular-data-package",
            "name": name,
            "title": "Evidence of an exchange's reserves",
            "resources": [_resource(table, contents[table.file]) for table in TABLES],
        }
    )


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.file.removesuffix(".csv"),
        "path": table.file,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [{"name": name, "type": kind, "description": about} for name, kind, about in table.columns],
            "missingValues": [""],
        },
    }
