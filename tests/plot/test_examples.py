"""docs/examples draw what `tcplab plot` draws: the numbers that they print are those of its CSV."""

import os
import re
import shutil
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

    def draw(self, chart, folder):
        done = subprocess.run([*self.command, chart, folder, f"{chart}.png"], cwd=self.folder, encoding="utf-8",
                              capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
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

    def test_an_axis_in_several_units(self):
        self.results("--vary", "link.rtt=500ms,1s")
        done = subprocess.run([*self.command, "axis", "out", "x.png"], cwd=self.folder, encoding="utf-8",
                              capture_output=True, timeout=120, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("link.rtt has values that are no numbers of one unit", done.stderr)

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
