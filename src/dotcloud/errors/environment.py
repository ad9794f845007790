"""What can go wrong between a platform's variables and a site's settings. No sentence here holds a value."""

from __future__ import annotations

from collections.abc import Iterable

from dotcloud.errors import DotcloudError

NEW_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(64))"'
EXPLAIN = "python -m dotcloud.environment    # shows what was read, and from where"


class EnvironmentFileError(DotcloudError):
    """A file of variables that cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} {why}",
            "The variables of this site cannot be read.",
            f"correct {path}: it holds one JSON object, names and texts: "
            '{"DATABASE_URL": "postgresql://…"}\nor remove it',
        )


class ValueFileError(DotcloudError):
    """A file that a variable points to, for a value that is kept out of the variables."""

    def __init__(self, variable: str, path: str, why: str) -> None:
        super().__init__(
            f"{path} {why}",
            f"{variable} points to it, and a value of this site should stand there.",
            f"correct {variable} or unset it, or let the site's user read {path}",
        )


class UnusableServicesError(DotcloudError):
    """The strongest source of a service is broken; a weaker one must not quietly take its place."""

    def __init__(self, kind: str, problems: Iterable[str]) -> None:
        super().__init__(
            f"the {kind} cannot be told from the variables",
            f"Nothing else is used in its place: the site could write to the wrong {kind}.",
            EXPLAIN,
            tuple(problems),
        )


class UnknownServiceError(DotcloudError):
    """A variable chooses a service that nobody supplies."""

    def __init__(self, variable: str, kind: str, known: Iterable[str]) -> None:
        names = ", ".join(known) or "none"
        super().__init__(
            f"{variable} names a {kind} that no platform variable describes",
            f"Known here: {names}.",
            f"set {variable} to one of these names, or unset it",
        )


class NoDatabaseNameError(DotcloudError):
    """A server was given, but not the name of the database on it."""

    def __init__(self, service: str, sources: Iterable[str]) -> None:
        super().__init__(
            f"the database service '{service}' comes without the name of a database",
            f"Read from {', '.join(sources)}. DOTCLOUD_PROJECT, which would name it, is not set.",
            'DATABASES = env.databases(name="mysite")    # in settings.py',
        )


class NoSecretKeyError(DotcloudError):
    """A platform, and no key to sign sessions with."""

    def __init__(self, platform: str, command: str) -> None:
        super().__init__(
            f"SECRET_KEY is not set on {platform}",
            "A key made here would be lost with the next start, and all sessions with it.",
            f"{NEW_KEY}\n{command}",
        )


class SecretKeyFileError(DotcloudError):
    """The generated key can neither be read nor written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"the secret key cannot be kept in {path}: {why}",
            "Without it every process would sign with another key.",
            f"set SECRET_KEY yourself:\n{NEW_KEY}",
        )


class NotAFlagError(DotcloudError):
    """A switch that is neither on nor off."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is neither on nor off",
            "Read as on: 1, true, yes, on. As off: 0, false, no, off, and nothing at all.",
            f"{name}=1",
        )
