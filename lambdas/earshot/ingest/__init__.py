"""From S3 events to records: reading events, transcribing what they announce, redelivery."""
