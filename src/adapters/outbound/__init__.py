"""The one guarded transport for everything the relay calls."""
