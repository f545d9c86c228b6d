"""What AWS allows, as documented in November 2026, and how fast the parts are."""

from dataclasses import dataclass

from earshot.cli.costs import CPU_SPEED, TRANSCRIPT_KB_A_SECOND, WRITER_SHARE


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the settings and of the account."""

    concurrency: int  # the setting transcribe_concurrency
    account_concurrency: int = 1000  # new accounts: 10
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    pollers_at_first: int = 5
    pollers_a_minute: int = 300
    pollers_at_most: int = 1250
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
    partition_units_a_second: float = 1000.0
    new_table_units_a_second: float = 4000.0
    # A new table on demand has a partition, and so a shard of its stream, for each 1,000 of these.
    shards: int = 4
    index_calls_a_shard: int = 2  # parallelization_factor in infra/projection.py
    index_batch: int = 100  # there too

    @property
    def transcribing(self) -> int:
        """How many runs there can be at the same time."""
        return min(self.concurrency, self.account_concurrency, self.pollers_at_most)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the parts are. What the project did not measure is marked so."""

    speed: float = round(CPU_SPEED / (1 + WRITER_SHARE), 1)  # times real time, see `earshot costs`
    start_s: float = 10.0  # of a cold function with its image: assumed
    file_s: float = 0.3  # fetching, decoding and writing down a file: assumed
    index_call_s: float = 0.2  # of a batch, besides its documents: assumed
    passages_a_second: float = 300.0  # that a t3.small.search takes: assumed
    refresh_s: float = 1.0
    passage_s: float = 10.0  # of sound in a passage, about
    item_kb_a_second: float = TRANSCRIPT_KB_A_SECOND
