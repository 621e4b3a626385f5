"""Numbers for people: cut off, never rounded up, and never a zero for what is not zero."""

from decimal import ROUND_DOWN, Context, Decimal

from monitor.formats.exact import cut, plain, shifted

_TWO_DIGITS = Context(prec=2, rounding=ROUND_DOWN)


def amount(value: Decimal) -> str:
    """Whole coins to four decimals; what is less than the last of them is shown in full."""
    shown = cut(value, 4)
    return f"{shown:,f}" if shown or not value else plain(value)


def digits(value: Decimal) -> str:
    """Whole coins, every digit: ``50,388,000.25``."""
    whole, point, rest = plain(value).partition(".")
    return f"{int(whole):,}{point}{rest}"


def dollars(value: Decimal) -> str:
    """US dollars to the cent; what is less than one is shown in full."""
    shown = cut(value, 2)
    return f"${shown:,f}" if shown or not value else f"${plain(value)}"


def percent(ratio: Decimal) -> str:
    """A ratio to two decimals, or to two digits where that would be nothing: 0.9999996 is ``99.99 %``, never 100."""
    hundredths = shifted(ratio, 2)
    shown = cut(hundredths, 2)
    return f"{shown if shown or not ratio else _TWO_DIGITS.plus(hundredths):,f} %"


def limit(ratio: Decimal) -> str:
    """A configured limit, in full: ``100 %``, ``100.125 %``."""
    return f"{plain(shifted(ratio, 2))} %"
