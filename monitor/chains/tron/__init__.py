"""Tron nodes (java-tron): TRX and TRC-20 at one block, by their JSON-RPC or their HTTP API."""
