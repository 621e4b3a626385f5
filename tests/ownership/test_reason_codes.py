"""Reason codes: each goes with one verdict, is said by the code and compared by a test."""

import re
from collections.abc import Iterator
from pathlib import Path

from monitor.model import Code, VerdictStatus

ROOT = Path(__file__).parents[2]
RAISED = {"Refused": VerdictStatus.INVALID, "NotJudged": VerdictStatus.UNSUPPORTED}


def sources(folder: str) -> Iterator[str]:
    return (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))


def test_what_is_raised_is_as_grave_as_its_code() -> None:
    raised = [
        found for source in sources("monitor/ownership") for found in re.findall(r"(\w+)\(\s*Code\.(\w+),", source)
    ]
    wrong = [(name, code) for name, code in raised if name in RAISED and RAISED[name] is not Code[code].status]
    assert wrong == []
    assert {name for name, _ in raised} >= set(RAISED)


def test_every_code_is_said_somewhere_and_compared_by_a_test() -> None:
    codes = {code.name for code in Code}
    assert {name for source in sources("monitor") for name in re.findall(r"\bCode\.(\w+)", source)} >= codes
    assert {name for source in sources("tests") for name in re.findall(r"\bCode\.(\w+)", source)} >= codes


def test_codes_are_words_and_meanings_sentences() -> None:
    for code in Code:
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code), code
        assert re.fullmatch(r"[A-Z].*[^.]\.", code.meaning), code
