"""Positions for tests: one of each way in which a contract tells what its units stand for."""

from eth_utils.crypto import keccak

from monitor.model import Position, PositionKind, RateCall, Token

CUSDT = Token(
    *("USDT", "ethereum", "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9", 6),
    Position("cUSDT", PositionKind.LENT, 8, RateCall("exchangeRateCurrent()", 18)),
)
SDAI = Token(
    *("DAI", "ethereum", "0x83f20f44975d03b1b09e64809b757c47f942beea", 18),
    Position("sDAI", PositionKind.VAULT, 18, RateCall("convertToAssets(uint256)")),
)
WETH = Token(
    *("ETH", "ethereum", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", 18), Position("WETH", PositionKind.WRAPPED, 18)
)


def selector(token: Token) -> str:
    """Of the function that tells the rate of ``token``."""
    assert token.position
    assert token.position.rate
    return "0x" + keccak(text=token.position.rate.function)[:4].hex()


def word(value: int) -> str:
    return f"0x{value:064x}"
