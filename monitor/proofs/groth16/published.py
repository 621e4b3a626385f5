"""The exchange's own sums per asset, and the commitment that the batches carry from none to all users."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.batches import Chain
from monitor.proofs.groth16.elements import CAPACITIES, amount, packed
from monitor.proofs.groth16.poseidon import hash_elements
from monitor.proofs.groth16.user import DEPTH, Account
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.strict_json import Fields, load, shown

_PLAIN = {"TotalEquity", "TotalDebt", "BasePrice"}


@dataclass(frozen=True, slots=True)
class Asset:
    """What all users have of one asset."""

    equity: int
    debt: int
    price: int


@dataclass(frozen=True, slots=True)
class Sums:
    """``CexAssetsInfo``, by the assets' numbers."""

    place: str
    assets: tuple[Asset, ...]
    collateral: bool
    """Whether collateral is counted: the commitment then has more in it, which is not computed here."""
    symbols: tuple[str, ...]
    """The assets' names, as published; empty where one has none or two share one."""

    @property
    def owed(self) -> dict[str, Decimal]:
        """Equity less debt by name, in the unit of the files, which is not the same for all assets."""
        return {
            symbol: Decimal(asset.equity - asset.debt)
            for symbol, asset in zip(self.symbols, self.assets, strict=bool(self.symbols))
        }


def read_sums(file: ProofFile) -> Sums:
    """Raises :class:`ProofError`."""
    fields = Fields(load(file), file.name)
    place = fields.at("CexAssetsInfo")
    listed = fields.items("CexAssetsInfo")
    if not 0 < len(listed) <= max(CAPACITIES):
        raise UnreadableError(f"{place}: {len(listed)} assets, not 1 to {max(CAPACITIES)}")
    items = [Fields(item, f"{place}[{i}]") for i, item in enumerate(listed)]
    numbered: dict[int, Asset] = {}
    names: dict[int, str] = {}
    for i, item in enumerate(items):
        number = item.integer("Index") if "Index" in item.names() else i
        asset = Asset(amount(item, "TotalEquity"), amount(item, "TotalDebt"), amount(item, "BasePrice"))
        if asset.debt > asset.equity:
            raise ProofError(f"{item.at('TotalDebt')}: {asset.debt} is more than the equity {asset.equity}")
        if number >= len(items) or numbered.setdefault(number, asset) is not asset:
            raise ProofError(f"{item.at('Index')}: {shown(number)} occurs twice, or leaves a gap")
        if "Symbol" in item.names():
            names[number] = item.text("Symbol")
    known = {*_PLAIN, "Symbol", "Index"}
    told = len(set(names.values())) == len(items)
    return Sums(
        file.name,
        tuple(numbered[number] for number in range(len(items))),
        collateral=any(not item.names() <= known for item in items),
        symbols=tuple(names[number] for number in range(len(items))) if told else (),
    )


def check_chain(sums: Sums, chain: Chain) -> None:
    """The batches lead from empty sums and an empty tree to the published sums. Raises :class:`ProofError`."""
    for capacity in CAPACITIES:
        if len(sums.assets) > capacity:
            continue
        if _commitment(sums.assets, capacity) != chain.last_sums:
            continue
        if _commitment([Asset(0, 0, asset.price) for asset in sums.assets], capacity) != chain.first_sums:
            raise ProofError(f"{chain.place}: the first batch does not begin with sums of zero")
        if chain.first_root not in {None, _empty_root(capacity)}:
            raise ProofError(f"{chain.place}: the first batch does not begin with an empty tree")
        return
    raise ProofError(f"{sums.place}: CexAssetsInfo: not the sums that the last batch of {chain.place} commits to")


def check_prices(account: Account, sums: Sums) -> None:
    """The user's totals are the holdings at the published prices. Raises :class:`ProofError`."""
    prices = [asset.price for asset in sums.assets]
    if account.holdings and account.holdings[-1].index >= len(prices):
        raise ProofError(f"{account.place}: holds asset {account.holdings[-1].index}, but {len(prices)} are published")
    equity = sum(one.equity * prices[one.index] for one in account.holdings)
    debt = sum(one.debt * prices[one.index] for one in account.holdings)
    if (equity, debt) != (account.equity, account.debt):
        raise ProofError(
            f"{account.place}: equity {account.equity} and debt {account.debt}, but at the prices of {sums.place} the "
            f"assets are worth {equity} and {debt}"
        )


def _commitment(assets: Sequence[Asset], capacity: int) -> int:
    every = [number for asset in assets for number in (asset.equity, asset.debt, asset.price)]
    return hash_elements(packed([*every, *([0] * (3 * (capacity - len(assets))))]))


def _empty_root(capacity: int) -> int:
    node = hash_elements((0, 0, 0, hash_elements(packed([0] * (2 * capacity)))))
    for _ in range(DEPTH):
        node = hash_elements((node, node))
    return node
