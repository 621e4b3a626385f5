"""Stand-ins for nodes of networks of which no real node can be had: shapes of their documentation, any balances."""
