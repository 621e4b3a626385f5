"""What a family's verdict rests on, in words: the part of ``docs/ownership.md`` that its code cannot say by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Description:
    """Sentences for people, in Markdown, one cell of the table each."""

    addresses: str
    """The forms of address whose signatures are judged."""
    messages: str
    """What may be signed, and in which spellings a signature may be written."""
    binding: str
    """What ties the key that signed to the account."""
    verified: str
    """What ``verified`` means here; "Never" where nothing offline can bind."""
    promotion: str
    """What the chain can be asked about an ``unbound`` claim; "None" with the reason where it is not asked."""
