"""The command line: `earshot COMMAND`. One module a command; what several share stands beside."""
