"""Speech recognition with wav2vec2 CTC models: waveforms in, transcripts out. Knows no AWS."""
