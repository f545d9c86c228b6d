"""The bulk lane's worker: object events in batches, as fast as the device that hears them."""
