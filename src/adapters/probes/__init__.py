"""What `airelay doctor` looks at: this machine, providers, and relays at a URL."""
