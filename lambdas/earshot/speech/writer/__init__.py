"""The writer: an optional sequence-to-sequence model whose text has punctuation and capitals.

It knows neither where words lie in the sound nor when to be silent; the listener does.
"""
