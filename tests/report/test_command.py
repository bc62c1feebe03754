"""`tcplab run --report`: the file, looked at without a browser."""

import csv
import html.parser
import json
import os
import subprocess
import tempfile
import unittest

TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join("build", "tcplab")))

PAGE = """
title = "A page & <more>"
[link]
rtt = "100 ms"
rate = "1.5 Mbit/s"
[page]
html = "10 kB"
objects = [ { count = 3, size = "5 kB" } ]
"""

EMPTY = {"meta", "line", "rect", "path"}


class Page(html.parser.HTMLParser):
    """Tags that do not match, the texts of scripts by id, and addresses."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.data, self.addresses = [], [], {}, []
        self._id = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.addresses += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag not in EMPTY:
            self.open.append(tag)
        self._id = attributes.get("id") if tag == "script" else None

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        self._id = None
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if self._id:
            self.data[self._id] = json.loads(data)


class Command(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="tcplab-report-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        with open(self.path("page.toml"), "w", encoding="utf-8") as f:
            f.write(PAGE)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def run_tcplab(self, *options):
        done = subprocess.run([TCPLAB, "run", "page.toml", "--out", "out", *options], cwd=self.folder, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def page(self):
        with open(self.path("out", "report.html"), encoding="utf-8") as f:
            return Page(f.read())

    def test_it_is_there_when_wanted_and_goes_when_not(self):
        self.assertIn("  report.html  summary.csv  ", self.run_tcplab("--report"))
        self.assertTrue(os.path.exists(self.path("out", "report.html")))
        self.run_tcplab()
        self.assertFalse(os.path.exists(self.path("out", "report.html")))

    def test_it_is_well_formed_and_stands_alone(self):
        self.run_tcplab("--report", "--vary", "link.rtt=20ms,100ms", "--repeat", "2")
        page = self.page()
        self.assertEqual((page.open, page.wrong, page.addresses), ([], [], []))
        self.assertEqual(sorted(page.data), ["charts-0", "charts-1", "sweep-data", "words"])

    def test_its_times_are_those_of_the_files(self):
        self.run_tcplab("--report")
        with open(self.path("out", "connections.csv"), newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        connections = self.page().data["charts-0"]["connections"]
        self.assertEqual([(c["id"], c["up"]["sent"][0]) for c in connections],
                         [(int(row["id"]), float(row["opened_ms"])) for row in rows])
        for c, row in zip(connections, rows):
            self.assertEqual(sum(c["down"]["length"]), int(row["bytes_down"]))  # nothing was lost here

    def test_what_else_is_written_changes_nothing(self):
        self.run_tcplab("--report")
        alone = self.page().data
        self.run_tcplab("--report", "--trace", "--pcap", "--har", "--jobs", "2")
        self.assertEqual(self.page().data, alone)


if __name__ == "__main__":
    unittest.main()
