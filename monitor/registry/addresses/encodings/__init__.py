"""Alphabets and checksums that several families share. All raise ``AddressError`` and nothing else.

They take what ``addresses.decode`` lets through: printable ASCII without spaces, not empty, at most 256 characters.
"""
