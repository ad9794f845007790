"""A platform seen from the laptop: reaching it, asking it, sending it a project. HTTP only; nothing of the server."""
