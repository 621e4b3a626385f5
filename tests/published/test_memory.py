"""Reading a document never takes more memory than it may, whatever it expands to: measured, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

MIB = 1024**2
ALLOWED = 48 * MIB
"""``max_memory`` of every document here; each of them would take several times as much."""
SLACK = 32 * MIB
"""What a process takes besides: the streams' own buffers, and heap that Python keeps for later."""

MEASURED = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from monitor.model import Document
from monitor.published import DocumentError, read_liabilities, read_wallets, unpack
from monitor.registry import load
from monitor.settings import DocumentSettings

path, allowed = Path(sys.argv[1]), int(sys.argv[2])
registry, settings = load(), DocumentSettings(source=str(path), max_memory=allowed)
document = Document(path.name, "00" * 32, 0, datetime.now(UTC))
for reader in read_wallets, read_liabilities:
    raw = b"network,address\\nbitcoin,1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g\\n"
    try:
        reader(unpack(raw, document, settings), document, "auto", registry)
    except DocumentError:
        pass

def peak():  # of this program alone, unlike ru_maxrss, which begins with that of the one that started it
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

before = peak()
raw = path.read_bytes()
for reader in read_wallets, read_liabilities:
    try:
        reader(unpack(raw, document, settings), document, "auto", registry)
        print("read")
    except DocumentError as error:
        print(error.reason, error)
print(peak() - before)
"""

WRITING = """
import gzip, itertools, sys, zipfile
kind, path = sys.argv[1:]
HEADER = "network,address,asset,amount,height,message,signature,owner\\n"
BOOK = '{"bitcoin": {"owners": ['

def parts():
    match kind:
        case "one line":
            yield HEADER
            yield from itertools.repeat("a" * 2**20, 192)
        case "one line from the start":
            yield from itertools.repeat("a" * 2**20, 192)
        case "one quoted cell":
            yield HEADER + '"'
            yield from itertools.repeat("a" * 2**20, 192)
        case "one record of many lines":
            yield HEADER
            yield from itertools.repeat('"a\\n",' * 2**18, 32)
        case "many cells":
            yield HEADER
            yield from itertools.repeat("ab," * 2**18, 96)
        case "many columns":
            yield HEADER.strip() + ",x" * 200_000 + "\\n"
            yield from itertools.repeat("b\\n" * 2**16, 32)
        case "many tiny rows":
            yield HEADER
            yield from itertools.repeat("a,b\\n" * 2**18, 32)
        case "many faulty rows":
            yield HEADER
            yield from itertools.repeat("bitcoin,xyz,BTC,1.5,7,m,s,o\\n" * 2**16, 32)
        case "many different rows":
            yield HEADER
            for n in range(600_000):
                yield f"net{n},ad{n},as{n},{n},{n},me{n},si{n},ow{n}\\n"
        case "wide characters":
            yield HEADER
            yield from itertools.repeat(("a" * 4_000 + "\\U0001f4a9,b,c,d,e,f,g,h\\n") * 64, 256)
        case "many lines before the header":
            yield "coin,amount\\n"
            for n in range(2_000):
                yield f"{n}" + "c" * 100_000 + f",{n}\\n"
        case "totals":
            yield "asset,amount,as_of\\n"
            for n in range(600_000):
                yield f"A{n},1,2026-06-01\\n"
        case "one JSON string":
            yield '["' + "a"
            yield from itertools.repeat("a" * 2**20, 128)
            yield '"]'
        case "many empty objects":
            yield "["
            yield from itertools.repeat("{}," * 2**18, 32)
            yield "{}]"
        case "many empty arrays":
            yield "["
            yield from itertools.repeat("[]," * 2**18, 32)
            yield "[]]"
        case "many objects of one key":
            yield "["
            yield from itertools.repeat('{"a":1},' * 2**17, 32)
            yield "{}]"
        case "many keys":
            yield "{"
            for n in range(400_000):
                yield f'"{n}":{n},'
            yield '"a":1}'
        case "an address of many tokens":
            yield '{"ethereum": {"owners": ['
            yield from itertools.repeat('"0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e",' * 4_096, 16)
            yield '"x"]}}'
        case "deep JSON":
            yield from itertools.repeat("[" * 2**20, 64)

def written(stream):
    for part in parts():
        stream.write(part.encode())

if path.endswith(".zip"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if kind == "many members":
            for n in range(20_000):
                archive.writestr(f"{n}", "")
        else:
            with archive.open("list", "w", force_zip64=True) as member:
                written(member)
else:
    with gzip.open(path, "wb", compresslevel=1) as stream:
        written(stream)
"""

KINDS = [
    *("one line", "one line from the start", "one quoted cell", "one record of many lines", "many cells"),
    *("many columns", "many tiny rows", "many faulty rows", "many different rows", "wide characters"),
    *("many lines before the header", "totals", "one JSON string", "many empty objects", "many empty arrays"),
    *("many objects of one key", "many keys", "an address of many tokens", "deep JSON"),
]


def run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def measured(kind: str, path: Path) -> tuple[list[str], int]:
    """What became of a document of this kind, and how many bytes reading it took at its peak."""
    run(WRITING, kind, str(path))
    *ends, peak = run(MEASURED, str(path), str(ALLOWED)).splitlines()
    return ends, int(peak)


@pytest.mark.parametrize("kind", KINDS)
def test_what_expands_beyond_all_bounds_is_refused_before_it_takes_the_memory(tmp_path: Path, kind: str) -> None:
    ends, peak = measured(kind, tmp_path / "list.gz")
    assert not [end for end in ends if end.startswith(("read", "unexpected"))], ends
    assert peak < ALLOWED + SLACK, f"{peak / MIB:.0f} MiB; {ends}"


def test_the_members_of_an_archive_are_bounded_alike(tmp_path: Path) -> None:
    ends, peak = measured("many tiny rows", tmp_path / "list.zip")
    assert "max_memory" in ends[0]
    assert peak < ALLOWED + SLACK
    ends, peak = measured("many members", tmp_path / "members.zip")
    assert "20000 members, but max_members allows 64" in ends[0]
    assert peak < SLACK
