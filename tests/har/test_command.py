"""The command import-har: what it prints, and how it ends."""

import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join("build", "tcplab")))
DATA = os.path.abspath(os.path.join(os.path.dirname(__file__), "data"))
SCENARIOS = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "scenarios"))
RECORDINGS = sorted(glob.glob(os.path.join(DATA, "*.har")) + glob.glob(os.path.join(SCENARIOS, "pages", "*.har")))


def tcplab(*arguments, **more):
    return subprocess.run([TCPLAB, *arguments], capture_output=True, encoding="utf-8", timeout=120, **more)


class ImportHar(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="tcplab-har-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def test_a_recording_becomes_a_scenario(self):
        self.assertTrue(RECORDINGS)
        for name in RECORDINGS:
            with self.subTest(name):
                done = tcplab("import-har", name)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("[page]\nhtml = ", done.stdout)

    def test_the_scenario_runs_and_page_har_runs_the_same(self):
        for name in RECORDINGS:
            with self.subTest(name):
                imported = self.page_ms(self.write("page.toml", tcplab("import-har", name).stdout))
                direct = self.page_ms(self.write("har.toml", f"[page]\nhar = {json.dumps(name)}\n"))
                self.assertEqual(direct, imported)

    def page_ms(self, path):
        run = tcplab("run", path, "--format", "json", cwd=self.folder)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return json.loads(run.stdout)[0]["page_ms"]

    def test_bad_usage(self):
        self.assertEqual(tcplab("import-har").returncode, 2)
        self.assertEqual(tcplab("import-har", "a.har", "b.har").returncode, 2)

    def test_a_file_that_is_not_there(self):
        done = tcplab("import-har", os.path.join(self.folder, "none.har"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("none.har: error: No such file or directory", done.stderr)

    def test_a_file_that_is_wrong(self):
        done = tcplab("import-har", self.write("bad.har", '{"log": {"entries": [\n  {"request": 5}\n]}}'))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("bad.har:2:15: error: log.entries[0].request: expected an object, found the number 5\n",
                      done.stderr)
        self.assertIn("2 errors\n", done.stderr)

    def test_nothing_in_it(self):
        done = tcplab("import-har", self.write("empty.har", '{"log": {"entries": []}}'))
        self.assertEqual(done.returncode, 2)
        self.assertIn("empty.har: error: nothing to simulate: log.entries is empty\n", done.stderr)

    def test_files_that_only_look_different(self):
        with open(os.path.join(DATA, "safari.har"), encoding="utf-8") as f:
            text = f.read()
        for name, data, says in (("utf16.har", text.encode("utf-16"), "it is UTF-16: save it as UTF-8"),
                                 ("packed.har", gzip.compress(text.encode()), "it is compressed: gunzip it")):
            with self.subTest(name):
                path = os.path.join(self.folder, name)
                with open(path, "wb") as f:
                    f.write(data)
                done = tcplab("import-har", path)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f"{name}:1:1: error: not JSON: ", done.stderr)
                self.assertIn(says, done.stderr)

    def test_what_was_cut_off(self):
        with open(os.path.join(DATA, "safari.har"), encoding="utf-8") as f:
            text = f.read()
        text = text[:text.index("{", len(text) // 2) + 1]
        done = tcplab("import-har", self.write("cut.har", text))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        self.assertIn(f"cut.har:{line}:{column}: error: not JSON: unexpected end of input", done.stderr)

    def test_a_byte_order_mark(self):
        with open(os.path.join(DATA, "safari.har"), encoding="utf-8") as f:
            text = f.read()
        done = tcplab("import-har", self.write("bom.har", "\ufeff" + text))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_four_hundred_entries_with_their_bodies(self):
        """50 MB, most of it bodies that nobody needs."""
        body = "x" * 125_000
        entries = [{"startedDateTime": f"2024-05-01T12:00:{i // 100:02}.{i % 100:02}0Z", "time": 30,
                    "request": {"method": "GET", "url": f"https://host{i % 40}.example.com/{i}", "headers": []},
                    "response": {"status": 200, "content": {"size": 9000, "mimeType": "text/html", "text": body}},
                    "timings": {"send": 0, "wait": 20, "receive": 10}} for i in range(400)]
        text = json.dumps({"log": {"version": "1.2", "entries": entries}})
        done = tcplab("import-har", self.write("large.har", text))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("[[host]]"), 39)
        self.assertEqual(done.stdout.count("{ name = "), 399)


if __name__ == "__main__":
    sys.exit(unittest.main())
