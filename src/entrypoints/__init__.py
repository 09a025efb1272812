"""The only place that knows every class."""
