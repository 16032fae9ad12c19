"""Several serving processes on one port, kept alive by a parent that serves nothing itself."""
