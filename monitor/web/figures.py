"""Numbers for people: cut off, never rounded up, and never a zero for what is not zero."""

from decimal import ROUND_DOWN, Context, Decimal

from monitor.judgement.exact import plain

_EXACT = Context(prec=200, rounding=ROUND_DOWN)
_TWO_DIGITS = Context(prec=2, rounding=ROUND_DOWN)
_COIN_STEP = Decimal("0.0001")
_PERCENT_STEP = Decimal("0.01")

exact = plain
"""Every digit, without an exponent and without zeros at the end: ``100000``, ``0.5``."""


def amount(value: Decimal) -> str:
    """Whole coins to four decimals; what is less than the last of them is shown in full."""
    cut = value.quantize(_COIN_STEP, context=_EXACT)
    return f"{cut:,f}" if cut or not value else exact(value)


def percent(ratio: Decimal) -> str:
    """A ratio to two decimals, or to two digits where that would be nothing: 0.9999996 is ``99.99 %``, never 100."""
    hundredths = ratio.scaleb(2, _EXACT)
    cut = hundredths.quantize(_PERCENT_STEP, context=_EXACT)
    return f"{cut if cut or not ratio else _TWO_DIGITS.plus(hundredths):,f} %"


def limit(ratio: Decimal) -> str:
    """A configured limit, in full: ``100 %``, ``100.125 %``."""
    return f"{exact(ratio.scaleb(2, _EXACT))} %"
