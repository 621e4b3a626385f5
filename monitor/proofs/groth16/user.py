"""A user's file: the leaf of the account, and its path to the root."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.elements import CAPACITIES, amount, from_base64, from_hex, packed, total
from monitor.proofs.groth16.poseidon import hash_elements
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.strict_json import Fields, load

DEPTH = 28
"""Levels of the account tree, the root not counted."""
_SMALL_CIRCUIT = 50  # assets; users with few of them are proven by a circuit of their own, since collateral counts
_COLLATERALS = ("Loan", "Margin", "PortfolioMargin")


@dataclass(frozen=True, slots=True)
class Spelling:
    """What one exchange calls the fields."""

    index: str
    identity: str
    equity: str
    debt: str
    assets: str
    root: str
    path: str


SPELLINGS = (
    Spelling("AccountIndex", "AccountIdHash", "TotalEquity", "TotalDebt", "Assets", "Root", "Proof"),
    Spelling(
        "Arrangement",
        "UniqueIdentification",
        "TotalAssetEquity",
        "TotalAssetDebt",
        "AssetDetails",
        "TreeRootHash",
        "MerkleProofEncode",
    ),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the user has of one asset."""

    index: int
    equity: int
    debt: int
    collaterals: tuple[int, ...]
    """Loan, margin and portfolio margin; empty before collateral was counted."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user's file whose path leads to the root that it names."""

    place: str
    index: int
    identity: str
    """64 hex digits."""
    equity: int
    debt: int
    holdings: tuple[Holding, ...]
    root: int


def read_user(file: ProofFile) -> Account:
    """Reads the file and recomputes its path. Raises :class:`ProofError`."""
    document = load(file)
    fields = Fields(document, file.name)
    spelling = next((one for one in SPELLINGS if isinstance(document, dict) and one.path in document), None)
    if spelling is None:
        raise UnreadableError(f"{file.name}: neither {SPELLINGS[0].path} nor {SPELLINGS[1].path}: no user's file")
    collateral = (total(fields, "TotalCollateral"),) if "TotalCollateral" in fields.names() else ()
    names = (getattr(spelling, name) for name in Spelling.__slots__)
    fields.only((*names, *(("TotalCollateral",) if collateral else ())))
    holdings = _holdings(fields, spelling.assets, counted=bool(collateral))
    index = fields.integer(spelling.index)
    if index >> DEPTH:
        raise ProofError(f"{fields.at(spelling.index)}: {index} is beyond a tree of {DEPTH} levels")
    account = Account(
        place=file.name,
        index=index,
        identity=fields.octets(spelling.identity, 32).hex(),
        equity=total(fields, spelling.equity),
        debt=total(fields, spelling.debt),
        holdings=holdings,
        root=from_hex(fields, spelling.root),
    )
    if account.debt > account.equity:
        raise ProofError(f"{fields.at(spelling.debt)}: {account.debt} is more than the equity {account.equity}")
    items = fields.items(spelling.path, DEPTH)
    path = [from_base64(item, f"{fields.at(spelling.path)}[{i}]") for i, item in enumerate(items)]
    start = (from_hex(fields, spelling.identity), account.equity, account.debt, *collateral)
    for commitment in _commitments(holdings, counted=bool(collateral)):
        if _root(hash_elements((*start, commitment)), index, path) == account.root:
            return account
    raise ProofError(f"{fields.at(spelling.path)}: does not lead from the fields to the root {account.root:064x}")


def _holdings(fields: Fields, name: str, *, counted: bool) -> tuple[Holding, ...]:
    """In the order of the assets' numbers, each at most once."""
    found: list[Holding] = []
    for i, item in enumerate(fields.items(name)):
        asset = Fields(item, f"{fields.at(name)}[{i}]")
        asset.only(("Index", "Equity", "Debt", *(_COLLATERALS if counted else ())))
        number = asset.integer("Index")
        if number >= max(CAPACITIES) or (found and number <= found[-1].index):
            raise ProofError(f"{asset.at('Index')}: {number} is out of order, or not below {max(CAPACITIES)}")
        collaterals = tuple(amount(asset, one) for one in _COLLATERALS) if counted else ()
        found.append(Holding(number, amount(asset, "Equity"), amount(asset, "Debt"), collaterals))
    return tuple(found)


def _commitments(holdings: Sequence[Holding], *, counted: bool) -> Iterator[int]:
    """The hash of the holdings in each form that the exchanges have used: all hold the same amounts."""
    for capacity in CAPACITIES:
        if holdings and holdings[-1].index >= capacity:
            continue
        width = 2 + (len(_COLLATERALS) if counted else 0)
        every = [0] * (width * capacity)
        for one in holdings:
            every[width * one.index : width * (one.index + 1)] = (one.equity, one.debt, *one.collaterals)
        yield hash_elements(packed(every))
    if counted:
        for capacity in (_SMALL_CIRCUIT, *CAPACITIES):
            if len(holdings) <= capacity:
                yield hash_elements(packed(_numbered(holdings, capacity)))


def _numbered(holdings: Sequence[Holding], capacity: int) -> list[int]:
    """Six numbers for each asset that is held, its own first, among as many empty ones as fill the circuit."""
    empty = capacity - len(holdings)
    found: list[int] = []
    number = 0
    for one in holdings:
        while empty and number < one.index:
            found += (number, 0, 0, 0, 0, 0)
            number, empty = number + 1, empty - 1
        found += (one.index, one.equity, one.debt, *one.collaterals)
        number = one.index + 1
    for _ in range(empty):
        found += (number, 0, 0, 0, 0, 0)
        number += 1
    return found


def _root(node: int, index: int, path: Sequence[int]) -> int:
    for level, sibling in enumerate(path):
        node = hash_elements((sibling, node) if index >> level & 1 else (node, sibling))
    return node
