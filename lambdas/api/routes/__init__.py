"""One file a concern; each has a `router` that api.app puts together."""
