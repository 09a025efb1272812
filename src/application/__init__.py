"""Awaits ports and performs what the domain decides; decides nothing itself."""
