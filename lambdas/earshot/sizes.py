"""What a deployment is made of where nobody chooses otherwise: infra's settings begin with these,
and `earshot costs` reckons with them."""

from dataclasses import dataclass

from earshot.settings import MIB

MIB_OF_A_VCPU = 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
DISK_RESERVE_MIB = 128  # of /tmp, for the file system itself and the decoder's pipes
LEAST_DISK_MIB = 512  # which every Lambda function has


@dataclass(frozen=True, slots=True)
class Sizes:
    """Instance types, and how much of each there is."""

    opensearch_instance: str = "t3.small.search"
    opensearch_nodes: int = 1
    opensearch_gib: int = 20
    # The most that a new account's functions may have; `earshot preflight` looks.
    transcribe_memory_mib: int = 3008
    bulk_instances: str = "g6.2xlarge,g5.2xlarge,g6.xlarge,g5.xlarge"  # the preferred first


def function_disk_mib(max_audio_bytes: int) -> int:
    """What /tmp must hold for the largest file, in MiB."""
    return max(LEAST_DISK_MIB, -(-max_audio_bytes // MIB) + DISK_RESERVE_MIB)
