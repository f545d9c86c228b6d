"""The cloud on this machine: an emulator, a real OpenSearch node, the real CDK app."""
