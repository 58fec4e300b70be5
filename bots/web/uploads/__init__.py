"""Files on their way in: multipart forms, folders and quotas."""
