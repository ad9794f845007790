"""The version a project's own tool reads from git, computed from what git says; and how to hand it in without git.

Rules of setuptools-scm 10 (also behind hatch-vcs), PDM, dunamai (behind poetry- and uv-dynamic-versioning), pbr,
versioneer, versioningit and setuptools-git-versioning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from packaging.version import InvalidVersion, Version

from dotcloud.vendor import schemes
from dotcloud.vendor.schemes import Facts, Tagged, Uncomputable

Settings = Mapping[str, Any]
ANY_NUMBER = "*[0-9]*"
PEP440_TAG = r"(?P<base>\d+(?:!\d+)?(?:\.\d+)*)(?P<rest>[-._]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev)[-._]?\d*)?"


@dataclass(frozen=True)
class GitFacts:
    """What git says of a checkout. ``describe`` is the text of ``git describe --long``; ``None`` without a tag.

    ``commits`` counts the whole history and matters only without a tag. ``today`` dates uncommitted changes.
    """

    describe: str | None
    commit: str | None = None
    dirty: bool = False
    branch: str | None = None
    commits: int = 0
    committed: date | None = None
    today: date | None = None


def describe_options(source: str, settings: Settings) -> tuple[str, ...]:
    """The options of ``git describe`` with which this tool looks for its tag."""
    if source in ("setuptools-scm", "hatch-vcs"):
        return ("--abbrev=40", *schemes.match_options(settings))
    if source == "pdm":
        return ("--match", str(settings.get("tag_filter") or "*.*"))
    if source == "versioneer":
        return ("--match", f"{settings.get('tag_prefix', '')}[0-9]*")
    if source in ("poetry-dynamic-versioning", "uv-dynamic-versioning"):
        unprefixed = settings.get("pattern") == "default-unprefixed"
        return ("--match", "v[0-9]*", *(("--match", "[0-9]*") if unprefixed else ()))
    return ("--match", ANY_NUMBER)


def compute(source: str, settings: Settings, facts: GitFacts) -> str | None:
    """The version (PEP 440) that ``source`` gives; ``None`` where only the tool itself could tell."""
    tool = _TOOLS.get(source)
    if tool is None or (facts.describe is None and not facts.commit):
        return None
    try:
        return str(Version(tool(settings, facts)))
    except (Uncomputable, InvalidVersion, ValueError, LookupError):
        return None


def _setuptools_scm(settings: Settings, facts: GitFacts) -> str:
    if ((settings.get("scm") or {}).get("git") or {}).get("distance_scope"):
        raise Uncomputable
    tag, distance, node = _described(facts)
    if tag is None:
        version = Version(str(settings.get("fallback_version") or "0.0"))
        distance, node = facts.commits, f"g{facts.commit}"
    else:
        version = schemes.tag_version(tag, settings)
    tagged = Tagged(version, distance, node[:10] if node else None, _shared(facts))
    return schemes.version(tagged, settings)


def _hatch_vcs(settings: Settings, facts: GitFacts) -> str:
    options = {
        **(settings.get("raw-options") or {}),
        **({"tag_regex": settings["tag-pattern"]} if settings.get("tag-pattern") else {}),
        **({"fallback_version": settings["fallback-version"]} if settings.get("fallback-version") else {}),
    }
    return _setuptools_scm(options, facts)


def _pdm(settings: Settings, facts: GitFacts) -> str:
    if settings.get("version_format"):
        raise Uncomputable
    tag, distance, node = _described(facts)
    if tag is None:
        version, distance, node = Version("0.0"), facts.commits, f"g{(facts.commit or '')[:7]}"
    else:
        version = schemes.tag_version(tag, {"tag_regex": settings.get("tag_regex")})
    main = f"{schemes.next_version(version)}.dev{distance}" if distance else version.public
    local = [node] if distance and node else []
    local += [f"d{_today(facts):%Y%m%d}"] if facts.dirty else []
    return main + ("+" + ".".join(local) if local else "")


def _dunamai(settings: Settings, facts: GitFacts) -> str:
    given = {key.replace("_", "-"): value for key, value in settings.items()}
    simple = given.get("style", "pep440") == "pep440" and given.get("pattern", "default") in (
        "default",
        "default-unprefixed",
    )
    if not simple or any(given.get(key) for key in ("format", "format-jinja", "from-file")):
        raise Uncomputable
    tag, distance, node = _described(facts)
    found = re.search(rf"v?{PEP440_TAG}", tag or "0.0.0")
    if found is None:
        raise Uncomputable
    distance = facts.commits if tag is None else distance
    commit = (node or f"g{(facts.commit or '')[:7]}").removeprefix("g")
    version = _dunamai_public(Version(found["base"] + (found["rest"] or "")), distance, bool(given.get("bump")))
    metadata = given.get("metadata")
    local = [commit] if metadata or (metadata is None and distance) else []
    local += ["dirty"] if given.get("dirty") and facts.dirty and metadata is not False else []
    return version + ("+" + ".".join(local) if local else "")


def _dunamai_public(version: Version, distance: int, bump: bool) -> str:
    if not distance:
        return str(version)
    return f"{schemes.next_version(version)}.dev{distance}" if bump else f"{version}.post{distance}.dev0"


def _pbr(_: Settings, facts: GitFacts) -> str:
    tag, distance, _node = _described(facts)
    distance = facts.commits - 1 if tag is None else distance
    version = Version((tag or "0.0.0").replace("-", "."))
    if not distance:
        return str(version)
    if version.pre:
        return f"{'.'.join(map(str, version.release))}{version.pre[0]}{version.pre[1] + 1}.dev{distance}"
    major, minor, patch = [*version.release, 0, 0][:3]
    return f"{major}.{minor}.{patch + 1}.dev{distance}"


def _versioneer(settings: Settings, facts: GitFacts) -> str:
    if settings.get("style") not in (None, "", "pep440"):
        raise Uncomputable
    tag, distance, node = _described(facts)
    dirty = ".dirty" if facts.dirty else ""
    if tag is None:
        return f"0+untagged.{facts.commits}.g{(facts.commit or '')[:7]}{dirty}"
    version = tag.removeprefix(str(settings.get("tag_prefix") or ""))
    if not distance and not dirty:
        return version
    return f"{version}{'.' if '+' in version else '+'}{distance}.{node}{dirty}"


def _versioningit(settings: Settings, facts: GitFacts) -> str:
    if set(settings) - {"default-version", "write", "onbuild"}:
        raise Uncomputable
    tag, distance, node = _described(facts)
    if tag is None:
        raise Uncomputable
    version = re.sub("^v", "", tag)
    main = f"{version}.post{distance}" if distance else version
    local = [str(node)] if distance else []
    local += [f"d{_today(facts):%Y%m%d}"] if facts.dirty else []
    return main + ("+" + ".".join(local) if local else "")


def _setuptools_git_versioning(settings: Settings, facts: GitFacts) -> str:
    tag, distance, _ = _described(facts)
    if tag is None:
        return str(settings.get("starting_version") or "0.0.1")
    name = "dirty_template" if facts.dirty else "dev_template" if distance else "template"
    default = {"template": "{tag}", "dev_template": "{tag}.post{ccount}+git.{sha}"}
    template = str(settings.get(name) or default.get(name) or "{tag}.post{ccount}+git.{sha}.dirty")
    commit = facts.commit or ""
    return template.format(tag=tag, ccount=distance, sha=commit[:8], full_sha=commit, branch=facts.branch)


_TOOLS: dict[str, Callable[[Settings, GitFacts], str]] = {
    "setuptools-scm": _setuptools_scm,
    "hatch-vcs": _hatch_vcs,
    "pdm": _pdm,
    "poetry-dynamic-versioning": _dunamai,
    "uv-dynamic-versioning": _dunamai,
    "pbr": _pbr,
    "versioneer": _versioneer,
    "versioningit": _versioningit,
    "setuptools-git-versioning": _setuptools_git_versioning,
}


def _described(facts: GitFacts) -> tuple[str | None, int, str | None]:
    """``v1.5-37-g9bd1298`` -> (tag, commits since, node)."""
    found = re.fullmatch(r"(.+)-(\d+)-(g[0-9a-f]+)", (facts.describe or "").strip())
    return (found[1], int(found[2]), found[3]) if found else (facts.describe or None, 0, None)


def _shared(facts: GitFacts) -> Facts:
    return Facts(facts.dirty, facts.branch, facts.committed or _today(facts), _today(facts))


def _today(facts: GitFacts) -> date:
    from datetime import UTC, datetime

    return facts.today or datetime.now(UTC).date()


def pretend(package_name: str, version: str) -> dict[str, str]:
    """The environment variables that make every tool that reads git tags give ``version`` for this package.

    hatch-vcs passes no distribution name on, so the general variable is set too: give these to one build only.
    versioneer, versioningit and setuptools-git-versioning read no variable: see :func:`files`.
    """
    suffix = re.sub(r"[-_.]+", "_", package_name).upper()
    names = [
        "SETUPTOOLS_SCM_PRETEND_VERSION",
        f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{suffix}",
        "VCS_VERSIONING_PRETEND_VERSION",
        f"VCS_VERSIONING_PRETEND_VERSION_FOR_{suffix}",
        "PDM_BUILD_SCM_VERSION",
        "POETRY_DYNAMIC_VERSIONING_BYPASS",
        "UV_DYNAMIC_VERSIONING_BYPASS",
        "PBR_VERSION",
    ]
    return dict.fromkeys(names, version)


def archival(describe: str | None, commit: str | None) -> str:
    """The text of a ``.git_archival.txt``, as ``git archive`` would have filled it in.

    With it in a tree without ``.git``, setuptools-scm takes every file for a tracked one, so that package data are
    found; without it they are silently left out of the wheel (seen with 8.3 and 10.3).
    """
    lines = [f"node: {commit or '0' * 40}"]
    lines += [f"describe-name: {describe}"] if describe else []
    return "\n".join(lines) + "\n"


def files(source: str | None, settings: Settings, name: str, version: str, commit: str | None) -> dict[str, str]:
    """Files (posix path to text) to put into a clean copy for the tools that no variable reaches."""
    if source in ("versioningit", "setuptools-git-versioning"):
        return {"PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
    if source == "versioneer" and settings.get("versionfile_source"):
        return {str(settings["versionfile_source"]): _versioneer_file(version, commit)}
    return {}


def _versioneer_file(version: str, commit: str | None) -> str:
    """What versioneer writes into a source archive in place of its version module."""
    import json

    told = {"date": None, "dirty": False, "error": None, "full-revisionid": commit, "version": version}
    text = json.dumps(told, indent=1, sort_keys=True)
    return (
        f"import json\n\nversion_json = '''\n{text}\n'''  # END VERSION_JSON\n\n\n"
        "def get_versions():\n    return json.loads(version_json)\n"
    )
