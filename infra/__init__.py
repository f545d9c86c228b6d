"""The cloud: one construct per concern; stack.py composes them, settings.py types what is given."""
