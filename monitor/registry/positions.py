"""Tokens out of entries that say that they stand for coins which lie elsewhere."""

from monitor.model import Position, RateCall, Token
from monitor.registry.files import NativeEntry, PositionEntry


def native_token(network: str, entry: NativeEntry) -> Token:
    """The native coin of ``network``; on a beacon chain a position, for it is with validators."""
    held_as = entry.position
    position = Position(held_as.name, held_as.kind, entry.decimals) if held_as else None
    return Token(entry.asset, network, None, entry.decimals, position)


def position_token(network: str, contract: str, entry: PositionEntry) -> Token:
    """The position in ``contract``, in the decimals of the coin that it stands for."""
    rate = entry.rate
    position = Position(entry.name, entry.kind, entry.decimals, RateCall(rate.function, rate.scale) if rate else None)
    return Token(entry.asset, network, contract, rate.decimals if rate else entry.decimals, position)
