"""The API: HTTP over the platform's socket, with the paths and envelopes of the original one."""
