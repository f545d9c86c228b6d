"""Decoding a folder of recordings into a CSV: what `earshot decode` is made of."""
