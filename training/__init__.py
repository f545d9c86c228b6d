"""How the bundled model is trained: speech to learn from, the loop, and its figures."""
