"""One technology each, strangers to one another."""
