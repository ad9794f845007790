"""What Python itself had once, and code of that time still imports."""

from __future__ import annotations

# The last release that has them. distutils is not among them: setuptools goes on supplying it.
_LAST = {
    "3.11": "asynchat asyncore imp smtpd",
    "3.12": "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap nis nntplib ossaudiodev pipes sndhdr spwd sunau"
    " telnetlib uu xdrlib",
}
LAST_PYTHON = {module: version for version, modules in _LAST.items() for module in modules.split()}


def fix_of_import(module: str) -> str:
    """What to do about an import of a module that Python has no more; empty for every other module."""
    name = module.partition(".")[0]
    version = LAST_PYTHON.get(name)
    if version is None:
        return ""
    return f'install a newer release of what imports {name}, or write python_version: "{version}" in dotcloud.yml'
