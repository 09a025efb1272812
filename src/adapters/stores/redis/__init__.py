"""The books in Redis: one set of scripts, and two ways to carry them there."""
