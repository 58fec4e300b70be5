"""Jobs as rows and values: options of each kind of job, transcripts, hands and caption styles."""
