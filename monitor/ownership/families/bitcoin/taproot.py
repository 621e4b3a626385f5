"""Whether a taproot script path leads to an address (BIP 341): tells a foreign witness from one not judged."""

from coincurve import PublicKeyXOnly

from monitor.formats.bitcoin import sized
from monitor.model import Code
from monitor.ownership.digests import tagged
from monitor.ownership.family import Refused

_ANNEX = 0x50
_KEY, _NODE, _DEEPEST = 32, 32, 128


def check_script_path(output_key: bytes, witness: tuple[bytes, ...]) -> None:
    """Check that script and control block at the end of ``witness`` lead to ``output_key``; else raise ``Refused``."""
    if witness[-1][:1] == bytes((_ANNEX,)):
        witness = witness[:-1]
    if len(witness) < 2:
        raise Refused(Code.BIP322_RULE, "a taproot key path signature with an annex is refused")
    script, control = witness[-2:]
    depth, rest = divmod(len(control) - 1 - _KEY, _NODE)
    if rest or not 0 <= depth <= _DEEPEST or not _commits(output_key, script, control):
        raise Refused(Code.OTHER_SCRIPT, "the script of the witness does not lead to the taproot address")


def _commits(output_key: bytes, script: bytes, control: bytes) -> bool:
    version, internal = control[0] & 0xFE, control[1 : 1 + _KEY]
    node = tagged("TapLeaf", bytes((version,)) + sized(script))
    for start in range(1 + _KEY, len(control), _NODE):
        node = tagged("TapBranch", b"".join(sorted((node, control[start : start + _NODE]))))
    try:
        key = PublicKeyXOnly(internal)
        key.tweak_add(tagged("TapTweak", internal + node))
    except ValueError:
        return False
    return key.format() == output_key and key.parity == bool(control[0] & 1)
