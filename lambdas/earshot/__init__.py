"""Earshot's shared package: what every function, container and script builds on.

Arrows point one way: handlers -> search, transcripts -> speech, audio. Nothing under `speech`
or `audio` knows of AWS.
"""

__version__ = "0.1.0"
