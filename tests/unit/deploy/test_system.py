"""Which system packages are there."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from dotcloud.buildfile import Service
from dotcloud.errors.build import MissingSystemPackages
from dotcloud.platform.deploy.system import refuse_missing_packages

pytestmark = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="Debian's packages")


def test_a_package_of_a_version_is_one_that_is_installed_in_it() -> None:
    version = subprocess.check_output(["dpkg-query", "--show", "--showformat=${Version}", "dpkg"], text=True)
    refuse_missing_packages([Service("www", "python", systempackages=("dpkg", f"dpkg={version}"))])
    with pytest.raises(MissingSystemPackages) as caught:
        refuse_missing_packages([Service("www", "python", systempackages=("dpkg=0.0.1", "no-such-package"))])
    assert "dpkg=0.0.1 no-such-package" in str(caught.value)
