"""The classic entry point; the metadata stands in pyproject.toml.

The wheel carries the starter, which is this repository's root: ``dotcloud new`` makes projects from it.
"""

import os
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = os.path.dirname(os.path.abspath(__file__))
STARTER = (
    "dotcloud.yml",
    "manage.py",
    "myproject",
    "postinstall",
    "requirements.txt",
    "vendor/README.md",
    "vendor/django_company",
    "wsgi.py",
)
RESIDUE = ("__pycache__", "build", ".git")


def starter_files():
    """The files of the starter, relative to this folder; what builds leave behind is not one."""
    for name in STARTER:
        if os.path.isfile(os.path.join(HERE, name)):
            yield name
        for folder, folders, files in os.walk(os.path.join(HERE, name)):
            folders[:] = sorted(one for one in folders if one not in RESIDUE and not one.endswith(".egg-info"))
            for file in sorted(files):
                if file != ".git" and not file.endswith((".pyc", ".pyo")):
                    yield os.path.relpath(os.path.join(folder, file), HERE)


class BuildWithStarter(build_py):
    """Puts the starter beside the modules, as data of the package."""

    def run(self):
        super().run()
        if not self.editable_mode:
            for source, target in self._starter():
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy2(source, target)

    def get_outputs(self, include_bytecode=True):
        return super().get_outputs(include_bytecode) + [target for _, target in self._starter()]

    def get_source_files(self):
        return super().get_source_files() + [source for source, _ in self._starter()]

    def _starter(self):
        if self.editable_mode:
            return []
        return [(name, os.path.join(self.build_lib, "dotcloud", "starter", name)) for name in starter_files()]


setup(cmdclass={"build_py": BuildWithStarter})
