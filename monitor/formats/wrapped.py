"""What is in a text that was signed, where a wallet or a list has wrapped it.

Under one signature stand as many texts as there are forms to read it in: where one form wraps a text before it is
signed and another takes a text as it is, the wrapped one is signed too, without anybody having signed anew.
"""

import re

_OKX = re.compile(r"\x14OKX Signed Message:\n[\x00-\x7f](.*)", re.DOTALL)
"""OKX's header, which is signed unhashed with Ed25519. The size before the text counts white space that may be gone;
that of a longer one is no UTF-8."""
_BYTES = re.compile(r"<Bytes>(.*)</Bytes>", re.DOTALL)
"""As wallets of Substrate chains wrap what they sign."""
AIP_62 = re.compile(r"APTOS\n((?:(?:address|application|chainId): [^\n]*\n)*)message: (.*)\nnonce: [^\n]*", re.DOTALL)
"""The text of Aptos' wallet standard: what it says of account, application and chain, and the message."""


_DEEPEST = 8
"""Nobody wraps a text twice; each time it is copied."""


def unwrapped(text: str) -> str:
    """Return the innermost text in ``text``, without the white space around it, which a list may change.

    Of what is wrapped more often than anybody does it, that is nothing.
    """
    for _ in range(_DEEPEST):
        text = text.strip()
        inner = _inner(text)
        if inner is None:
            return text
        text = inner
    return ""


def _inner(text: str) -> str | None:
    if found := _OKX.fullmatch(text) or _BYTES.fullmatch(text):
        return found[1]
    found = AIP_62.fullmatch(text)
    return found[2] if found else None
