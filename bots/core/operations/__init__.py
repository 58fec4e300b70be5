"""Operations of a server process: health checks, logging, scheduled backups."""
