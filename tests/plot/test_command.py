"""`tcplab plot`: pictures through gnuplot, their neighbours, and what goes wrong."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.dom.minidom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from _tcplab import PAGE, CommandLine  # noqa: E402

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG\r\n", "pdf": b"%PDF-"}

HOSTILE = """
title = "A `touch pwned` \\"title\\" <b> & it's $HOME \\\\n"
link.rtt = "20 ms"

[page]
objects = [ { count = 2, size = "2 kB" } ]

[[variant]]
name = "`touch pwned`"

[[variant]]
name = "'; system 'touch pwned' #"

[[variant]]
name = "'' . system('touch pwned') . ''"

[[variant]]
name = "'"

[[variant]]
name = "quoted \\"name\\", with a comma"
"""


def texts(svg):
    return ["".join(node.data for node in text.childNodes if node.nodeType == node.TEXT_NODE)
            for text in xml.dom.minidom.parseString(svg).getElementsByTagName("text")]


class Plot(CommandLine):
    def setUp(self):
        super().setUp()
        self.write("page.toml", PAGE)
        self.assert_exit(self.run_tcplab("run", "page.toml", "--out", "out", "--quiet"), 0)

    def plot(self, *arguments, **more):
        done = self.run_tcplab("plot", *arguments, **more)
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def error(self, code, *arguments, **more):
        before = self.files()
        done = self.run_tcplab("plot", *arguments, **more)
        self.assert_exit(done, code)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), before)
        return done.stderr

    def test_what_fits_is_drawn_into_the_folder(self):
        self.assertEqual(self.plot("out"), ["out/plots/page.svg", "out/plots/causes.svg"])
        self.assertEqual(self.plot("out", "--run", "2"), ["out/plots/causes.svg", "out/plots/waterfall.svg"])
        self.assertEqual(sorted(os.listdir(self.path("out", "plots"))),
                         [f"{chart}.{end}" for chart in ("causes", "page", "waterfall") for end in ("csv", "gp", "svg")])

    def test_numbers_are_those_of_the_results(self):
        self.plot("out", "--what", "page,waterfall", "--variant", "serial")
        summary = self.rows("out", "summary.csv")
        (bar,) = self.rows("out", "plots", "page.csv")
        self.assertEqual((bar["label"], bar["page_ms"]), ("serial", summary[0]["page_ms"]))
        own = [t for t in self.rows("out", "transactions.csv") if t["variant"] == "serial"]
        rows = self.rows("out", "plots", "waterfall.csv")
        self.assertEqual([r["label"] for r in rows], [f"{t['method']} {t['path']}" for t in own])
        for phase in ("start_ms", "blocked_ms", "connect_ms", "wait_ms", "receive_ms"):
            self.assertEqual([float(r[phase]) for r in rows], [float(t[phase] or 0) for t in own])
        self.assertIn(f"{float(bar['page_ms']) / 1000:.3f} s", texts(self.read("out", "plots", "page.svg")))

    def test_formats(self):
        for end, magic in MAGIC.items():
            self.assertEqual(self.plot("out", "--what", "page", "-o", f"new/folder/x.{end}"), [f"new/folder/x.{end}"])
            self.assertTrue(self.read("new", "folder", f"x.{end}").startswith(magic))
        self.assertEqual(self.plot("out", "--what", "page,cdf,page", "-o", "y.png"), ["y-page.png", "y-cdf.png"])
        self.assertEqual(self.plot("out", "--quiet"), [])

    def test_the_same_results_give_the_same_bytes(self):
        for end in ("svg", "png", "csv", "gp"):
            picture = f"x.{end}" if end in MAGIC else "x.svg"
            self.plot("out", "--what", "page", "-o", picture)
            first = self.read(f"x.{end}")
            self.plot("out", "--what", "page", "-o", picture)
            self.assertEqual(self.read(f"x.{end}"), first, end)

    def test_the_script_draws_the_picture_again(self):
        self.plot("out", "--what", "cdf", "-o", "x.svg")
        first = self.read("x.svg")
        os.remove(self.path("x.svg"))
        subprocess.run(["gnuplot", "x.gp"], cwd=self.folder, check=True, timeout=60)
        self.assertEqual(self.read("x.svg"), first)

    def test_names_are_only_names(self):
        names = ("`touch pwned`", "'; system 'touch pwned' #", "'' . system('touch pwned') . ''", "'")
        self.write("hostile.toml", HOSTILE)
        self.assert_exit(self.run_tcplab("run", "hostile.toml", "--out", "bad", "--quiet"), 0)
        for chart in ("page", "cdf"):
            self.plot("bad", "--what", chart, "-o", "x.svg")
            shown = texts(self.read("x.svg"))
            self.assertIn("A `touch pwned` \"title\" <b> & it's $HOME \\n", shown)
            for name in names:
                self.assertIn(name, shown)
            self.assertIn("quoted 'name', with a comma", [text.replace('"', "'") for text in shown])
        for name in ("<touch pwned.svg", "|touch pwned.svg", "~x.svg", "a'b `touch pwned`.svg", "'.svg", "-x.svg"):
            self.plot("bad", "--what", "page", f"--out={name}")
            self.assertTrue(self.read(name).startswith(b"<?xml"))
        self.assertEqual([f for f in self.files() if f == "pwned"], [])

    def test_repeated_runs_have_whiskers(self):
        self.run_tcplab("run", "page.toml", "--repeat", "5", "--set", "link.loss=2 %", "--out", "many", "--quiet")
        self.plot("many", "--what", "page", "-o", "x.svg")
        self.assertIn("median, and 5th to 95th percentile, of the repetitions", texts(self.read("x.svg")))
        for row in self.rows("x.csv"):
            self.assertEqual(row["runs"], "5")
            self.assertLessEqual(float(row["p5_ms"]), float(row["page_ms"]))
            self.assertLessEqual(float(row["page_ms"]), float(row["p95_ms"]))

    def test_an_axis(self):
        self.run_tcplab("run", "page.toml", "--vary", "link.rtt=10ms..1000ms*5", "--out", "sweep", "--quiet")
        self.assertEqual(self.plot("sweep"), ["sweep/plots/axis.svg", "sweep/plots/causes.svg"])
        self.assertIn("set logscale x", self.read("sweep", "plots", "axis.gp").decode())
        xs = [float(r["x"]) for r in self.rows("sweep", "plots", "axis.csv") if r["line"] == "serial"]
        self.assertEqual(len(xs), 5)
        self.assertEqual((xs[0], xs[-1]), (10, 1000))

    def test_an_axis_of_words(self):
        self.run_tcplab("run", "page.toml", "--vary", 'client.headers=["X: `%d` @x"],["Y: 100%"]', "--out", "sweep", "--quiet")
        self.plot("sweep", "--what", "axis", "-o", "x.svg")
        shown = texts(self.read("x.svg"))
        for row in self.rows("x.csv"):
            self.assertIn(row["client.headers"].replace("'", '"'), shown)

    def test_causes(self):
        summary = self.rows("out", "summary.csv")
        self.plot("out", "--what", "causes", "-o", "x.svg")
        for bar, row in zip(self.rows("x.csv"), summary, strict=True):
            parts = [float(value) for name, value in bar.items() if name != "label"]
            self.assertAlmostEqual(sum(parts), float(row["page_ms"]), places=5)
        self.assertIn("propagation", texts(self.read("x.svg")))

    def test_failed_runs_are_said_to_be(self):
        self.write("fail.toml", PAGE + '\n[[variant]]\nname = "lost"\nlink.drop = ["data 1..999"]\nduration = "1 s"\n')
        self.run_tcplab("run", "fail.toml", "--out", "fail", "--quiet")
        self.plot("fail", "--what", "page", "-o", "x.svg")
        self.assertIn("failed", texts(self.read("x.svg")))

    def test_help_names_the_charts(self):
        done = self.run_tcplab("help", "plot")
        self.assert_exit(done, 0)
        self.assertIn("      --to TIME", done.stdout)
        for chart in ("page", "axis", "causes", "cdf", "waterfall", "sequence", "cwnd", "rtt"):
            self.assertRegex(done.stdout, rf"\n  {chart} +\w")

    def test_bad_usage(self):
        for arguments, message in ((["out", "--what", "pgae"], '--what: unknown chart "pgae": did you mean "page"?'),
                                   (["out", "--what", "x"], '--what: unknown chart "x": there are page, axis'),
                                   (["out", "-o", "x.jpg"], '--out expects a name that ends in .svg, .png or .pdf'),
                                   (["out", "-o", "x"], '--out expects a name that ends in .svg, .png or .pdf'),
                                   (["out", "-o", ".svg"], '--out expects a name that ends in .svg, .png or .pdf'),
                                   (["out", "--from", "5"], '--from expects a time such as "1.5 s"'),
                                   (["out", "--run", "0"], "--run expects a whole number"),
                                   ([], "plot needs a folder"),
                                   (["out", "out"], "plot takes one folder")):
            self.assertIn(f"tcplab: error: {message}", self.error(2, *arguments))

    def test_bad_results(self):
        self.assertEqual(self.error(3, "nowhere"), "nowhere: error: there is no such folder\n")
        self.assertIn("page.toml: error: this is a file;", self.error(2, "page.toml"))
        self.assertIn(".: error: no results are in this folder", self.error(2, "."))
        self.assertEqual(self.error(2, "out", "--run", "3"), "out: error: there is no run 3: it has runs 1 to 2\n")
        self.assertIn('there is no variant "serail": did you mean "serial"?',
                      self.error(2, "out", "--variant", "serail"))
        self.assertEqual(self.error(2, "out", "--what", "cwnd"),
                         "out/run-001/tcp.csv: error: it is not there; run the scenario again with --trace\n")
        self.assertIn("these runs have no axis", self.error(2, "out", "--what", "axis"))
        # An axis that is not there is an error whatever the charts are.
        self.assertIn("these runs have no axis", self.error(2, "out", "--axis", "link.rtt"))
        self.run_tcplab("run", "page.toml", "--vary", "link.rtt=10ms,20ms", "--out", "sweep", "--quiet")
        self.assertEqual(self.error(2, "sweep", "--what", "causes", "--axis", "link.rate"),
                         'sweep: error: there is no axis "link.rate"; there is link.rtt\n')
        text = self.read("out", "transactions.csv").decode()
        self.write("out/transactions.csv", re.sub(r"^(page,serial,1,1,1,.*?,GET,/,200,0),0,", r"\1,0x,", text, 1, re.M))
        self.assertIn('out/transactions.csv:2:', self.error(2, "out", "--what", "waterfall"))
        os.remove(self.path("out", "transactions.csv"))
        self.assertEqual(self.error(3, "out", "--what", "waterfall"),
                         "out/transactions.csv: error: No such file or directory\n")

    def test_results_are_not_overwritten(self):
        before = self.read("out", "summary.csv")
        self.assertIn("out/summary.csv: error: there is such a file already",
                      self.error(3, "out", "--what", "page", "-o", "out/summary.svg"))
        self.assertEqual(self.read("out", "summary.csv"), before)

    def test_output_that_cannot_be_written(self):
        self.write("file", "")
        self.assertIn("file: error: ", self.error(3, "out", "-o", "file/x.svg"))
        os.mkdir(self.path("x.svg"))
        self.assertEqual(self.error(3, "out", "--what", "page", "-o", "x.svg"),
                         "./x.svg: error: Is a directory\n")

    def test_nothing_takes_no_time(self):
        self.write("instant.toml", 'page.objects = [ { count = 2, size = "2 kB" } ]\n')
        self.assert_exit(self.run_tcplab("run", "instant.toml", "--out", "now", "--quiet"), 0)
        self.run_tcplab("plot", "now", "--what", "waterfall", "-o", "x.svg")
        self.assertIn("GET /item/1", texts(self.read("x.svg")))

    def test_more_variants_than_fit(self):
        names = "".join(f'\n[[variant]]\nname = "v{i}"\n' for i in range(61))
        self.write("many.toml", 'link.rtt = "1 ms"\npage.html = "1 kB"\n' + names)
        self.assert_exit(self.run_tcplab("run", "many.toml", "--out", "many", "--quiet"), 0)
        done = self.run_tcplab("plot", "many")
        self.assert_exit(done, 2)
        self.assertEqual(done.stderr, "many: error: no chart fits all of its runs; choose some with --variant or --run\n")

    def test_a_chart_that_cannot_be_drawn_does_not_keep_the_others_from_it(self):
        variants = "".join(f'\n[[variant]]\nname = "v{i}"\n' for i in range(12))
        self.write("wide.toml", PAGE.split("[[variant]]")[0] + variants)
        self.assert_exit(self.run_tcplab("run", "wide.toml", "--vary", "link.rtt=10 ms,20 ms", "--set",
                                         "page.objects=[{count=25,size='1 kB'}]", "--out", "wide", "--quiet"), 0)
        done = self.run_tcplab("plot", "wide")
        self.assert_exit(done, 0)
        self.assertIn("wide/plots/causes.svg\n", done.stdout)
        self.assertRegex(done.stderr, r"^axis: left out: wide: error: 12 lines are more than a chart holds \(8\)")
        self.error(2, "wide", "--what", "axis")
        # Nothing is left out because it is damaged.
        with open(os.path.join(self.folder, "wide", "transactions.csv"), "a", encoding="utf-8") as f:
            f.write("damaged\n")
        self.assertIn("transactions.csv:", self.run_tcplab("plot", "wide", "--variant", "v0").stderr)
        self.assert_exit(self.run_tcplab("plot", "wide", "--variant", "v0"), 2)

    def test_long_names_of_lines(self):
        names = "".join(f'\n[[variant]]\nname = "{"WIDE NAME " * 9}{i}"\n' for i in range(8))
        self.write("wide.toml", 'link.rtt = "1 ms"\npage.html = "1 kB"\n' + names)
        self.assert_exit(self.run_tcplab("run", "wide.toml", "--vary", "link.rtt=1ms,2ms", "--out", "wide", "--quiet"), 0)
        for end in MAGIC:
            self.plot("wide", "--what", "axis", "-o", f"x.{end}")

    def test_a_long_name_leaves_room_for_the_bars(self):
        self.write("long.toml", PAGE.replace('name = "serial"', 'name = "' + "a long name " * 6 + '"'))
        self.assert_exit(self.run_tcplab("run", "long.toml", "--out", "long", "--quiet"), 0)
        self.plot("long", "--what", "page", "-o", "x.svg")
        self.assertIn("a long name a lon… name a long name", texts(self.read("x.svg")))

    def test_a_character_that_no_font_has(self):
        title = "\U0010fffd"  # of private use
        if shutil.which("fc-list") is None or subprocess.run(["fc-list", "-q", ":charset=10fffd"]).returncode == 0:
            self.skipTest("fontconfig is not here, or has a font for everything")
        self.write("rare.toml", PAGE.replace("A page", title))
        self.assert_exit(self.run_tcplab("run", "rare.toml", "--out", "rare", "--quiet"), 0)
        error = self.error(3, "rare", "--what", "page", "-o", "x.png")
        self.assertEqual(error, f'x.png: error: no font here has "{title}"; install one, such as fonts-noto-cjk, or '
                                "draw x.svg\n")
        self.plot("rare", "--what", "page", "-o", "x.svg")

    def test_without_gnuplot(self):
        os.mkdir(self.path("empty"))
        self.assertIn("gnuplot-nox", self.error(3, "out", env={"PATH": self.path("empty")}))
        self.assertEqual(self.error(3, "out", "-o", "x.svg", env={"PATH": self.path("empty")}),
                         "gnuplot: error: this program is not installed; on Debian and Ubuntu: apt-get install gnuplot-nox\n")

    def test_a_gnuplot_that_fails(self):
        tools = pathlib.Path(self.path("tools"))
        tools.mkdir()
        fake = tools / "gnuplot"
        fake.write_text("#!/bin/sh\necho it is too old >&2\nexit 1\n")
        fake.chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        self.assertEqual(self.error(3, "out", "--what", "page", "-o", "x.svg", env={"PATH": path}),
                         "gnuplot: error: it could not draw x.svg:\nit is too old\n")
        fake.write_text(f'#!/bin/sh\necho raw warning >&2\nexec {shutil.which("gnuplot")} "$@"\n')
        done = self.run_tcplab("plot", "out", "--what", "page", "-o", "x.svg", env={"PATH": path})
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "page: gnuplot has warnings; running it on x.gp shows them\n")
        fake.write_text("#!/bin/sh\nkill -9 $$\n")
        self.assertIn("it could not draw", self.error(3, "out", "-o", "x.svg", env={"PATH": path}))


if __name__ == "__main__":
    if shutil.which("gnuplot") is None:
        sys.exit("gnuplot is not installed (Debian: gnuplot-nox)")
    unittest.main()
