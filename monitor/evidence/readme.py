"""The page that lies in a bundle, for who finds it without us."""

from monitor.evidence.statement import Predicate
from monitor.evidence.tables import TABLES
from monitor.formats import visible

_TEXT = """\
# Evidence of the reserves of {title}, at {at}

What `arithmetic.csv` says follows from the files beside it; `statement.json` names each of them with its SHA-256.

| file | what it is |
|---|---|
| `documents/` | what the exchange published, byte for byte, by SHA-256 |
{tables}
| `registry/` | what the monitor was told of networks and coins, beside what it knows itself |
| `datapackage.json` | what each column means (Frictionless Data Package) |
| `statement.json` | the statement (in-toto) over all of these |
| `statement.dsse.json` | the same, signed (DSSE, Ed25519); missing where nobody signed it |
| `log.tlog-proof` | that it was entered in a log that only grows; missing where there is none |
| `statement.tsr` | a time stamp (RFC 3161) of the signed statement; missing where nobody stamped it |
| `statement.ots` | the same by OpenTimestamps; missing where no calendar was asked, or none answered |

To check it: `sha256sum -c SHA256SUMS` shows that nothing was damaged. `reserve-monitor evidence verify FOLDER --key
FILE` does all of it again: digests, signature, verdicts, sums, bounds and status (this is of version {version}); with
`--config FILE` it asks nodes of your own for the balances at the same blocks. `docs/evidence.md` of the monitor says
what a bundle proves, and what it does not.
"""


def readme(predicate: Predicate) -> bytes:
    tables = "\n".join(f"| `{table.file}` | {table.about} |" for table in TABLES)
    title, version = visible(predicate.title), predicate.software.version
    return _TEXT.format(title=title, at=predicate.at.isoformat(), version=version, tables=tables).encode()
