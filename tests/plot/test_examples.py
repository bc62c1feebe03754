"""docs/examples draw what `tcplab plot` draws: the numbers that they print are those of its CSV."""

import csv
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from _tcplab import PAGE, CommandLine  # noqa: E402

EXAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "examples"))
TCP = """scenario,variant,run,seed,time_ms,connection,end,state,cwnd,ssthresh,in_flight,rwnd,srtt_ms,rto_ms,ca_state,mss
page,serial,1,1,0,1,client,SYN-SENT,10,,1,0,,1000,open,1460
page,serial,1,1,10,1,server,SYN-RECEIVED,11,,1,64240,,1000,open,1448
page,serial,1,1,30,1,server,ESTABLISHED,12,,3,64240,20,220,open,1448
page,serial,1,1,60,1,server,ESTABLISHED,7,5,1,64240,22.5,222.5,recovery,1448
"""


def python_with_pandas():
    for program in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([program, "-c", "import pandas, matplotlib"], stderr=subprocess.DEVNULL, check=False)
        if found.returncode == 0:
            return [program, os.path.join(EXAMPLES, "plots.py")]
    return None


def rscript():
    return ["Rscript", os.path.join(EXAMPLES, "plots.R")] if shutil.which("Rscript") else None


class Examples:
    """For one language."""

    def setUp(self):
        super().setUp()
        self.write("page.toml", PAGE)

    def call(self, chart, folder, *run):
        return subprocess.run([*self.command, chart, folder, f"{chart}.png", *run], cwd=self.folder, encoding="utf-8",
                              capture_output=True, timeout=120, check=False)

    def draw(self, chart, folder):
        done = self.call(chart, folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.shown = done.stdout
        self.assertTrue(self.read(f"{chart}.png").startswith(b"\x89PNG"))
        return [float(number) for number in re.findall(r"(?<![\w/.])\d+(?:\.\d+)?(?![\w/.])", done.stdout)]

    def assert_among(self, values, shown):
        for value in values:
            self.assertTrue(any(abs(number - float(value)) < 0.001 for number in shown), (value, shown))

    def results(self, *arguments):
        self.assert_exit(self.run_tcplab("run", "page.toml", "--out", "out", "--quiet", *arguments), 0)

    def test_page(self):
        self.results("--repeat", "3", "--set", "link.loss=1 %")
        self.assert_exit(self.run_tcplab("plot", "out", "--what", "page", "-o", "x.svg"), 0)
        self.assert_among([row["page_ms"] for row in self.rows("x.csv")], self.draw("page", "out"))

    def test_axis(self):
        self.results("--vary", "link.rtt=20ms,100ms,200ms")
        self.assert_exit(self.run_tcplab("plot", "out", "--what", "axis", "-o", "x.svg"), 0)
        rows = self.rows("x.csv")
        self.assertEqual(len(rows), 6)
        self.assert_among([row["page_ms"] for row in rows], self.draw("axis", "out"))

    def test_axis_in_several_units(self):
        self.results("--vary", "link.rtt=500 ms,1 s,2 s")
        self.assert_exit(self.run_tcplab("plot", "out", "--what", "axis", "-o", "x.svg"), 0)
        rows = self.rows("x.csv")
        self.assertEqual({row["x"] for row in rows}, {"500", "1000", "2000"})
        shown = self.draw("axis", "out")
        self.assert_among([row["x"] for row in rows], shown)
        self.assert_among([row["page_ms"] for row in rows], shown)
        self.assertFalse({1.0, 2.0} & set(shown))

    def test_axis_of_sizes(self):
        self.results("--vary", "client.tcp.receive_buffer=8 KiB,32 kB,1 MiB")
        self.assert_among([8 * 1.024, 32, 1024 * 1.024], self.draw("axis", "out"))

    def test_axis_of_words(self):
        self.results("--vary", "client.strategy=serial,persistent", "--vary", "link.rtt=20ms,30ms")
        expected = {(row["client.strategy"], row["page_ms"]) for row in self.rows("out", "summary.csv")}
        self.assert_among([page for _, page in expected], self.draw("axis", "out"))
        self.assertIn("pipelined, link.rtt = 20ms", self.shown)  # a line for each value of the other axis

    def test_a_point_needs_all_of_its_repetitions(self):
        self.results("--vary", "link.rtt=20ms,30ms", "--repeat", "3")
        path = self.path("out", "summary.csv")
        with open(path, newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        gone = [row for row in rows if row["variant"] == "serial" and row["link.rtt"] == "20ms"]
        gone[0]["page_ms"] = ""
        with open(path, "w", newline="", encoding="utf-8") as f:
            writer = csv.DictWriter(f, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        shown = self.draw("axis", "out")
        self.assert_among([row["page_ms"] for row in rows if row["link.rtt"] == "30ms"], shown)
        self.assertRegex(self.shown, "NaN|NA")
        self.assertNotIn(float(gone[1]["page_ms"]), shown)

    def test_no_axis_and_no_such_run(self):
        self.results()
        for arguments, said in ((("axis", "out"), "no axis"), (("waterfall", "out", "99"), "no run 99")):
            done = self.call(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(said, done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_a_run_without_variants_has_the_name_of_the_scenario(self):
        self.write("plain.toml", "[page]\nobjects = [ { size = \"1 kB\" } ]\n")
        self.assert_exit(self.run_tcplab("run", "plain.toml", "--out", "out", "--quiet"), 0)
        self.assert_among([self.rows("out", "summary.csv")[0]["page_ms"]], self.draw("page", "out"))
        self.assertIn("plain", self.shown)

    def test_many_rows_make_the_picture_higher(self):
        heights = []
        for count in (10, 90, 300):
            self.write("many.toml", f"[page]\nobjects = [ {{ size = \"1 kB\", count = {count} }} ]\n")
            self.assert_exit(self.run_tcplab("run", "many.toml", "--out", "out", "--quiet"), 0)
            done = [row["done_ms"] for row in self.rows("out", "transactions.csv")]
            self.assert_among(done[:100], self.draw("waterfall", "out"))
            heights.append(struct.unpack(">I", self.read("waterfall.png")[20:24])[0])
        self.assertGreater(heights[1], 2 * heights[0])
        self.assertLess(heights[2], 1.3 * heights[1])  # the first 100

    def test_waterfall(self):
        self.results()
        done = [row["done_ms"] for row in self.rows("out", "transactions.csv") if row["run"] == "1"]
        self.assertEqual(len(done), 4)
        self.assert_among(done, self.draw("waterfall", "out"))

    def test_cwnd(self):
        self.results()
        os.mkdir(self.path("out", "run-001"))
        self.write("out/run-001/tcp.csv", TCP)
        self.assert_among([11, 12, 7], self.draw("cwnd", "out"))


@unittest.skipUnless(python_with_pandas(), "neither python3-pandas nor python3-matplotlib")
class Python(Examples, CommandLine):
    command = python_with_pandas()


@unittest.skipUnless(rscript(), "no r-base-core")
class R(Examples, CommandLine):
    command = rscript()


if __name__ == "__main__":
    unittest.main()
