"""Addresses of programs that are told by HTTP what became of a recording, as Standard Webhooks."""
