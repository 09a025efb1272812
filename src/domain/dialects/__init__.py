"""One folder per wire protocol: pure bytes in, values out, and back."""
