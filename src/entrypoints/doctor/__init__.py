"""The doctor: has everything looked at, here or at a URL, and judged by `domain/diagnosis`."""
