"""The server: takes a push, builds it, deploys it and keeps it running."""
