"""What a command does, without a terminal: record, read, check out. Results are returned, never printed."""
