"""ECDSA and the Pedersen hash on the Stark curve (Starknet docs, "Cryptography").

A key is an x coordinate, so a signature is valid if it is for either of the two points there; with (r, s) that makes
(r, n - s) valid too, and no rule of Starknet prefers one of them.
"""

from ecc.curves import Curve, double_mult_var, multi_mult_var
from ecc.exceptions import EccValueError

from monitor.model import Code
from monitor.ownership.family import NotJudged

FIELD = 2**251 + 17 * 2**192 + 1

BETA = 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89

_CURVE = Curve(
    p=FIELD,
    a=1,
    b=BETA,
    G=(
        0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
        0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
    ),
    n=0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F,
    cofactor=1,
    name="stark",
)
_BOUND = 2**251  # what ECDSA on Starknet takes as hash and r

_SHIFT = (
    0x49EE3EBA8C1600700EE1B87EB599F16716B0B1022947733551FDE4050CA6804,
    0x3CA0CFE4B3BC6DDF346D49D06EA0ED34E621062C0E056C1D0405D266E10268A,
)
_POINTS = (  # for the low 248 and the high 4 bits of the first input, then of the second
    (
        0x234287DCBAFFE7F969C748655FCA9E58FA8120B6D56EB0C1080D17957EBE47B,
        0x3B056F100F96FB21E889527D41F4E39940135DD7A6C94CC6ED0268EE89E5615,
    ),
    (
        0x4FA56F376C83DB33F9DAB2656558F3399099EC1DE5E3018B7A6932DBA8AA378,
        0x3FA0984C931C9E38113E0C0E47E4401562761F92A7A23B45168F4E80FF5B54D,
    ),
    (
        0x4BA4CC166BE8DEC764910F75B45F74B40C690C74709E90F3AA372F0BD2D6997,
        0x40301CF5C1751F4B971E46C4EDE85FCAC5C59A5CE5AE7C48151F27B24B219C,
    ),
    (
        0x54302DCB0E6CC1C6E44CCA8F61A63BB2CA65048D53FB325D36FF12C49A58202,
        0x1B77B3E37D13504B348046268D8AE25CE98AD783C25561A879DCC77E99C2426,
    ),
)
_LOW = 248
_LOW_MASK = (1 << _LOW) - 1

Signature = tuple[int, int]
"""r and s."""


def pedersen(first: int, second: int) -> int:
    """Hash two field elements by Pedersen's hash."""
    halves = (number for value in (first, second) for number in (value & _LOW_MASK, value >> _LOW))
    return multi_mult_var([1, *halves], [_SHIFT, *_POINTS], _CURVE)[0]


def verifies(key: int, signature: Signature, digest: int) -> bool:
    """Check whether ``signature`` is by ``key`` over ``digest``; raise ``NotJudged`` where one is out of range."""
    r, s = signature
    if not (0 < r < _BOUND and 0 < s < _CURVE.n and digest < _BOUND):
        raise NotJudged(
            Code.KEY_NOT_JUDGED,
            "r or s of the signature is out of the Stark curve's range, the only curve that is judged",
        )
    try:
        point = (key, _CURVE.y_even_var(key))
    except EccValueError as error:
        raise NotJudged(
            Code.KEY_NOT_JUDGED, f"the key {key:#x} is not on the Stark curve, the only curve that is judged"
        ) from error
    inverse = pow(s, -1, _CURVE.n)
    u, v = digest * inverse % _CURVE.n, r * inverse % _CURVE.n
    found = [double_mult_var(u, _CURVE.G, times, point, _CURVE) for times in (v, _CURVE.n - v)]
    return any(x == r and y for x, y in found)  # y is zero at infinity only: the order is odd
