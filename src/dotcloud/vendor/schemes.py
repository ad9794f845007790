"""The version and local schemes of setuptools-scm (its documentation, "Version number construction")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from packaging.version import InvalidVersion, Version

TAG_REGEX = r"^(?:[\w-]+-)?(?P<version>[vV]?\d+(?:\.\d+){0,2}[^\+]*)(?:\+.*)?$"
DESCRIBE_OPTIONS_TAKEN = ("--match", "--exclude")


class Uncomputable(Exception):
    """Only the tool itself could tell: a scheme of the project's own, or a tag that says no version."""


@dataclass(frozen=True)
class Facts:
    """What is the same for every tag: uncommitted changes, branch, day of the commit, today."""

    dirty: bool
    branch: str | None
    committed: date
    today: date


@dataclass(frozen=True)
class Tagged:
    """A checkout seen from its nearest tag."""

    tag: Version
    distance: int
    node: str | None
    facts: Facts

    @property
    def exact(self) -> bool:
        return not self.distance and not self.facts.dirty

    def dev(self, guessed: str) -> str:
        return f"{guessed}.dev{self.distance}"


def match_options(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Which tags count, as options of ``git describe``."""
    tool = settings.get("raw-options") or settings
    git = (tool.get("scm") or {}).get("git") or {}
    command = git.get("describe_command") or tool.get("git_describe_command")
    if command:
        return _options_of(command)
    tag = tool.get("tag") or {}
    return ("--match", f"{tag.get('prefix', '')}{'*[0-9]*.*[0-9]*' if tag.get('strict') else '*[0-9]*'}")


def _options_of(command: str | list[str]) -> tuple[str, ...]:
    """The patterns and the walk of the project's own describe command; its output format stays ours."""
    import shlex

    words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
    options: list[str] = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in DESCRIBE_OPTIONS_TAKEN:
            options += [word, following]
        elif word == "--first-parent" or word.startswith(tuple(f"{name}=" for name in DESCRIBE_OPTIONS_TAKEN)):
            options.append(word)
    return tuple(options)


def tag_version(tag: str, settings: Mapping[str, Any]) -> Version:
    """The version in a tag's name, by the project's pattern. :raises Uncomputable: it holds none."""
    table = settings.get("tag") or {}
    pattern = re.compile(settings.get("tag_regex") or table.get("regex") or TAG_REGEX)
    found = pattern.match(tag.removeprefix(table.get("prefix", "")))
    if found is None:
        raise Uncomputable
    key: int | str = 1 if pattern.groups == 1 else "version"
    text, suffix = found[key], found[0][found.end(key) :]
    try:
        return Version(text + suffix)
    except InvalidVersion:
        return Version(text)


def version(tagged: Tagged, settings: Mapping[str, Any]) -> str:
    """The whole version. :raises Uncomputable: a scheme is the project's own."""
    local = tagged.tag.local or ""
    public = Tagged(Version(tagged.tag.public), tagged.distance, tagged.node, tagged.facts)
    main = _first(settings.get("version_scheme") or "guess-next-dev", VERSION_SCHEMES, public)
    added = _first(settings.get("local_scheme") or "node-and-date", LOCAL_SCHEMES, tagged)
    parts: list[str] = []
    for part in f"{local}.{added.lstrip('+')}".split("."):
        parts += [part] if part and part not in parts else []
    return main + ("+" + ".".join(parts) if parts else "")


def _first(names: Any, known: Mapping[str, Callable[[Tagged], str | None]], tagged: Tagged) -> str:
    for name in [names] if isinstance(names, str) else names:
        if name not in known:
            raise Uncomputable
        if (text := known[name](tagged)) is not None:
            return text
    raise Uncomputable


def next_version(tag: Version) -> str:
    """The version after ``tag``: its last number plus one; a ``.dev0`` tag announces the version before it."""
    text = tag.public
    if ".dev" in text:
        prefix, _, number = text.rpartition(".dev")
        if number != "0":
            raise Uncomputable
        return prefix
    found = re.fullmatch(r"(.*?)(\d+)", text)
    if found is None:
        raise Uncomputable
    return f"{found[1]}{int(found[2]) + 1}"


def _guess_next_dev(tagged: Tagged) -> str:
    return str(tagged.tag) if tagged.exact else tagged.dev(next_version(tagged.tag))


def _no_guess_dev(tagged: Tagged) -> str:
    if tagged.exact:
        return str(tagged.tag)
    text = tagged.tag.public
    if ".dev" in text:
        return tagged.dev(next_version(tagged.tag))
    if "post" in text:
        raise Uncomputable
    return tagged.dev(f"{text}.post1")


def _post_release(tagged: Tagged) -> str:
    return str(tagged.tag) if tagged.exact else f"{tagged.tag}.post{tagged.distance}"


def _semver(tagged: Tagged) -> str:
    if tagged.exact:
        return str(tagged.tag)
    return tagged.dev(_next_semver(tagged.tag, 2 if "feature" in (tagged.facts.branch or "") else 3))


def _release_branch_semver(tagged: Tagged) -> str:
    if tagged.exact:
        return str(tagged.tag)
    branch = re.match(TAG_REGEX, (tagged.facts.branch or "").rpartition("/")[2])
    if branch and branch["version"].removeprefix("v").split(".")[:2] == str(tagged.tag).split(".")[:2]:
        return tagged.dev(next_version(tagged.tag))
    return tagged.dev(_next_semver(tagged.tag, 2))


def _next_semver(tag: Version, retain: int) -> str:
    epoch = f"{tag.epoch}!" if tag.epoch else ""
    if tag.dev == 0:
        return epoch + ".".join(map(str, [*tag.release, 0, 0][: max(3, len(tag.release))]))
    numbers = [*tag.release, 0, 0, 0][:retain]
    numbers[-1] += 1
    return epoch + ".".join(map(str, [*numbers, 0, 0][:3]))


def _calver_by_date(tagged: Tagged) -> str:
    if tagged.exact:
        return str(tagged.tag)
    if (tagged.facts.branch or "").startswith("release-"):
        raise Uncomputable
    found = re.fullmatch(r"((\d{2}|\d{4})(?:\.\d{1,2}){2})(?:\.(\d*))?", str(tagged.tag))
    layout = "%Y.%m.%d" if found and len(found[2]) == 4 else "%y.%m.%d"
    day, patch = tagged.facts.committed, 0
    if found and datetime.strptime(found[1], layout).date() == day:  # noqa: DTZ007 - a day has no time zone
        patch = int(found[3] or "0") + 1
    return tagged.dev(str(Version(f"{day:{layout}}.{patch}")))


VERSION_SCHEMES: dict[str, Callable[[Tagged], str | None]] = {
    "guess-next-dev": _guess_next_dev,
    "no-guess-dev": _no_guess_dev,
    "only-version": lambda tagged: str(tagged.tag),
    "post-release": _post_release,
    "semver-pep440": _semver,
    "python-simplified-semver": _semver,
    "semver-pep440-release-branch": _release_branch_semver,
    "release-branch-semver": _release_branch_semver,
    "calver-by-date": _calver_by_date,
}


def _node_and(layout: str) -> Callable[[Tagged], str]:
    def local(tagged: Tagged) -> str:
        parts = [] if not tagged.distance or tagged.node is None else [tagged.node]
        if tagged.facts.dirty:
            parts = [tagged.node] if tagged.node else []
            parts.append(f"d{tagged.facts.today:{layout}}")
        return ".".join(parts)

    return local


def _clean_only(text: str | None) -> Callable[[Tagged], str | None]:
    def local(tagged: Tagged) -> str | None:
        if tagged.facts.dirty:
            raise Uncomputable
        return text

    return local


LOCAL_SCHEMES: dict[str, Callable[[Tagged], str | None]] = {
    "node-and-date": _node_and("%Y%m%d"),
    "node-and-timestamp": _node_and("%Y%m%d%H%M%S"),
    "dirty-tag": lambda tagged: "dirty" if tagged.facts.dirty else "",
    "no-local-version": lambda _: "",
    "no-local-version-strict": _clean_only(""),
    "fail-on-uncommitted-changes": _clean_only(None),
}
