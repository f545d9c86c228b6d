"""The tables that commands read: who speaks in which file, and what was said."""
