"""Jobs in the conversation: intake of files, submission, and the question which language is spoken."""
