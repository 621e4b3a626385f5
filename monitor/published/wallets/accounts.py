"""The neutral layout (docs/layouts.md): for lists that are written or converted by hand, in CSV or as a JSON array."""

from collections.abc import Sequence

from monitor.formats import quoted
from monitor.formats.strict_json import Json, lines_of_elements
from monitor.model import Claim, ClaimKind
from monitor.published.cells import Padded, name_of
from monitor.published.errors import Cause, LayoutError
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowReader, TableLayout, TreeLayout, filled
from monitor.published.wallets.placements import Placements
from monitor.registry import Placement

_SIGNERS = 15  # the most keys that a standard P2SH script can hold
_SIGNATURES = tuple(f"signature{number}" for number in range(1, _SIGNERS + 1))
_OWNERS = tuple(f"owner{number}" for number in range(1, _SIGNERS + 1))
_PLAIN = ("network", "address", "asset", "token", "amount", "height", "kind", "message", "key")
_FIELDS = (*_PLAIN, *_SIGNATURES, *_OWNERS)

SHAPE = Shape(
    fields=_FIELDS,
    names={name: name for name in _FIELDS} | {"signature": "signature1", "owner": "owner1"},
    required=frozenset({"network", "address"}),
    evidence=frozenset({"message", "key", *_SIGNATURES, *_OWNERS}),
    repeated=frozenset({"network", "asset", "token", "height", "kind"}),
    exact=frozenset({"message"}),
    closed=True,
)

NATIVE = "native"
"""What `token` may say instead of a contract."""

_KINDS = {"": ClaimKind.ACCOUNT} | {str(kind): kind for kind in ClaimKind}


def _reader(found: FileClaims, placements: Placements) -> RowReader:
    figures = Figures(found)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim:
        label, address, asset, contract, amount, height, kind, message, key = values[: len(_PLAIN)]
        coin = asset or contract or NATIVE
        if misfit:
            return Claim(found.file, line, coin, None, None, address, None, found.report(line, misfit))
        claimed, at, fault = figures.of(line, address, amount, height)
        if kind not in _KINDS:
            fault = found.report(line, f"the kind {quoted(kind)} is none of {', '.join(ClaimKind)}")
            return Claim(found.file, line, coin, None, None, address, None, fault)
        placement = _place(placements, label, asset, contract, _KINDS[kind], at)
        account, undecoded = placements.account(placement.network, address, _KINDS[kind])
        return Claim(
            found.file,
            line,
            coin,
            placement.network.name if placement.network else None,
            placement.token,
            address,
            account,
            fault or placement.fault or undecoded,
            _KINDS[kind],
            claimed,
            at,
            str(message),
            filled(*values[len(_PLAIN) : len(_PLAIN) + _SIGNERS]),
            key,
            filled(*values[len(_PLAIN) + _SIGNERS :]),
            isinstance(message, Padded),
        )

    return read


def _place(  # noqa: PLR0917 - a row's fields
    placements: Placements, label: str, asset: str, contract: str, kind: ClaimKind, height: int | None
) -> Placement:
    """The one token that the row names: by its contract, by its asset, or the network's native coin."""
    network = placements.registry.network_by_label(label)
    if network is None:
        return Placement(None, None, f"the network {quoted(label)} is not known: see docs/registry.md to add it")
    native = placements.registry.native(network.name)
    if contract == NATIVE or not (asset or contract):
        if native is None:
            return Placement(network, None, f"the native coin of {network.name} is not known: name the asset or token")
        contract, asset = "", asset or native.asset
    placement = placements.place(contract or asset, label, kind, height)
    if placement.token and asset and placement.token.asset != placements.registry.asset(asset):
        position = placements.registry.position(network.name, contract, asset)
        if position:
            return Placement(network, position)
        fault = f"the token {quoted(contract)} on {network.name} is {placement.token.asset}, not {asset}"
        return Placement(network, None, fault)
    return placement


def _recognises(tree: Json) -> bool:
    return (
        isinstance(tree, list)
        and bool(tree)
        and isinstance(tree[0], dict)
        and SHAPE.required <= {name_of(key) for key in tree[0]}
    )


def _read_tree(tree: Json, content: bytes, found: FileClaims, placements: Placements) -> None:
    read = _reader(found, placements)
    for line, element in zip(lines_of_elements(content), tree, strict=True):
        try:
            values = SHAPE.of_object(element)
        except ValueError as error:
            raise LayoutError(Cause.LAYOUT, f"{found.file}:{line}: {error}") from error
        found.add([read(line, values, "")])


TABLE = TableLayout("accounts", SHAPE, _reader, ends_with_line=True)
TREE = TreeLayout("accounts", _recognises, _read_tree)
