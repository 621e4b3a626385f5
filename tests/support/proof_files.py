"""Files of a proof held in memory."""

import io
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from monitor.proofs.files import ProofFile


def held(name: str, content: bytes | str | Any) -> ProofFile:
    """A file of these bytes, of this text, or of this as JSON."""
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    return ProofFile(name, len(content), partial(io.BytesIO, content))


def all_held(contents: Mapping[str, Any]) -> list[ProofFile]:
    return [held(name, content) for name, content in contents.items()]


def below(folder: Path) -> dict[str, str]:
    """The texts of all files below a directory, by their names from there."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def bytes_below(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a directory, by their names from there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
