"""What a request costs, as a ratio to a server that does nothing but pass it on."""
