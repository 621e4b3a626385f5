"""Ownership: what the signatures of a published list prove, judged strictly and offline (design, section 4, rule 4).

:func:`judge` is the entry point: one claim, one verdict. Rows of one :func:`fingerprint` have one verdict.
:func:`accept` holds the verdicts of a list to the messages that the exchange may have signed, :func:`open_questions`
says what chains are to be asked about it. A signature in an unknown form, of an unknown family, over no message, or
with more than one spelling proves nothing here; every verdict says why.
"""

from monitor.ownership.fingerprint import VerdictsByPrint, fingerprint
from monitor.ownership.judging import RULES_VERSION, accept, judge, question
from monitor.ownership.promotion import OpenQuestions, open_questions
from monitor.ownership.questions import mark

__all__ = [
    "RULES_VERSION",
    "OpenQuestions",
    "VerdictsByPrint",
    "accept",
    "fingerprint",
    "judge",
    "mark",
    "open_questions",
    "question",
]
