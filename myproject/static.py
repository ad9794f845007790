"""Where static files are kept: whitenoise's hashed and compressed copies."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """A file that was not collected keeps its plain name: tests need no `collectstatic`, a lost picture is no 500."""

    def stored_name(self, name):
        try:
            return super().stored_name(name)
        except ValueError:
            return name
