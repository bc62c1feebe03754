#!/usr/bin/env python3
"""Makes docs/images/report.png, the README's picture of a report: run it from anywhere when reports look different.
It takes a built tcplab (build/tcplab, or $TCPLAB) and Chromium."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "report"))

import _chromium  # the tests' browser

TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join(ROOT, "build", "tcplab")))
WIDTH, HEIGHT = 960, 1024  # from the title to what the page waited for


def main():
    with tempfile.TemporaryDirectory(prefix="tcplab-picture-") as folder:
        subprocess.run([TCPLAB, "run", "scenarios/page-strategies.toml", "--report", "--quiet", "--out", folder],
                       cwd=ROOT, check=True)
        browser = _chromium.Chromium(WIDTH, HEIGHT)
        try:
            browser.open(os.path.join(folder, "report.html"))
            browser.value("document.documentElement.style.overflow = 'hidden'")  # no scroll bar
            browser.screenshot(os.path.join(ROOT, "docs", "images", "report.png"), whole=False)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
