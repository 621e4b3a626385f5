"""A user's file: the leaf of the account, and its path to the root."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from monitor.proofs.fields import Fields, load
from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.elements import amount, check_collateral, from_base64, from_hex, packed, total
from monitor.proofs.groth16.forms import DEPTH, FIRST_ROOMS, MOST_ASSETS, TIERS, Form, Space, spaces
from monitor.proofs.groth16.poseidon import ORDER, hash_elements
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.users import is_padding

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
    debt: int = 0
    collaterals: tuple[int, ...] = ()
    """Loan, margin and portfolio margin; empty before collateral was counted."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user's file whose path leads to the root that it names."""

    place: str
    form: Form
    index: int
    identity: str
    """64 hex digits."""
    equity: int
    debt: int
    holdings: tuple[Holding, ...]
    root: int

    @property
    def is_padding(self) -> bool:
        """Whether it only fills up a batch: by its id, which is 0, or since 2026 the hash of its number."""
        number = int.from_bytes(sha256(self.index.to_bytes(4)).digest()) % ORDER
        return is_padding(self.identity) or int(self.identity, 16) == number


def read_user(file: ProofFile, known: Space | None = None) -> Account:
    """Reads the file and recomputes its path, in the version that is ``known``. Raises :class:`ProofError`."""
    document = load(file)
    fields = Fields(document, file.name)
    spelling = next((one for one in SPELLINGS if isinstance(document, dict) and one.path in document), None)
    if spelling is None:
        raise UnreadableError(f"{file.name}: neither {SPELLINGS[0].path} nor {SPELLINGS[1].path}: no user's file")
    collateral = (total(fields, "TotalCollateral"),) if "TotalCollateral" in fields.names() else ()
    names = (getattr(spelling, name) for name in Spelling.__slots__)
    fields.only((*names, *(("TotalCollateral",) if collateral else ())))
    forms, holdings = _holdings(fields, spelling.assets, counted=bool(collateral))
    index = fields.integer(spelling.index)
    if index >> DEPTH:
        raise ProofError(f"{fields.at(spelling.index)}: {index} is beyond a tree of {DEPTH} levels")
    account = Account(
        place=file.name,
        form=forms[0],
        index=index,
        identity=fields.octets(spelling.identity, 32).hex(),
        equity=total(fields, spelling.equity),
        debt=total(fields, spelling.debt),
        holdings=holdings,
        root=from_hex(fields, spelling.root),
    )
    for what, most in zip(("equity", "collateral"), (account.equity, *collateral), strict=False):
        if account.debt > most:
            raise ProofError(f"{fields.at(spelling.debt)}: {account.debt} is more than the {what} {most}")
    if account.is_padding and (account.equity or any(one.equity or one.debt for one in holdings)):
        raise ProofError(f"{fields.at(spelling.identity)}: an account that fills up a batch holds something")
    items = fields.items(spelling.path, DEPTH)
    path = [from_base64(item, f"{fields.at(spelling.path)}[{i}]") for i, item in enumerate(items)]
    start = (from_hex(fields, spelling.identity), account.equity, account.debt, *collateral)
    for form in forms:
        for commitment in _commitments(form, holdings, known):
            if _root(hash_elements((*start, commitment)), index, path) == account.root:
                return replace(account, form=form)
    raise ProofError(f"{fields.at(spelling.path)}: does not lead from the fields to the root {account.root:064x}")


def _holdings(fields: Fields, name: str, *, counted: bool) -> tuple[tuple[Form, ...], tuple[Holding, ...]]:
    """In the order of the assets' numbers, each at most once; and the forms that they may be hashed in."""
    items = fields.items(name)
    plain = not counted and bool(items) and isinstance(items[0], dict) and "Balance" in items[0]
    names = _COLLATERALS if counted else ()
    found: list[Holding] = []
    for i, item in enumerate(items):
        asset = Fields(item, f"{fields.at(name)}[{i}]")
        asset.only(("Index", "Balance") if plain else ("Index", "Equity", "Debt", *names))
        number = asset.integer("Index")
        if number >= MOST_ASSETS or (found and number <= found[-1].index):
            raise ProofError(f"{asset.at('Index')}: {number} is out of order, or not below {MOST_ASSETS}")
        if plain:
            found.append(Holding(number, amount(asset, "Balance")))
        else:
            equity, collaterals = amount(asset, "Equity"), tuple(amount(asset, one) for one in names)
            check_collateral(asset, equity, collaterals)
            found.append(Holding(number, equity, amount(asset, "Debt"), collaterals))
    if counted:
        return (Form.COLLATERAL,), tuple(found)
    if not items:
        return (Form.PRICED, Form.BALANCE), ()
    return (Form.BALANCE if plain else Form.PRICED,), tuple(found)


def _commitments(form: Form, holdings: Sequence[Holding], known: Space | None) -> Iterator[int]:
    """The hash of the holdings in each version of their form: all hold the same amounts."""
    least = holdings[-1].index + 1 if holdings else 0
    if form is Form.COLLATERAL:
        yield from (hash_elements(packed(_numbered(holdings, tier))) for tier in TIERS if len(holdings) <= tier)
        yield from (hash_elements(packed(_by_index(holdings, room, 5))) for room in FIRST_ROOMS if room >= least)
        return
    for space in spaces(form, least, known):
        if form is Form.BALANCE:
            yield hash_elements(_by_index(holdings, space.room, 1), space.absorbed)
        else:
            yield hash_elements(packed(_by_index(holdings, space.room, 2)), space.absorbed)


def _by_index(holdings: Sequence[Holding], room: int, width: int) -> list[int]:
    """The first ``width`` numbers of every asset that there is room for, held or not."""
    every = [0] * (width * room)
    for one in holdings:
        every[width * one.index : width * (one.index + 1)] = (one.equity, one.debt, *one.collaterals)[:width]
    return every


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
