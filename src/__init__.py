"""AI Relay: one OpenAI-compatible endpoint in front of many providers and many keys."""

__version__ = "0.1.0"
