"""What is edited in a captioned film on request, beside its captions."""
