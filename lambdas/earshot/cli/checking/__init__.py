"""Comparing sound, table and search index, and repairing what differs."""
