"""Families whose keys are Ed25519 (and, on Substrate chains, sr25519): one module each, over what they share.

A row states its key beside the signature, or its account is the key. What is shared: :mod:`.curve` verifies strictly,
:mod:`.messages` are the forms of message that several families sign, :mod:`.rows` reads a row and calls its verdict.
A family adds how a key makes an account of its chain, and the message forms of its wallets.
"""
