"""Long sweeps: what a kill, an interrupt or a full disk leaves, --resume, --shard and merge."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

from _sweeps import CROWD, LOSSY_PAGE, SweepTest
from _tcplab import PAGE, TCPLAB

SWEEP = LOSSY_PAGE + """
[[variant]]
name = "pipelined, or not"
client.strategy = "pipelined"

[[expect]]
variant = "serial"
metric = "page_ms"
times = [0.1, 100]
than = "pipelined, or not"

[[expect]]
metric = "status"
transaction = 1
equals = 200
"""


class Sweeps(SweepTest):
    def setUp(self):
        super().setUp()
        self.write("sweep.toml", SWEEP)
        self.write("crowd.toml", CROWD)

    def start(self, *arguments):
        return subprocess.Popen([os.path.abspath(TCPLAB), *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, encoding="utf-8")

    def wait_for_runs(self, folder, least=2):
        """Until so many checkpoints are in the journal."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.read(folder, ".sweep", "journal").count(b"\nat\t") > least:
                    return
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        self.fail("the sweep does not get going")


class Resume(Sweeps):
    def finish(self, arguments, why):
        done = self.run_tcplab("run", *arguments, "--out", "out", "--resume")
        self.assertEqual(done.returncode, 0, msg=f"{why}\n{done.stderr}")
        return done.stdout

    def test_kill_at_random_moments(self):
        # 50 kills over sweeps of several kinds; each is resumed until it is complete.
        seed = random.randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        luck = random.Random(seed)
        kinds = [("sweep.toml", "--repeat", "1500"), ("sweep.toml", "crowd.toml", "--repeat", "500"),
                 ("sweep.toml", "--repeat", "40", "--har", "--trace"), ("crowd.toml", "--repeat", "1200", "--report")]
        expected = {}
        for kind in kinds:
            begun = time.monotonic()
            # manifest.json and the report have the first command line; that one is resumed, too.
            expected[kind] = (*self.undisturbed(*kind, "--jobs", "2", "--resume"), time.monotonic() - begun)
        kills = 0
        while kills < 50:
            kind = kinds[kills % len(kinds)]
            stdout, files, length = expected[kind]
            why = f"(seed {seed}, {kind})"
            while kills < 50:
                process = self.start("run", *kind, "--jobs", "2", "--resume", "--out", "out")
                try:
                    process.wait(luck.uniform(0, length / 2))
                except subprocess.TimeoutExpired:
                    process.kill()
                    kills += 1
                out, err = process.communicate(timeout=60)
                self.assertIn(process.returncode, (0, -signal.SIGKILL), msg=f"{why}\n{err}")
                if process.returncode == 0:
                    self.assertEqual(out, stdout, msg=why)
                    break
            else:
                self.assertEqual(self.finish((*kind, "--jobs", "2"), why), stdout)
            left = self.tree("out")
            if kind[-1] == "--report" or len(left) == len(files):
                # The command line of manifest.json is the one that began the sweep, which may have been the last.
                self.assert_same({n: t for n, t in left.items() if "manifest" not in n and "report" not in n},
                                 {n: t for n, t in files.items() if "manifest" not in n and "report" not in n}, why)
            self.assertEqual(sorted(left), sorted(files), msg=why)
            shutil.rmtree(self.path("out"))

    def test_everything_is_as_if_nothing_had_happened(self):
        arguments = ("sweep.toml", "--repeat", "5000", "--jobs", "1", "--report", "--vary", "link.rtt=20ms,40ms")
        stdout, files = self.undisturbed(*arguments)
        process = self.start("run", *arguments, "--out", "out")
        self.wait_for_runs("out")
        process.kill()
        process.communicate()
        self.assertFalse(os.path.exists(self.path("out", "summary.csv")))
        self.assertEqual(self.finish(arguments, "killed"), stdout)
        self.assert_same(self.tree("out"), files)

    def test_interrupt_and_go_on(self):
        arguments = ("crowd.toml", "--repeat", "30000", "--jobs", "1")
        stdout, files = self.undisturbed(*arguments)
        known = 0
        for more in ((), ("--resume",)):
            process = self.start("run", *arguments, "--out", "out", *more)
            self.wait_for_runs("out", known + 2)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out), (130, ""), msg=err)
            rows = self.rows("out", "summary.csv")
            self.assertIn(f"interrupted: {len(rows)} of 30000 runs are complete and kept in out/", err)
            self.assertEqual(json.loads(self.read("out", "manifest.json"))["complete"], len(rows))
            known = self.read("out", ".sweep", "journal").count(b"\nat\t")
        self.assertEqual(self.finish(arguments, "interrupted"), stdout)
        self.assert_same(self.tree("out"), files)

    def test_an_interrupt_with_files_of_runs(self):
        arguments = ("crowd.toml", "--repeat", "400", "--jobs", "1", "--har", "--trace")
        stdout, files = self.undisturbed(*arguments)
        process = self.start("run", *arguments, "--out", "out")
        self.wait_for_runs("out", 1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        runs = len(self.rows("out", "summary.csv"))
        self.assertTrue(os.path.exists(self.path("out", f"run-{runs:03}", "page.har")))
        self.assertFalse(os.path.exists(self.path("out", f"run-{runs + 1:03}")))
        self.assertEqual(self.finish(arguments, "interrupted"), stdout)
        self.assert_same(self.tree("out"), files)

    def test_a_full_disk(self):
        # A limit on the size of files has the same effect, for anyone; each time the disk has more room.
        arguments = ("crowd.toml", "--repeat", "15000", "--jobs", "1")
        stdout, files = self.undisturbed(*arguments)
        largest = max(len(text) for text in files.values())
        os.mkdir(self.path("out"))
        self.write("out/summary.csv", "older results")
        complete = 0
        for share in (0.3, 0.6, 0.99):
            def limit(size=int(largest * share)):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            done = self.run_tcplab("run", *arguments, "--out", "out", "--resume", preexec_fn=limit)
            self.assert_exit(done, 3)
            lines = done.stderr.splitlines()
            self.assertRegex(lines[0], r"^out/[a-z]+\.csv: error: File too large$")
            self.assertRegex(lines[1], r"^\d+ of 15000 runs are complete; the same command with --resume goes on from there$")
            self.assertGreater(int(lines[1].split()[0]), complete)
            complete = int(lines[1].split()[0])
            self.assertEqual(self.read("out", "summary.csv"), b"older results")
        self.assertGreater(complete, 5000)
        self.assertEqual(self.finish(arguments, "full"), stdout)
        left = self.tree("out")
        self.assertIn(b'"--resume"', left.pop("manifest.json"))
        files.pop("manifest.json")
        self.assert_same(left, files)

    def test_other_sweeps_are_refused(self):
        process = self.start("run", "sweep.toml", "--repeat", "100000", "--out", "out")
        self.wait_for_runs("out")
        busy = self.run_tcplab("run", "sweep.toml", "--repeat", "100000", "--out", "out", "--resume")
        process.kill()
        process.communicate()
        self.assert_exit(busy, 3)
        self.assertEqual(busy.stderr, "out: error: another tcplab is writing there\n")
        before = self.tree("out")
        self.write("other.toml", SWEEP.replace("4 kB", "5 kB"))
        self.write("named.toml", SWEEP)
        for says, *arguments in (("other settings (tcplab run sweep.toml --repeat 100000 --out out)", "sweep.toml"),
                                 ("other settings", "sweep.toml", "--repeat", "100000", "--har"),
                                 ("other settings", "sweep.toml", "--repeat", "100000", "--set", "link.rtt=1ms"),
                                 ("another --shard", "sweep.toml", "--repeat", "100000", "--shard", "1/2"),
                                 ("another scenario text", "other.toml", "--repeat", "100000"),
                                 ("another scenario text", "named.toml", "--repeat", "100000")):
            done = self.run_tcplab("run", *arguments, "--out", "out", "--resume")
            self.assert_exit(done, 2)
            self.assertIn("tcplab: error: out: the sweep that was interrupted there has " + says, done.stderr)
            self.assertEqual(self.tree("out"), before)
        done = self.run_tcplab("run", "sweep.toml", "--out", "out")
        self.assert_exit(done, 0)
        self.assertEqual(len(self.rows("out", "summary.csv")), 2)
        self.assertFalse(os.path.exists(self.path("out", ".sweep")))

    def test_files_that_a_scenario_names_count(self):
        self.write("rate.trace", "1\n2\n3\n4\n")
        self.write("traced.toml", '[link]\nrtt = "10 ms"\ndown.trace = "rate.trace"\n[page]\nobjects = [ { size = "3 kB" } ]\n')
        process = self.start("run", "traced.toml", "--repeat", "100000", "--out", "out")
        self.wait_for_runs("out")
        process.kill()
        process.communicate()
        self.write("rate.trace", "1\n2\n3\n5\n")
        done = self.run_tcplab("run", "traced.toml", "--repeat", "100000", "--out", "out", "--resume")
        self.assert_exit(done, 2)
        self.assertIn("other contents of a file that the scenario names", done.stderr)

    def test_with_nothing_to_resume_it_begins(self):
        stdout, files = self.undisturbed("sweep.toml", "--resume")
        again = self.undisturbed("sweep.toml", "--resume")
        self.assertEqual(again, (stdout, files))

    def test_what_another_scenarios_interrupt_left_complete_is_not_made_again(self):
        self.write("first.toml", PAGE)
        arguments = ("first.toml", "crowd.toml", "--repeat", "15000", "--jobs", "1")
        stdout, files = self.undisturbed(*arguments, "--format", "json")
        process = self.start("run", *arguments, "--format", "json", "--out", "out")
        self.wait_for_runs("out/crowd")
        process.kill()
        process.communicate()
        made = os.stat(self.path("out", "first", "summary.csv"))
        self.assertEqual(self.finish((*arguments, "--format", "json"), "killed"), stdout)
        self.assertEqual(os.stat(self.path("out", "first", "summary.csv")).st_mtime_ns, made.st_mtime_ns)
        self.assert_same(self.tree("out"), files)


class Shards(Sweeps):
    def shards(self, of, *arguments):
        """Makes all parts; their folders."""
        for i in range(1, of + 1):
            done = self.run_tcplab("run", *arguments, "--shard", f"{i}/{of}", "--out", f"part{i}", "--quiet")
            self.assert_exit(done, 0)
        return [f"part{i}" for i in range(1, of + 1)]

    def merged(self, folders, *options):
        done = self.run_tcplab("merge", *folders, "-o", "out", *options)
        files = self.tree("out")
        manifest = json.loads(files.pop("manifest.json"))
        shutil.rmtree(self.path("out"))
        return done, files, manifest

    def test_joined_parts_are_the_whole(self):
        luck = random.Random(1)
        for arguments in (("sweep.toml", "--repeat", "5"), ("sweep.toml", "--vary", "link.rtt=10ms,20ms,30ms", "--har"),
                          ("crowd.toml", "--repeat", "4", "--trace", "--pcap"), ("crowd.toml",)):
            stdout, files = self.undisturbed(*arguments)
            manifest = json.loads(files.pop("manifest.json"))
            for of in (1, 2, 3, 7, 13):
                folders = self.shards(of, *arguments)
                rows = [len(self.rows(folder, "summary.csv")) for folder in folders]
                self.assertEqual(sum(rows), manifest["runs"])
                self.assertLessEqual(max(rows) - min(rows), 1)
                luck.shuffle(folders)
                done, joined, about = self.merged(folders)
                self.assert_exit(done, 0)
                self.assertEqual(done.stdout, stdout)
                self.assert_same(joined, files, f"{arguments} in {of}")
                self.assertEqual(len(about.pop("parts")), of)
                self.assertEqual(about.pop("command")[:2], ["tcplab", "merge"])
                self.assertEqual(about, {k: v for k, v in manifest.items() if k != "command"})
                for folder in folders:
                    shutil.rmtree(self.path(folder))

    def test_a_part_says_what_it_is(self):
        done = self.run_tcplab("run", "sweep.toml", "--repeat", "5", "--shard", "2/3", "--out", "part")
        self.assert_exit(done, 0)
        self.assertNotIn("✓", done.stdout)
        self.assertEqual([r["run"] for r in self.rows("part", "summary.csv")], ["4", "5", "6"])
        manifest = json.loads(self.read("part", "manifest.json"))
        self.assertEqual([manifest[k] for k in ("runs", "shard", "shard_runs", "complete")], [10, "2/3", 3, 3])
        listed = self.run_tcplab("run", "sweep.toml", "--repeat", "5", "--shard", "2/3", "--dry-run")
        self.assertEqual([line.split(",")[0] for line in listed.stdout.splitlines()],
                         ["sweep: run 4", "sweep: run 5", "sweep: run 6"])

    def test_the_whole_is_judged_when_it_is_there(self):
        self.write("bad.toml", SWEEP + '[[expect]]\nmetric = "page_ms"\nbelow = "1 ms"\n')
        whole = self.run_tcplab("run", "bad.toml", "--out", "out")
        self.assert_exit(whole, 1)
        shutil.rmtree(self.path("out"))
        folders = self.shards(2, "bad.toml")
        done, _, _ = self.merged(folders)
        self.assertEqual((done.returncode, done.stdout), (1, whole.stdout))
        done, _, _ = self.merged(folders, "--format", "csv")
        self.assertIn("✗", done.stderr)
        done, _, _ = self.merged(folders, "--format", "json", "--quiet")
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_failures_that_nobody_foresaw_are_told_again(self):
        self.write("lost.toml", '[link]\nrtt = "10 ms"\n[client]\ntimeout = "1 ms"\n[page]\nobjects = [ { size = "1 kB" } ]\n')
        whole = self.run_tcplab("run", "lost.toml", "--repeat", "3", "--out", "out")
        self.assert_exit(whole, 1)
        self.assertIn("transactions failed", whole.stderr)
        folders = self.shards(2, "lost.toml", "--repeat", "3")
        done, _, _ = self.merged(folders)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, whole.stdout, whole.stderr))

    def test_several_scenarios_are_cut_in_the_same_way(self):
        stdout, files = self.undisturbed("sweep.toml", "crowd.toml", "--repeat", "3")
        folders = self.shards(2, "sweep.toml", "crowd.toml", "--repeat", "3")
        for name in ("sweep", "crowd"):
            done, joined, _ = self.merged([f"{folder}/{name}" for folder in folders])
            self.assert_exit(done, 0)
            files.pop(f"{name}/manifest.json")
            self.assert_same(joined, {n.split("/", 1)[1]: t for n, t in files.items() if n.startswith(name + "/")})

    def test_a_part_goes_on_after_a_kill(self):
        arguments = ("crowd.toml", "--repeat", "20000", "--jobs", "1", "--shard", "2/2")
        _, files = self.undisturbed(*arguments)
        process = self.start("run", *arguments, "--out", "out")
        self.wait_for_runs("out")
        process.kill()
        process.communicate()
        incomplete = self.run_tcplab("merge", "out", "-o", "whole")
        self.assert_exit(incomplete, 2)
        self.assertRegex(incomplete.stderr, r"out: \d+ of 10000 runs are complete: its command with --resume")
        done = self.run_tcplab("run", *arguments, "--out", "out", "--resume")
        self.assert_exit(done, 0)
        visible = {n: t for n, t in self.tree("out").items() if not n.startswith(".sweep")}
        self.assert_same(visible, {n: t for n, t in files.items() if not n.startswith(".sweep")})

    def test_what_does_not_fit_is_refused(self):
        one, two, three = self.shards(3, "sweep.toml", "--repeat", "5")
        self.write("other.toml", SWEEP.replace("4 kB", "5 kB").replace("[link]", 'name = "sweep"\n[link]'))
        for name, *arguments in (("text", "other.toml", "--repeat", "5", "--shard", "2/3"),
                                 ("settings", "sweep.toml", "--repeat", "6", "--shard", "2/3"),
                                 ("number", "sweep.toml", "--repeat", "5", "--shard", "2/4"),
                                 ("whole", "sweep.toml")):
            self.assert_exit(self.run_tcplab("run", *arguments, "--out", name, "--quiet"), 0)
        os.mkdir(self.path("empty"))
        version = shutil.copytree(self.path(two), self.path("version"))
        head = self.read(two, ".sweep", "journal")
        for folders, says in (((one, "text", three), "text: not of the same sweep as part1: another scenario text"),
                              ((one, "settings", three), "settings: not of the same sweep as part1: other settings"),
                              ((one, "number", three), "number: it is one of 4 parts, part1 is one of 3"),
                              ((one, three), "part1: part 2/3 of its sweep is missing"),
                              ((one, two), "part1: part 3/3 of its sweep is missing"),
                              ((three, two), "part2: part 1/3 of its sweep is missing"),
                              ((one, two, three, two), "part2: part 2/3 is in part2, too"),
                              ((one, "whole", three), "whole: there is no part of a sweep (no .sweep/journal)"),
                              ((one, "empty", three), "empty: there is no part of a sweep (no .sweep/journal)"),
                              ((one, "nowhere", three), "nowhere: there is no part of a sweep (no .sweep/journal)"),
                              ((one, "out", three), "out: there is no part")):
            done = self.run_tcplab("merge", *folders, "-o", "out")
            self.assert_exit(done, 2)
            self.assertIn(f"tcplab: error: {says}", done.stderr)
            self.assertFalse(os.path.exists(self.path("out")))
        done = self.run_tcplab("merge", one, two, three, "-o", one)
        self.assert_exit(done, 2)
        self.assertIn("part1: a part cannot be the result's folder", done.stderr)
        with open(os.path.join(version, ".sweep", "journal"), "wb") as f:
            f.write(head[:100])
        done = self.run_tcplab("merge", one, "version", three, "-o", "out")
        self.assertIn("version: its .sweep/journal is damaged", done.stderr)

    def test_damage_is_found(self):
        folders = self.shards(2, "crowd.toml", "--repeat", "3", "--har")
        for name in ("summary.csv", "pages.csv", "run-002/page.har", "run-003/page.har", ".sweep/notes"):
            place = next(f for f in folders if os.path.exists(self.path(f, name)))
            whole = self.read(place, name)
            self.write(f"{place}/{name}", whole[:-1] + b"x" if whole else b"x")
            done = self.run_tcplab("merge", *folders, "-o", "out")
            self.assertIn(done.returncode, (2, 3))
            self.assertRegex(done.stderr, rf"{place}/{name}: .*it is not as it was written")
            self.assertFalse(os.path.exists(self.path("out")))
            self.write(f"{place}/{name}", whole)
        self.assert_exit(self.run_tcplab("merge", *folders, "-o", "out"), 0)

    def test_older_results_are_replaced_and_stay_when_it_fails(self):
        folders = self.shards(2, "crowd.toml")
        os.makedirs(self.path("out", "run-007"))
        self.write("out/run-007/page.har", "older")
        self.write("out/summary.csv", "older")
        self.assert_exit(self.run_tcplab("merge", folders[0], "-o", "out"), 2)
        self.assertEqual(self.read("out", "summary.csv"), b"older")
        self.assert_exit(self.run_tcplab("merge", *folders, "-o", "out"), 0)
        self.assertEqual(sorted(self.tree("out")),
                         ["connections.csv", "manifest.json", "pages.csv", "summary.csv", "transactions.csv"])

    def test_bad_usage(self):
        for text in ("1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3", "1/10000000"):
            done = self.run_tcplab("run", "sweep.toml", f"--shard={text}")
            self.assert_exit(done, 2)
            self.assertIn("--shard expects I/N", done.stderr)
        done = self.run_tcplab("run", "sweep.toml", "--shard", "1/2", "--report")
        self.assert_exit(done, 2)
        self.assertIn("--report", done.stderr)
        for arguments in (("merge",), ("merge", "a"), ("merge", "-o", "b")):
            self.assert_exit(self.run_tcplab(*arguments), 2)


if __name__ == "__main__":
    unittest.main()
