"""Audio from untrusted files: decoded in a limited child process, mixed, resampled to 16 kHz."""
