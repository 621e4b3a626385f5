"""What one unit of an asset's amounts is worth in coins, as far as the exchanges' programs tell.

Amounts count 10^-8 of a coin, or 10^-2 of one of those that a list in the program names (``AssetTypeForTwoDigits``).
The files do not say which, and the lists have grown: of a coin that is on some of the published lists only, nothing
is said here.

Sources: utils/constants.go of binance/zkmerkle-proof-of-solvency (2023 to 2026), gateio/proof-of-reserves (2023 to
2025) and huobiapi/Tool-Go-MerkleVerify (2023).
"""

from decimal import Decimal

from monitor.proofs.groth16.forms import Form

_FIRST_NAMES = "BTTC SHIB LUNC XEC WIN BIDR SPELL HOT DOGE"
"""On every list of Binance and Gate."""
_BINANCE_NAMES = (
    "PEPE FLOKI IDRT DOGS BONK 1000SATS NEIRO 1000PEPPER NOT NFT BOME 1MBABYDOGE HMSTR WLFI PUMP MONKY 1000CHEEMS IDR"
)
_GATE_NAMES = (
    "BABYDOGE OMI VRA QUBIC BTT PEIPEI RACA VINU WEN PIG LADYS REEF WHY BOME TOSHI CHEEMS FLOKI BGSC DSD "
    "DBC SNEK SIDUS DOG ZBCN SATS HIPPO SAY AXL COQ HTX DOGS PEPE ELON BRISE APU MOODENGETH WGRT WOJAK "
    "AIDOGE KISHU WUF BONK MAGA MOG XEN SUPRA X PEPPER LOBO TURBO NFT MYRIA APEPE TROLL 1CAT BITBOARD LAI "
    "RATS NATIX CAT ATLAS ZBAI AKITA NEIROCTO LEVER"
)
_HTX_NAMES = "LADYS BRISE CAW NFT BONK XEN LOVELY BTT AIDOGE BABYDOGE SHIB PEPE"

_FIRST = frozenset(_FIRST_NAMES.split())
_BINANCE = _FIRST | frozenset(_BINANCE_NAMES.split())
_GATE = _FIRST | frozenset(_GATE_NAMES.split())
_HTX = frozenset(_HTX_NAMES.split())

_LISTS: dict[Form, tuple[frozenset[str], ...]] = {
    Form.BALANCE: (_HTX,),
    Form.PRICED: (_FIRST, _BINANCE, _GATE),
    Form.COLLATERAL: (_FIRST | {"PEPE"}, _BINANCE),
}


def unit(form: Form, symbol: str) -> Decimal | None:
    """Coins that an amount of 1 is; None where the published lists disagree."""
    named = {symbol.upper() in listed for listed in _LISTS[form]}
    if len(named) > 1:
        return None
    return Decimal(1).scaleb(-2 if named == {True} else -8)
