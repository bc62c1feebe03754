"""The same bytes in every result file, whatever the number of jobs and whichever build made them."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("TCPLAB_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("TCPLAB_BUILD", SOURCE / "build"))
TCPLAB = os.environ.get("TCPLAB", str(BUILD / "tcplab"))
# Debug, another compiler, with sanitizers; tests/run builds it first.
OTHER = BUILD / "asan" / "tcplab"

# Everything random at once, several repetitions, an axis and variants.
NOISY = """
repeat = 4
[link]
rtt = "40 ms"
rate = "5 Mbit/s"
queue = "20 packets"
loss = "2 %"
reorder = "1 %"
duplicate = "1 %"
corrupt = "0.5 %"
jitter = "2 ms"
[client]
users = 3
arrival = "poisson 20/s"
[page]
html = "10 kB"
objects = [ { count = 6, size = "30 kB" } ]
[[variant]]
name = "parallel"
client.strategy = "parallel"
[[variant]]
name = "pipelined"
client.strategy = "pipelined"
[vary]
"tcp.congestion_control" = ["reno", "cubic"]
[[expect]]
metric = "failed"
below = 100
"""

SCENARIOS = sorted((SOURCE / "scenarios").glob("*.toml"))


class SameBytes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.noisy = self.folder / "noisy.toml"
        self.noisy.write_text(NOISY)
        self.made = 0

    def results(self, program, scenario, *options):
        """Every file that the run wrote, by name; of the manifest all but the command line, which names the folder."""
        self.made += 1
        out = self.folder / f"out{self.made}"
        subprocess.run([program, "run", str(scenario), "--quiet", "--progress", "never", "--out", str(out), *options],
                       check=True, capture_output=True, timeout=600, cwd=SOURCE)
        files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        manifest = json.loads(files["manifest.json"])
        del manifest["command"]
        files["manifest.json"] = json.dumps(manifest).encode()
        self.assertIn("summary.csv", files)
        self.assertIn("transactions.csv", files)
        return files

    def rows(self, files, name):
        return list(csv.DictReader(files[name].decode().splitlines()))

    def check(self, scenario, first, second):
        self.assertEqual(sorted(first), sorted(second))
        for name, content in first.items():
            self.assertEqual(content, second[name], f"{scenario}: {name} differs")

    def scenarios(self):
        self.assertGreater(len(SCENARIOS), 10)
        return [self.noisy, *SCENARIOS]

    def test_any_number_of_jobs(self):
        for scenario in self.scenarios():
            with self.subTest(scenario=scenario.name):
                self.check(scenario, self.results(TCPLAB, scenario, "--jobs", "1"),
                           self.results(TCPLAB, scenario, "--jobs", "2"))
                self.check(scenario, self.results(TCPLAB, scenario), self.results(TCPLAB, scenario, "--jobs", "7"))

    def test_any_build(self):
        if not OTHER.exists():
            self.skipTest("there is no sanitizer build to compare with; tests/run makes one")
        for scenario in self.scenarios():
            with self.subTest(scenario=scenario.name):
                self.check(scenario, self.results(TCPLAB, scenario), self.results(str(OTHER), scenario))

    def test_another_seed_is_another_result(self):
        first = self.results(TCPLAB, self.noisy, "--seed", "1")
        second = self.results(TCPLAB, self.noisy, "--seed", "2")
        for name, column in (("summary.csv", "page_ms"), ("transactions.csv", "done_ms"),
                             ("connections.csv", "closed_ms")):
            self.assertNotEqual([row[column] for row in self.rows(first, name)],
                                [row[column] for row in self.rows(second, name)], name)

    def test_repetitions_differ(self):
        summary = self.rows(self.results(TCPLAB, self.noisy), "summary.csv")
        self.assertEqual(len(summary), 4 * 2 * 2)
        self.assertGreater(len({row["page_ms"] for row in summary}), 12)

    def test_a_run_alone_is_that_run(self):
        whole = self.rows(self.results(TCPLAB, self.noisy), "transactions.csv")
        alone = self.rows(self.results(TCPLAB, self.noisy, "--run", "6"), "transactions.csv")
        self.assertGreater(len(alone), 10)
        self.assertEqual(alone, [row for row in whole if row["run"] == "6"])


if __name__ == "__main__":
    unittest.main()
