"""Ownership: what the signatures of a published list prove, judged strictly and offline (design, section 4, rule 4).

:func:`judge` judges one claim, :func:`judge_all` a list. A signature in an unknown form, of an unknown family, over no
message, or with more than one spelling proves nothing here; every verdict says why.
"""

from monitor.ownership.batch import Judged, accept, judge_all
from monitor.ownership.fingerprint import fingerprint
from monitor.ownership.judging import RULES_VERSION, judge, question
from monitor.ownership.promotion import Asked, asked
from monitor.ownership.questions import mark

__all__ = [
    "RULES_VERSION",
    "Asked",
    "Judged",
    "accept",
    "asked",
    "fingerprint",
    "judge",
    "judge_all",
    "mark",
    "question",
]
