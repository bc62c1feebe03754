"""The documents say what the program does: quoted output, defaults, columns, links."""

import csv
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
TCPLAB = os.environ.get("TCPLAB", os.path.join(SOURCE, "build", "tcplab"))

TWO_USERS = """
link.rtt = "20 ms"
page.html = "10 kB"
client.users = 2
"""


def read(*parts):
    with open(os.path.join(SOURCE, *parts), encoding="utf-8") as f:
        return f.read()


def documents():
    return ["README.md"] + sorted(os.path.relpath(path, SOURCE) for path in
                                  glob.glob(os.path.join(SOURCE, "docs", "**", "*.md"), recursive=True))


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


class Documents(unittest.TestCase):
    def test_what_they_quote_is_current(self):
        environment = {**os.environ, "TCPLAB": os.path.abspath(TCPLAB)}
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "docs", "update.py"), "--check"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_links_lead_somewhere(self):
        for name in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
                if "://" in target:
                    continue
                path, _, anchor = target.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                with self.subTest(document=name, link=target):
                    self.assertTrue(os.path.exists(os.path.join(SOURCE, path)))
                    if anchor:
                        self.assertIn(anchor, anchors(read(path)))

    def test_the_readme_names_every_lesson(self):
        readme = read("README.md")
        for path in glob.glob(os.path.join(SOURCE, "scenarios", "*.toml")):
            self.assertIn(f"(scenarios/{os.path.basename(path)})", readme)


class Columns(unittest.TestCase):
    """docs/results.md has every column, in the order of the file."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="tcplab-docs-")
        cls.folder = cls.holder.name
        with open(os.path.join(cls.folder, "two.toml"), "w", encoding="utf-8") as f:
            f.write(TWO_USERS)
        subprocess.run([os.path.abspath(TCPLAB), "run", "two.toml", "--quiet", "--trace", "--out", "out"], cwd=cls.folder,
                       check=True, timeout=120)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def described(self, section):
        text = read("docs", "results.md").split(f"\n## {section}\n")[1].split("\n## ")[0]
        cells = re.findall(r"^\| (`[^|]+`) \|", text, flags=re.MULTILINE)
        return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]

    def test_csv(self):
        common = self.described("Columns of every file")
        for name in ("summary.csv", "transactions.csv", "connections.csv", "pages.csv"):
            self.check_csv(os.path.join("out", name), common + self.described(name))
        for name in ("tcp.csv", "packets.csv"):
            self.check_csv(os.path.join("out", "run-001", name), common + self.described(name))

    def test_causes(self):
        with open(os.path.join(self.folder, "out", "summary.csv"), newline="", encoding="utf-8") as f:
            columns = next(csv.reader(f))
        self.assertEqual([c for c in columns if c.startswith("a_")], self.described("Causes"))

    def check_csv(self, name, columns):
        with open(os.path.join(self.folder, name), newline="", encoding="utf-8") as f:
            self.assertEqual(next(csv.reader(f)), columns, name)

    def test_manifest(self):
        with open(os.path.join(self.folder, "out", "manifest.json"), encoding="utf-8") as f:
            self.assertEqual(list(json.load(f)), self.described("manifest.json"))


if __name__ == "__main__":
    unittest.main()
