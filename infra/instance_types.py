"""Which instance types fit, and what AWS allows of each."""

# EBS volumes of OpenSearch data nodes in GiB, gp3: the most by size, for each class of types. From
# "EBS volume size quotas" in
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
_BURSTABLE = {"small": 100, "medium": 200}
_COMPUTE = {
    "large": 256, "xlarge": 512, "2xlarge": 1024, "4xlarge": 1536, "8xlarge": 3072,
    "12xlarge": 4608, "16xlarge": 6144,
}  # fmt: skip
_GENERAL = {
    "large": 768, "xlarge": 2048, "2xlarge": 3072, "4xlarge": 6144, "8xlarge": 12_288,
    "12xlarge": 18_432, "16xlarge": 24_576,
}  # fmt: skip
_MEMORY = {
    "large": 1536, "xlarge": 3072, "2xlarge": 6144, "4xlarge": 12_288, "8xlarge": 16_384,
    "12xlarge": 24_576, "16xlarge": 36_864,
}  # fmt: skip


def _sizes(most_gib: dict[str, int], without: str) -> dict[str, int]:
    return {size: most for size, most in most_gib.items() if size not in without.split()}


# Types with NVMe disks of their own take no EBS volume, t2 knows no encryption, and types older
# than these take no gp3.
_FAMILIES = {
    "t3": _BURSTABLE,
    "c5": _sizes(_COMPUTE, "8xlarge 12xlarge 16xlarge") | {"9xlarge": 3584, "18xlarge": 7168},
    "c6g": _sizes(_COMPUTE, "16xlarge"),
    "c7g": _COMPUTE,
    "c7i": _COMPUTE,
    "c8g": _COMPUTE,
    "m5": _sizes(_GENERAL, "8xlarge 16xlarge") | {"large": 1024},
    "m6g": _sizes(_GENERAL, "16xlarge") | {"large": 1024},
    "m7g": _GENERAL,
    "m7i": _GENERAL,
    "m8g": _GENERAL | {"medium": 512},
    "r5": _sizes(_MEMORY, "8xlarge 16xlarge") | {"large": 2048},
    "r6g": _sizes(_MEMORY, "16xlarge") | {"large": 2048},
    "r7g": _MEMORY,
    "r7i": _MEMORY,
    "r8g": _MEMORY | {"medium": 768},
}

MIN_SEARCH_GIB = 10
MAX_SEARCH_GIB = {
    f"{family}.{size}.search": most
    for family, sizes in _FAMILIES.items()
    for size, most in sizes.items()
}
MAX_SEARCH_NODES = 200  # of every family here but t3, "Domain and instance quotas" on the same page
MAX_T3_NODES = 10

# One NVIDIA GPU that computes in bfloat16 (a T4, of g4dn, does not), x86, and memory for the
# worker: https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
GPU_INSTANCES = (
    *(f"{family}.{size}" for family in ("g5", "g6", "g6e")
      for size in ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")),
    "gr6.4xlarge", "gr6.8xlarge", "p5.4xlarge",
)  # fmt: skip
