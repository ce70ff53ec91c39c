from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # untyped library
    """Hashed names for ever-cacheable files.

    Not strict: in a checkout where npm could not run, a page without the font is better than none.
    """

    manifest_strict = False
