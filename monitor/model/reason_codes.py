"""Why a verdict is what it is, as a code that a program can rely on: sentences may be reworded, codes stay."""

from enum import StrEnum


class VerdictStatus(StrEnum):
    """What the signatures of a claim prove (design, section 4, rule 4)."""

    VERIFIED = "verified"
    UNBOUND = "unbound"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNSUPPORTED = "unsupported"


_VERIFIED, _UNBOUND, _INVALID, _UNSIGNED, _UNSUPPORTED = VerdictStatus


class Code(StrEnum):
    """The reason code of a verdict; each goes with one status."""

    status: VerdictStatus
    meaning: str
    """One sentence for the page of codes."""

    def __new__(cls, value: str, status: VerdictStatus, meaning: str) -> "Code":
        """Make the member that is the text ``value``."""
        member = str.__new__(cls, value)
        member._value_, member.status, member.meaning = value, status, meaning
        return member

    OWN_KEY = "own_key", _VERIFIED, "The account's own key signed."
    OWN_KEY_AS_OWNER = "own_key_as_owner", _VERIFIED, "The account's own key signed, which the row names as an owner."
    SCRIPT_KEYS = "script_keys", _VERIFIED, "Enough distinct keys of the account's script signed."
    CONFIRMED = "confirmed", _VERIFIED, "The chain confirmed that who signed controls the account."

    UNBOUND_KEY = "unbound_key", _UNBOUND, "The stated key signed, and no key makes an account of this kind."
    OTHER_MAKING = (
        *("other_making", _UNBOUND),
        "The stated key signed; alone it does not make the account, and what else did is not stated.",
    )
    OWNERS_SIGNED = "owners_signed", _UNBOUND, "All owners that the row names signed; nothing ties them to the account."
    SIGNED_ELSEWHERE = "signed_elsewhere", _UNBOUND, "A validator's row is unsigned; its owner signed in another row."
    CHAIN_SILENT = "chain_silent", _UNBOUND, "The chain was asked who controls the account, and could not be read."
    CONFIRMATION_OLD = "confirmation_old", _UNBOUND, "The chain confirmed the owners too long ago."
    UNDECIDED = "undecided", _UNBOUND, "The chain does not say who controls the account."
    ADMINISTERED = "administered", _UNBOUND, "The chain names a signer as no more than the contract's administrator."
    ADMINISTERED_LEFT_OUT = (
        *("administered_left_out", _UNBOUND),
        "The same, where the exchange's `administered: listed` leaves it out of `signed`.",
    )

    BAD_ADDRESS = "bad_address", _INVALID, "The address does not decode on its network."
    BAD_OWNER = "bad_owner", _INVALID, "The address of an owner does not decode."
    BAD_MESSAGE = "bad_message", _INVALID, "The message is no valid Unicode, so nobody can have signed it."
    MESSAGE_NOT_ACCEPTED = "message_not_accepted", _INVALID, "The message is not one that the exchange may have signed."
    NOT_BY_ACCOUNT = "not_by_account", _INVALID, "Another key than the account's signed, or this one another message."
    NOT_BY_KEY = "not_by_key", _INVALID, "The signature is not by the stated key over this message."
    NOT_OF_ACCOUNT = "not_of_account", _INVALID, "The stated key signed, and makes another account."
    NOT_OF_OWNER = "not_of_owner", _INVALID, "The stated key signed, and makes another owner."
    OTHER_KEY_STATED = "other_key_stated", _INVALID, "The key or script in the row is not the one of the signature."
    OTHER_MESSAGE = "other_message", _INVALID, "What stands beside the signature, or was signed, is another message."
    OTHER_ACCOUNT = "other_account", _INVALID, "What stands beside the signature, or was signed, names another account."
    OTHER_CHAIN = "other_chain", _INVALID, "What was signed names another chain."
    OTHER_SCRIPT = "other_script", _INVALID, "The script does not hash to the address."
    HIGH_S = "high_s", _INVALID, "The signature is malleable: s lies in the upper half of the group."
    OUT_OF_RANGE = "out_of_range", _INVALID, "In the signature r or s is zero, or not below the group's order."
    NO_KEY = "no_key", _INVALID, "No key has this signature."
    MALFORMED = "malformed", _INVALID, "The signature, or the key under it, is none by the rules of its encoding."
    NOT_ON_CURVE = "not_on_curve", _INVALID, "The key or the signature is no point of the curve."
    UNSAFE_POINT = "unsafe_point", _INVALID, "The point is one under which anybody could sign: infinity, a small group."
    BAD_CHECKSUM = "bad_checksum", _INVALID, "The checksum of the signature or of the key does not match."
    OWNER_UNSIGNED = "owner_unsigned", _INVALID, "An owner that the row names has not signed."
    NO_SUCH_OWNER = "no_such_owner", _INVALID, "A signature stands in the column of no owner."
    NAMED_TWICE = "named_twice", _INVALID, "One key or owner stands for two."
    NOT_IN_SCRIPT = "not_in_script", _INVALID, "A signature is by no key of the script, or over another message."
    TOO_FEW_KEYS = "too_few_keys", _INVALID, "Fewer keys signed than the script needs."
    UNSPENDABLE = "unspendable", _INVALID, "The script is longer than any that can be spent."
    BIP322_RULE = "bip322_rule", _INVALID, "The signature breaks a rule of BIP-322 or of the script that it satisfies."
    REFUTED = "refuted", _INVALID, "The chain says that others control the account."

    NO_SIGNATURE = "no_signature", _UNSIGNED, "The row has no signature."
    REFUTED_DEPOSITOR = "refuted_depositor", _UNSIGNED, "The chain denies the depositor, whom the row does not accuse."

    NETWORK_UNKNOWN = "network_unknown", _UNSUPPORTED, "The network or the coin is not known."
    ADDRESS_UNREAD = "address_unread", _UNSUPPORTED, "Addresses of this kind or network are not read."
    FAMILY_NOT_JUDGED = "family_not_judged", _UNSUPPORTED, "Signatures on this network are not judged."
    ACCOUNT_NOT_JUDGED = "account_not_judged", _UNSUPPORTED, "Signatures for accounts of this form are not judged."
    OWNERS_NOT_JUDGED = "owners_not_judged", _UNSUPPORTED, "Rows with owners are not judged on this network."
    SCRIPT_NOT_JUDGED = "script_not_judged", _UNSUPPORTED, "Scripts of this kind are not judged."
    KEY_NOT_JUDGED = "key_not_judged", _UNSUPPORTED, "Keys or signatures of this kind or curve are not judged."
    PROOF_NOT_JUDGED = "proof_not_judged", _UNSUPPORTED, "Proofs of funds, of a log-in and their like are not judged."
    NO_MESSAGE = "no_message", _UNSUPPORTED, "The row has a signature and no message."
    NO_PUBLIC_KEY = "no_public_key", _UNSUPPORTED, "The row lacks the public key that the signature needs."
    NO_SCRIPT = "no_script", _UNSUPPORTED, "The row lacks the script that the address hashes."
    KEYS_DIFFER = "keys_differ", _UNSUPPORTED, "The row states one key, and what stands beside the signature another."
    WRONG_COUNT = "wrong_count", _UNSUPPORTED, "The row has more signatures than keys."
    UNKNOWN_SPELLING = "unknown_spelling", _UNSUPPORTED, "A cell is not hex, base64 or base58 as it is read there."
    WRONG_LENGTH = "wrong_length", _UNSUPPORTED, "The signature or the key has another length than is judged."
    UNKNOWN_FORM = "unknown_form", _UNSUPPORTED, "The signature or the key has a form, or a wrapper, that is not known."
    HEADER_UNKNOWN = (
        "header_unknown",
        _UNSUPPORTED,
        "Header, v or version of the signature is none of those judged.",
    )
    HEADER_MISFIT = "header_misfit", _UNSUPPORTED, "The header of the signature is for another kind of address."
    OBJECT_UNREAD = "object_unread", _UNSUPPORTED, "The JSON object that holds the signature or key is not understood."
    MESSAGE_TOO_LONG = "message_too_long", _UNSUPPORTED, "The message is longer than the judged form can hold."
    MAYBE_OTHER_FORM = "maybe_other_form", _UNSUPPORTED, "Not by the key; it may be of a form that is not judged."
    DEFECT = "defect", _UNSUPPORTED, "The monitor failed on the row: a defect of its own, see its log."
