"""Carry calls to providers."""
