"""How fast the running daemon is scraped, what memory it needs, and how late its event loop ever is."""
