"""Networks of the Cosmos SDK on CometBFT."""
