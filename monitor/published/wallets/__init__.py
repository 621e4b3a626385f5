"""Published wallet lists: one file per layout, one line each in ``LAYOUTS``.

To add a layout: write its file with a ``TableLayout`` or ``TreeLayout``, add it below, describe it in docs/layouts.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from monitor.model import Claim, Document, WalletList
from monitor.published.archives import PublishedFile
from monitor.published.collector import collector_at_rest
from monitor.published.contents import Content, content_of
from monitor.published.errors import DocumentError, LayoutError, Reason
from monitor.published.trees import parse, text_of
from monitor.published.wallets import accounts, address_book, okx, okx_audit, okx_staking
from monitor.published.wallets.layouts import Layout, TableLayout, TreeLayout, read_table
from monitor.published.wallets.parts import Part
from monitor.published.wallets.places import Places
from monitor.registry import Registry

LAYOUTS: tuple[Layout, ...] = (
    okx.LAYOUT,
    okx_audit.LAYOUT,
    okx_staking.LAYOUT,
    accounts.TABLE,
    accounts.TREE,
    address_book.LAYOUT,
)

_TOGETHER: Mapping[str, tuple[str, ...]] = {"okx": ("okx", "okx-audit", "okx-staking")}
"""Layouts that one publisher uses side by side: the format of that name takes them all."""

AUTO = "auto"
FORMATS = (AUTO, *dict.fromkeys(layout.name for layout in LAYOUTS))
"""What ``format`` may be in the configuration of a wallet list."""


def read_wallets(files: Sequence[PublishedFile], document: Document, format_: str, registry: Registry) -> WalletList:
    """Read a whole list, from all files of the document that are one. Raises DocumentError; reads nothing partly.

    Takes seconds for a million rows: call it in a thread.

    A file of another layout beside a list (a licence, a manual) is named in ``unread``. An empty file, a web page or a
    damaged list among the files refuses the document: it may be the list that was meant.
    """
    try:
        with collector_at_rest():
            parts, unread = _read_files(files, _layouts(format_), Places(registry))
    except DocumentError as error:
        raise error.about(document.source) from error
    claims: list[Claim] = []
    for part in parts:
        claims.extend(_as_held(part.claims, registry))
    return WalletList(
        document=replace(document, members=tuple(part.file for part in parts) if document.members else ()),
        layout="+".join(dict.fromkeys(part.layout for part in parts)),
        claims=tuple(claims),
        summary=tuple(total for part in parts for total in part.summary),
        unread=(*unread, *(note for part in parts for note in part.unread)),
    )


def _as_held(claims: Sequence[Claim], registry: Registry) -> Iterator[Claim]:
    """``claims``; where the registry knows that an account's coins are in a position, it is that which is claimed.

    A row without an amount, as of a book of addresses, may mean both.
    """
    accounts = {account for _, account, _ in registry.holdings}
    for claim in claims:
        token, position = claim.token, None
        if claim.account in accounts and token is not None and token.position is None:
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
            Reason.SHRUNK,
            f"{new.document.source}: {len(new.claims)} rows where the accepted list has {previous_rows}: more than "
            f"{max_shrink:%} are gone; raise max_shrink if the exchange has really given up these accounts",
        )


def _layouts(format_: str) -> list[Layout]:
    if format_ == AUTO:
        return list(LAYOUTS)
    chosen = [layout for layout in LAYOUTS if layout.name in _TOGETHER.get(format_, (format_,))]
    if not chosen:
        raise LayoutError(Reason.LAYOUT, f"no layout is called {format_!r}; wallet lists have {', '.join(FORMATS)}")
    return chosen


def _read_files(
    files: Sequence[PublishedFile], layouts: Sequence[Layout], places: Places
) -> tuple[list[Part], list[str]]:
    parts: list[Part] = []
    others: list[LayoutError] = []
    for file in files:
        try:
            parts.append(_read_file(file, layouts, places))
        except LayoutError as error:
            if error.reason is not Reason.LAYOUT or len(files) == 1:
                raise
            others.append(error)
    if not parts:
        raise LayoutError(Reason.LAYOUT, f"no file of the archive is a wallet list: {'; '.join(map(str, others))}")
    return parts, [f"not read: {error}" for error in others]


def _read_file(file: PublishedFile, layouts: Sequence[Layout], places: Places) -> Part:
    if content_of(file) is Content.JSON:
        return _read_tree(file, [layout for layout in layouts if isinstance(layout, TreeLayout)], places)
    return read_table(file, [layout for layout in layouts if isinstance(layout, TableLayout)], places)


def _read_tree(file: PublishedFile, layouts: Sequence[TreeLayout], places: Places) -> Part:
    content = file.content()
    tree = parse(content, file.name)
    for layout in layouts:
        if layout.recognises(tree):
            part = Part(file.name, layout.name)
            layout.read(tree, text_of(content, file.name), part, places)
            part.check()
            return part
    names = ", ".join(layout.name for layout in layouts) or "none of the chosen layouts is JSON"
    raise LayoutError(Reason.LAYOUT, f"{file.name}: not JSON of a known layout ({names}); see docs/layouts.md")
