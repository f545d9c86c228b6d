"""`earshot restore`: the table, the sound and their long transcripts as they were."""
