"""Where the proof of an exchange's liabilities is, by its settings."""

from monitor.proofs import SCHEMES
from monitor.settings import LiabilitiesSettings, ProofSettings

ANY_SCHEME = "proof"
"""The ``format`` of liabilities whose source is a proof, of whichever scheme."""


def is_proof(settings: LiabilitiesSettings) -> bool:
    """Whether the source of the liabilities is itself a proof."""
    return settings.format == ANY_SCHEME or settings.format in SCHEMES


def proof_settings(settings: LiabilitiesSettings) -> ProofSettings | None:
    """Where the proof of these liabilities is: beside them, or in their place; None where there is none."""
    if not is_proof(settings):
        return settings.proof
    common = {name: getattr(settings, name) for name in ProofSettings.model_fields}
    scheme = "auto" if settings.format == ANY_SCHEME else settings.format
    return ProofSettings.model_construct(**common | {"format": scheme})
