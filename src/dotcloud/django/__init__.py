"""The Django side: system checks, management commands, and the steps of a hook that need the site."""
