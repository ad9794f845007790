"""Where the links of a tree lead: followed on paper, through one another, as the kernel would follow them."""

from __future__ import annotations

from collections.abc import Mapping

# What Linux follows before it says "too many levels of symbolic links" (path_resolution(7)).
MAX_LINKS = 40


def escaping(links: Mapping[str, str]) -> list[str]:
    """One line for every link (path to target, both relative and posix) that leads out of the tree, or in circles."""
    return [f"{path}: {problem}" for path in links if (problem := _problem(path, links))]


def _problem(path: str, links: Mapping[str, str]) -> str | None:
    at: list[str] = path.split("/")[:-1]
    ahead = links[path].split("/")[::-1]
    followed = 1
    while ahead:
        name = ahead.pop()
        if name == "..":
            if not at:
                return f"is a link to {links[path]}, outside of the project"
            at.pop()
        elif name not in ("", "."):
            at.append(name)
            target = links.get("/".join(at))
            if target is not None:
                at.pop()
                ahead += target.split("/")[::-1]
                followed += 1
        if followed > MAX_LINKS:
            return f"is a link to {links[path]}, which leads in circles"
    return None
