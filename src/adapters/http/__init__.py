"""Quart and the ASGI gate: from HTTP to the application and back."""
