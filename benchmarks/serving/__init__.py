"""Pages as people are served them."""
