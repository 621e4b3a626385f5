"""The exchange's own sums per asset, and the commitment that the batches carry from none to all users."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.proofs.fields import Fields, load, shown
from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.batches import Chain
from monitor.proofs.groth16.elements import amount, check_collateral
from monitor.proofs.groth16.forms import MOST_ASSETS, ROOMS, Form, Space, absorptions, empty_root
from monitor.proofs.groth16.poseidon import hash_padded
from monitor.proofs.groth16.user import Account
from monitor.proofs.scheme import ProofError, UnreadableError

_FIELDS: Mapping[Form, tuple[str, ...]] = {
    Form.BALANCE: ("TotalBalance",),
    Form.PRICED: ("TotalEquity", "TotalDebt", "BasePrice"),
    Form.COLLATERAL: (
        *("TotalEquity", "TotalDebt", "BasePrice"),
        *("LoanCollateral", "MarginCollateral", "PortfolioMarginCollateral"),
        *("LoanRatios", "MarginRatios", "PortfolioMarginRatios"),
    ),
}
_NAME = re.compile(r"\S(?:.{0,62}\S)?")
_TIERS = 12
"""Of each kind of collateral."""
_BOUNDARY_BITS = 118
_WHOLE = 100
"""Percent of a collateral that count, at most."""
_NO_TIERS = (1 << _BOUNDARY_BITS + 8 | 1 << _BOUNDARY_BITS + 134,) * (3 * _TIERS // 2)
"""What is hashed for the tiers of an asset that there is not."""


@dataclass(frozen=True, slots=True)
class Asset:
    """What all users have of one asset, in the unit of the files."""

    equity: int
    debt: int = 0
    price: int = 0
    collaterals: tuple[int, ...] = ()
    """For loans, margin and portfolio margin."""
    tiers: tuple[int, ...] = ()
    """How much of them counts: two tiers to an element."""


@dataclass(frozen=True, slots=True)
class Sums:
    """``CexAssetsInfo``, by the assets' numbers."""

    place: str
    form: Form
    assets: tuple[Asset, ...]
    symbols: tuple[str, ...]
    """The assets' names, as published; empty where one has none or two share one."""


def read_sums(file: ProofFile) -> Sums:
    """Raises :class:`ProofError`."""
    fields = Fields(load(file), file.name)
    place = fields.at("CexAssetsInfo")
    listed = fields.items("CexAssetsInfo")
    if not 0 < len(listed) <= MOST_ASSETS:
        raise UnreadableError(f"{place}: {len(listed)} assets, not 1 to {MOST_ASSETS}")
    items = [Fields(item, f"{place}[{i}]") for i, item in enumerate(listed)]
    form = _form(items[0])
    numbered: dict[int, Asset] = {}
    names: dict[int, str] = {}
    for i, item in enumerate(items):
        item.only({*_FIELDS[form], *(item.names() & {"Symbol", "Index"})})
        number = item.integer("Index") if "Index" in item.names() else i
        asset = _asset(item, form)
        if asset.debt > asset.equity:
            raise ProofError(f"{item.at('TotalDebt')}: {asset.debt} is more than the equity {asset.equity}")
        check_collateral(item, asset.equity, asset.collaterals)
        if number >= len(items) or numbered.setdefault(number, asset) is not asset:
            raise ProofError(f"{item.at('Index')}: {shown(number)} occurs twice, or leaves a gap")
        if "Symbol" in item.names():
            names[number] = item.text("Symbol")
    told = len(set(names.values())) == len(items) and all(map(_NAME.fullmatch, names.values()))
    every = range(len(items))
    symbols = tuple(names[number] for number in every) if told else ()
    return Sums(file.name, form, tuple(numbered[number] for number in every), symbols)


def _form(item: Fields) -> Form:
    if "TotalBalance" in item.names():
        return Form.BALANCE
    return Form.COLLATERAL if item.names() & set(_FIELDS[Form.COLLATERAL][3:]) else Form.PRICED


def _asset(item: Fields, form: Form) -> Asset:
    if form is Form.BALANCE:
        return Asset(amount(item, "TotalBalance"))
    equity, debt, price = (amount(item, name) for name in _FIELDS[Form.PRICED])
    asset = Asset(equity, debt, price)
    collaterals, ratios = _FIELDS[form][3:6], _FIELDS[form][6:]
    tiers = tuple(element for name in ratios for element in _tiers(item, name))
    return replace(asset, collaterals=tuple(amount(item, name) for name in collaterals), tiers=tiers)


def _tiers(item: Fields, name: str) -> list[int]:
    """Ratio (8 bits) and boundary (118) of two tiers to an element; the precomputed values are in no hash."""
    found, least = [], 0
    for i, one in enumerate(item.items(name, _TIERS)):
        tier = Fields(one, f"{item.at(name)}[{i}]")
        tier.only(("BoundaryValue", "Ratio", "PrecomputedValue"))
        ratio, boundary = tier.integer("Ratio"), tier.integer("BoundaryValue")
        if ratio > _WHOLE or not least <= boundary <= 1 << _BOUNDARY_BITS:
            rule = f"more than {_WHOLE} percent, a boundary below the one before, or beyond what is hashed"
            raise ProofError(f"{tier.place}: ratio {shown(ratio)} up to {shown(boundary)}: {rule}")
        least = boundary
        found.append(ratio | boundary << 8)
    return [found[i] + (found[i + 1] << 126) for i in range(0, _TIERS, 2)]


def check_chain(sums: Sums, chain: Chain) -> Space:
    """The batches lead from empty sums and an empty tree to the published sums. Raises :class:`ProofError`.

    The version is found by the last commitment: a hash that fits is of these very sums, whatever the room.
    """
    space = _space(sums, chain.last_sums)
    if space is None:
        raise ProofError(
            f"{sums.place}: CexAssetsInfo: not the sums that the last batch of {chain.place} commits to, with room for "
            f"up to {MOST_ASSETS} assets"
        )
    nothing = [Asset(0, 0, asset.price, (0,) * len(asset.collaterals), asset.tiers) for asset in sums.assets]
    room = [space.room - len(nothing)]
    if next(hash_padded(_elements(sums.form, nothing), _unused(sums.form), room, space.absorbed)) != chain.first_sums:
        raise ProofError(f"{chain.place}: the first batch does not begin with sums of zero")
    if chain.first_root not in {None, empty_root(sums.form, space)}:
        raise ProofError(f"{chain.place}: the first batch does not begin with an empty tree")
    return space


def _space(sums: Sums, commitment: int) -> Space | None:
    """The version in which these sums have this commitment: one that was seen, or else any."""
    elements, unused, least = _elements(sums.form, sums.assets), _unused(sums.form), len(sums.assets)
    seen = [room for room in ROOMS[sums.form] if room >= least]
    for rooms in (seen, [room for room in range(least, MOST_ASSETS + 1) if room not in seen]):
        for absorbed in absorptions(sums.form):
            hashes = hash_padded(elements, unused, [room - least for room in rooms], absorbed)
            for room, found in zip(rooms, hashes, strict=True):
                if found == commitment:
                    return Space(room, absorbed)
    return None


def check_users(users: Sequence[Account], sums: Sums) -> None:
    """Every user's totals are the holdings at the published prices, and no asset is owed less than these users have.

    Raises :class:`ProofError`.
    """
    held: Counter[int] = Counter()
    lent: Counter[int] = Counter()
    for account in {account.index: account for account in users}.values():
        if account.form is not sums.form:
            raise ProofError(f"{account.place}: Assets: of another form than the sums in {sums.place}")
        if account.holdings and account.holdings[-1].index >= len(sums.assets):
            raise ProofError(
                f"{account.place}: holds asset {account.holdings[-1].index}, but {len(sums.assets)} are published"
            )
        if sums.form is not Form.BALANCE:
            _check_prices(account, sums)
        for one in account.holdings:
            held[one.index] += one.equity
            lent[one.index] += one.debt
            asset = sums.assets[one.index]
            if held[one.index] > asset.equity or lent[one.index] > asset.debt:
                raise ProofError(
                    f"{account.place}: Assets: of asset {one.index} the given users alone hold {held[one.index]} and "
                    f"owe {lent[one.index]}, but by {sums.place} all together hold {asset.equity} and owe {asset.debt}"
                )


def _check_prices(account: Account, sums: Sums) -> None:
    equity = sum(one.equity * sums.assets[one.index].price for one in account.holdings)
    debt = sum(one.debt * sums.assets[one.index].price for one in account.holdings)
    if (equity, debt) != (account.equity, account.debt):
        raise ProofError(
            f"{account.place}: equity {account.equity} and debt {account.debt}, but at the prices of {sums.place} the "
            f"assets are worth {equity} and {debt}"
        )


def _elements(form: Form, assets: Sequence[Asset]) -> list[int]:
    elements: list[int] = []
    for asset in assets:
        if form is Form.BALANCE:
            elements.append(asset.equity)
            continue
        elements.append(asset.equity << 128 | asset.debt << 64 | asset.price)
        if form is Form.COLLATERAL:
            loan, margin, portfolio = asset.collaterals
            elements += (loan << 128 | margin << 64 | portfolio, *asset.tiers)
    return elements


def _unused(form: Form) -> tuple[int, ...]:
    """What is hashed for each asset that there is only room for."""
    return (0, 0, *_NO_TIERS) if form is Form.COLLATERAL else (0,)
