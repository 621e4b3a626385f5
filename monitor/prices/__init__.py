"""Prices that no feed on chain tells: a file that people, or a job of theirs, keep (docs/prices.md)."""

from monitor.prices.file import PricesError, StatedPrices, read_prices

__all__ = ["PricesError", "StatedPrices", "read_prices"]
