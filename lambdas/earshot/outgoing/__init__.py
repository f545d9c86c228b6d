"""Requests to addresses that somebody else named: to public ones alone, and bounded."""
