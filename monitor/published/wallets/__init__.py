"""Published wallet lists: one file per layout, one line each in ``LAYOUTS``.

To add a layout: write its file with a ``TableLayout``, ``TreeLayout`` or ``StreamLayout``, add it below, describe it in
docs/layouts.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import islice

from monitor.model import Claim, Document, WalletList
from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.errors import Cause, DocumentError, LayoutError, refusing
from monitor.published.wallets import accounts, address_book, binance, bitmex, bybit, okx, okx_audit, okx_staking
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.files import ListFile, recognise
from monitor.published.wallets.largest import Cut, Sizes
from monitor.published.wallets.layouts import Layout
from monitor.published.wallets.placements import Placements
from monitor.registry import Registry

LAYOUTS: tuple[Layout, ...] = (
    okx.LAYOUT,
    okx_audit.LAYOUT,
    okx_staking.LAYOUT,
    binance.LAYOUT,
    bybit.LAYOUT,
    bitmex.LAYOUT,
    accounts.TABLE,
    accounts.TREE,
    address_book.LAYOUT,
)

_TOGETHER: Mapping[str, tuple[str, ...]] = {"okx": ("okx", "okx-audit", "okx-staking")}
"""Layouts that one publisher uses side by side: the format of that name takes them all."""

_MOST_UNKNOWN = 5_000
"""Coin ids that the registry cannot place, several times what any list has: each is looked at in every judgement."""

_SOME = 2_000
"""Claims that are told of together as they are read."""

AUTO = "auto"
FORMATS = (AUTO, *dict.fromkeys(layout.name for layout in LAYOUTS))
"""What ``format`` may be in the configuration of a wallet list."""


def read_wallets(
    files: Sequence[PublishedFile],
    document: Document,
    format_: str,
    registry: Registry,
    *,
    largest: int | None = None,
    told: Callable[[Sequence[Claim]], None] = lambda _claims: None,
) -> WalletList:
    """Read a whole list, from all files of the document that are one. Raises DocumentError; reads nothing partly.

    Takes seconds for a million rows: call it in a thread. Of more than ``largest`` rows the largest are kept, and what
    the others claim together. ``told`` is given all claims in their order, some at a time, as they are read: of a list
    that may still be refused.

    A file of another layout beside a list (a licence, a manual) is named in ``unread``. An empty file, a web page or a
    damaged list among the files refuses the document: it may be the list that was meant.
    """
    others: list[LayoutError] = []
    try:
        layouts = _layouts(format_)
        cut = _cut(files, layouts, registry, largest)
        budget = _budget(files)
        passing = budget.for_passing() if cut else budget
        claims: list[Claim] = []
        files_found: list[FileClaims] = []
        unknown: set[tuple[str, str | None]] = set()

        def keep(some: Sequence[Claim]) -> None:
            held = [*_as_held(some, registry)]
            claims.extend(held)
            told(held)

        for file in _lists(files, layouts, registry, others, passing):
            files_found.append(found := _read(file, cut, budget, keep))
            unknown |= {(claim.coin, claim.network) for claim in found.claims if claim.token is None}
            if len(unknown) > _MOST_UNKNOWN:
                problem = f"{len(unknown)} coin ids that nobody knows; no list has more than {_MOST_UNKNOWN}"
                raise LayoutError(Cause.TOO_LARGE, f"{found.file}: {problem}")
    except DocumentError as error:
        raise error.about(document.source) from error
    return WalletList(
        document=replace(document, members=tuple(found.file for found in files_found) if document.members else ()),
        layout="+".join(dict.fromkeys(found.layout for found in files_found)),
        claims=tuple(claims),
        summary=tuple(total for found in files_found for total in found.summary),
        unread=(*(f"not read: {error}" for error in others), *(note for found in files_found for note in found.unread)),
    )


def claims_again(
    files: Sequence[PublishedFile], document: Document, format_: str, registry: Registry, *, largest: int | None = None
) -> Iterator[Claim]:
    """The claims of a list that :func:`read_wallets` has read before, one after another, none of them kept.

    For what is gone through once, such as the list of a bundle. Raises DocumentError on the way, where it is not
    read as it was: the configuration may have changed meanwhile.
    """
    try:
        layouts = _layouts(format_)
        cut, budget = _cut(files, layouts, registry, largest), _budget(files)
        for file in _lists(files, layouts, registry, [], budget.for_passing() if cut else budget):
            with refusing(file.place):
                claims = file.claims()
                yield from _as_held(cut.of(claims, file.found, budget) if cut else claims, registry)
    except DocumentError as error:
        raise error.about(document.source) from error


def _as_held(claims: Iterable[Claim], registry: Registry) -> Iterator[Claim]:
    """``claims``, where the registry knows more of an account than its address says.

    Where its coins are in a position, it is that which is claimed; a row without an amount, as of a book of addresses,
    may mean both. The contract of a token (WETH, aTokens, wstETH) is nobody's wallet: what it holds belongs to the
    token's holders, so such a row names no account, and says why.
    """
    known = {account for _, account, _ in registry.holdings} | {contract for _, contract in registry.contracts}
    for claim in claims:
        if claim.account in known:
            yield from _of_known_account(claim, registry)
        else:
            yield claim


def _of_known_account(claim: Claim, registry: Registry) -> Iterator[Claim]:
    token, position = claim.token, None
    contract = registry.contracts.get((claim.network or "", claim.account or ""))
    if contract is not None:
        name = contract.position.name if contract.position else contract.asset
        fault = f"the account is the contract of {name} itself: what it holds belongs to the token's holders"
        yield replace(claim, account=None, fault=fault)
        return
    if token is not None and token.position is None:
        position = registry.holdings.get((token.network, claim.account or "", token.asset))
    if position is None or claim.amount is None:
        yield claim
    if position is not None:
        yield replace(claim, token=position)


def check_shrink(previous_rows: int, new: WalletList, max_shrink: Decimal) -> None:
    """Refuse a list that lost more than the share ``max_shrink`` of the rows that the accepted one had."""
    lost = previous_rows - len(new.claims)
    if lost > previous_rows * max_shrink:
        raise DocumentError(
            Cause.SHRUNK,
            f"{new.document.source}: {len(new.claims)} rows where the accepted list has {previous_rows}: more than "
            f"{max_shrink:%} are gone; raise max_shrink if the exchange has really given up these accounts",
        )


def _budget(files: Sequence[PublishedFile]) -> Budget:
    return files[0].budget() if files else Budget()


def _cut(
    files: Sequence[PublishedFile], layouts: Sequence[Layout], registry: Registry, largest: int | None
) -> Cut | None:
    """Which rows are kept, where those of all files are more than ``largest``; None: all of them."""
    if largest is None:
        return None
    sizes = Sizes()
    for file in _lists(files, layouts, registry, [], _budget(files).for_passing()):
        with refusing(file.place):
            sizes.add(file.claims())
    return sizes.cut(largest)


def _read(file: ListFile, cut: Cut | None, budget: Budget, keep: Callable[[Sequence[Claim]], None]) -> FileClaims:
    with refusing(file.place):
        return file.read(lambda claims: _passing(cut.of(claims, file.found, budget) if cut else claims, keep))


def _passing(claims: Iterable[Claim], keep: Callable[[Sequence[Claim]], None]) -> Iterator[Claim]:
    """``claims``, after each of them was kept, some at a time."""
    remaining = iter(claims)
    while some := list(islice(remaining, _SOME)):
        keep(some)
        yield from some


def _layouts(format_: str) -> list[Layout]:
    if format_ == AUTO:
        return list(LAYOUTS)
    chosen = [layout for layout in LAYOUTS if layout.name in _TOGETHER.get(format_, (format_,))]
    if not chosen:
        raise LayoutError(Cause.LAYOUT, f"no layout is called {format_!r}; wallet lists have {', '.join(FORMATS)}")
    return chosen


def _lists(
    files: Sequence[PublishedFile],
    layouts: Sequence[Layout],
    registry: Registry,
    others: list[LayoutError],
    budget: Budget,
) -> Iterator[ListFile]:
    """The files that are lists, one after another; why the others are none is added to ``others``."""
    placements = Placements(registry)
    for file in files:
        try:
            with refusing(partial(str, file.name)):
                found = recognise(file, layouts, placements, budget)
        except LayoutError as error:
            if error.reason is not Cause.LAYOUT or len(files) == 1:
                raise
            others.append(error)
        else:
            yield found
    if len(others) == len(files):
        raise LayoutError(Cause.LAYOUT, f"no file of the archive is a wallet list: {'; '.join(map(str, others))}")
