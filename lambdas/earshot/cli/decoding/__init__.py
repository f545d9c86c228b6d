"""Decoding a folder of recordings into a CSV: what `python -m scripts decode` is made of."""
