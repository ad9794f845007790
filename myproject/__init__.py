"""The project: its settings, its addresses and what it says about its health."""
