"""The lines that tell why a release did not start."""

from __future__ import annotations

from pathlib import Path

from dotcloud.platform.deploy.readiness import _last, without_noise

LOG = """\
[2026-11-23 22:50:31 +0000] [12670] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/home/dotcloud/env/lib/python3.11/site-packages/gunicorn/util.py", line 420, in import_app
    mod = importlib.import_module(module)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1204, in _gcd_import
  File "/home/dotcloud/code/wsgi.py", line 9, in <module>
    import nothing_here
ModuleNotFoundError: No module named 'nothing_here'
[2026-11-23 22:50:31 +0000] [12668] [ERROR] Reason: Worker failed to boot.
"""


def test_the_sites_own_frames_and_words_are_left() -> None:
    assert without_noise(LOG.splitlines()) == [
        "Traceback (most recent call last):",
        '  File "/home/dotcloud/code/wsgi.py", line 9, in <module>',
        "    import nothing_here",
        "ModuleNotFoundError: No module named 'nothing_here'",
    ]


def test_what_a_site_prints_is_kept() -> None:
    assert without_noise(["starting", "    indented", "[2026] mine"]) == ["starting", "    indented", "[2026] mine"]


def test_visitors_of_the_old_release_do_not_displace_the_reason(tmp_path: Path) -> None:
    visit = '127.0.0.1 - ann [25/Nov/2026:23:08:56 +0000] "GET /menu/ HTTP/1.1" 200 11 "-" "wrk"\n'
    log = tmp_path / "web.log"
    log.write_text(f"{visit * 9}KeyError: 'the oven'\n{visit * 3000}")
    assert _last(log, 15) == ["KeyError: 'the oven'"]


def test_what_a_release_before_printed_is_not_shown(tmp_path: Path) -> None:
    start = "[2026-11-25 23:11:05 +0000] [7309] [INFO] Starting gunicorn 27.0.1\n"
    log = tmp_path / "web.log"
    log.write_text(f"{start}KeyError: 'of yesterday'\n{start}ValueError: of today\n")
    assert _last(log, 15) == ["ValueError: of today"]
