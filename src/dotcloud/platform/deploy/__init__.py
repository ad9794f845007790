"""One attempt to put a revision live: build, install, start, switch."""
