"""`mpirun -n N tcplab run`: the files and the table of one process, whatever becomes of the others."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from _sweeps import CROWD, LOSSY_PAGE, SweepTest
from _tcplab import TCPLAB, CommandLine

PROGRAM = os.path.abspath(TCPLAB)
HERE = shutil.which("mpirun") and os.path.exists(PROGRAM + "-mpi")
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}

# Runs also differ in what they cost.
SWEEP = LOSSY_PAGE + """
[[variant]]
name = "large"
client.strategy = "pipelined"
page.objects = [ { count = 60, size = "20 kB" } ]

[[expect]]
variant = "serial"
metric = "page_ms"
times = [0.01, 100]
than = "large"
"""

# More rows than are text all at once.
ROWS = """
[page]
objects = [ { count = 21000, size = "100 B" } ]

[client]
strategy = "pipelined"
"""


@unittest.skipUnless(HERE, "mpirun (openmpi-bin) or build/tcplab-mpi (libopenmpi-dev) is not here")
class Mpi(SweepTest):
    def setUp(self):
        super().setUp()
        for name, text in (("sweep.toml", SWEEP), ("crowd.toml", CROWD), ("rows.toml", ROWS)):
            self.write(name, text)

    def start(self, *words):
        return subprocess.Popen(["mpirun", "--oversubscribe", "--bind-to", "none", *words], cwd=self.folder,
                                env={**os.environ, **AS_ROOT}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                encoding="utf-8")

    def mpirun(self, *words):
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.terminate()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def processes(self, count, *arguments):
        return self.mpirun("-n", str(count), PROGRAM, "run", *arguments)


class Same(Mpi):
    def check(self, counts, *arguments):
        stdout, files = self.undisturbed(*arguments)
        for count in counts:
            done = self.processes(count, *arguments, "--out", "out")
            self.assert_exit(done, 0)
            self.assertEqual(done.stdout, stdout, msg=count)
            self.assert_same(self.tree("out"), files, f"with {count} processes")
            shutil.rmtree(self.path("out"))

    def test_variants_axes_and_repetitions(self):
        # With nine the first makes no runs itself.
        self.check((2, 3, 5, 9), "sweep.toml", "--vary", "link.rtt=20ms,40ms", "--repeat", "100")

    def test_files_of_each_run_of_several_scenarios(self):
        self.check((3,), "sweep.toml", "crowd.toml", "--repeat", "10", "--har", "--trace", "--pcap")

    def test_report(self):
        self.check((3,), "crowd.toml", "--vary", "link.rtt=20ms,40ms", "--repeat", "30", "--report")

    def test_runs_with_very_many_rows(self):
        self.check((3,), "rows.toml", "--vary", "link.rtt=1ms,2ms,3ms,4ms,5ms,6ms")

    def test_shards(self):
        stdout, files = self.undisturbed("sweep.toml", "--repeat", "60")
        for part in ("1", "2"):
            done = self.processes(2, "sweep.toml", "--repeat", "60", "--shard", f"{part}/2", "--out", f"part{part}")
            self.assert_exit(done, 0)
        done = self.run_tcplab("merge", "part1", "part2", "--out", "out")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout, stdout)
        self.assert_same(self.tree("out"), files, but=("manifest.json",))

    def test_dry_run_and_help_are_printed_once(self):
        for arguments in (("sweep.toml", "--dry-run"), ("--help",)):
            alone = self.run_tcplab("run", *arguments)
            done = self.processes(3, *arguments)
            self.assert_exit(done, 0)
            self.assertEqual(done.stdout, alone.stdout)

    def test_an_expectation_that_is_not_met(self):
        self.write("not.toml", SWEEP.replace("[0.01, 100]", "[100, 200]"))
        alone = self.run_tcplab("run", "not.toml", "--out", "out")
        self.assert_exit(alone, 1)
        done = self.processes(3, "not.toml", "--out", "out")
        self.assert_exit(done, 1)
        self.assertEqual(done.stdout, alone.stdout)


class Ended(Mpi):
    """A process, or all of them, end before the sweep does."""

    KIND = ("sweep.toml", "--repeat", "3000")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = None

    def begin(self):
        if not Ended.expected:
            Ended.expected = self.undisturbed(*self.KIND)
        process = self.start("-n", "3", PROGRAM, "run", *self.KIND, "--out", "out")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.read("out", ".sweep", "journal").count(b"\nat\t") > 2:
                    return process
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        process.kill()
        self.fail("the sweep does not get going")

    def rank(self, starter, rank):
        """The id of that process."""
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{name}/environ", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if parent == starter.pid and b"OMPI_COMM_WORLD_RANK=%d" % rank in words:
                return int(name)
        return self.fail(f"there is no process {rank}")

    def end(self, process):
        out, err = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0, msg=err)
        self.assertEqual(out, "")
        return err

    def complete(self, *start):
        """--resume brings the files of a sweep that nothing disturbed, without making again what was complete."""
        entries = [line.split(b"\t") for line in self.read("out", ".sweep", "journal").splitlines()]
        kept = max(int(entry[1]) for entry in entries if entry[0] in (b"at", b"move"))
        self.assertGreater(kept, 0)
        self.assertLess(kept, 6000)
        arguments = (*self.KIND, "--out", "out", "--resume", "--progress", "always")
        done = self.processes(2, *arguments) if start else self.run_tcplab("run", *arguments)
        self.assert_exit(done, 0)
        stdout, files = self.expected
        self.assertEqual(done.stdout, stdout)
        self.assert_same(self.tree("out"), files)

    def test_a_killed_process(self):
        process = self.begin()
        os.kill(self.rank(process, 1), signal.SIGKILL)
        self.assertIn("Killed", self.end(process))
        self.complete("mpirun")

    def test_the_first_is_killed(self):
        process = self.begin()
        os.kill(self.rank(process, 0), signal.SIGKILL)
        self.assertIn("Killed", self.end(process))
        self.complete()

    def test_mpirun_is_killed(self):
        process = self.begin()
        ranks = [self.rank(process, rank) for rank in range(3)]
        process.kill()
        self.end(process)
        for rank in ranks:  # they notice
            deadline = time.monotonic() + 60
            while os.path.exists(f"/proc/{rank}/fd/0") and time.monotonic() < deadline:
                time.sleep(0.01)
        self.complete()

    def test_interrupts_keep_what_is_complete_under_the_final_names(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.begin()
            process.send_signal(number)
            self.assertRegex(self.end(process), r"interrupted: \d+ of 6000 runs are complete and kept in out/")
            self.assertIn("manifest.json", self.tree("out"))
            self.complete("mpirun")
            shutil.rmtree(self.path("out"))

    def test_a_signal_to_one_of_them_ends_all(self):
        process = self.begin()
        os.kill(self.rank(process, 2), signal.SIGTERM)
        err = self.end(process)
        self.assertEqual(process.returncode, 130, msg=err)
        self.assertEqual(err.count("interrupted: "), 1, msg=err)
        self.complete()


class Errors(Mpi):
    def fails(self, done, code, text):
        self.assert_exit(done, code)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count(text), 1, msg=done.stderr)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_usage_and_input_errors_are_printed_once(self):
        self.write("bad.toml", "link.rtt = 'long'\n")
        self.fails(self.processes(3, "bad.toml", "--out", "out"), 2, "[link] rtt: expected a duration")
        self.fails(self.processes(3, "none.toml", "--out", "out"), 3, "No such file")
        self.fails(self.processes(3, "sweep.toml", "--bogus", "--out", "out"), 2, "unknown option")
        self.fails(self.processes(3, "sweep.toml", "--jobs", "2", "--out", "out"), 2, "more processes instead of --jobs")

    def test_processes_that_do_not_fit_together(self):
        first = ("-n", "1", PROGRAM, "run", "sweep.toml", "--out", "out", ":", "-n", "1", PROGRAM, "run")
        self.write("other.toml", SWEEP + "\n")
        self.fails(self.mpirun(*first, "other.toml"), 2, "process 1 of mpirun was started for another scenario text")
        self.fails(self.mpirun(*first, "sweep.toml", "--seed", "2"), 2, "for other settings")
        self.fails(self.mpirun(*first, "sweep.toml", "--har"), 2, "for other settings")
        self.fails(self.mpirun(*first, "sweep.toml", "--shard", "1/2"), 2, "for another --shard")
        self.fails(self.mpirun(*first, "sweep.toml", "crowd.toml"), 2, "for other scenarios")
        self.fails(self.mpirun(*first, "none.toml"), 3, "process 1 of mpirun: none.toml: error: No such file")
        self.fails(self.mpirun(*first, "sweep.toml", "--bogus"), 3, "process 1 of mpirun: unknown option")

    def test_a_folder_that_cannot_be_written(self):
        self.write("file", "")
        done = self.processes(3, "sweep.toml", "--out", "file/out")
        self.assert_exit(done, 3)
        self.assertEqual(done.stderr.count("file/out: error: "), 1, msg=done.stderr)

    def test_a_folder_that_another_one_writes_to(self):
        process = self.start("-n", "2", PROGRAM, "run", "sweep.toml", "--repeat", "3000", "--out", "taken")
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("taken", ".sweep", "notes")) and time.monotonic() < deadline:
            time.sleep(0.01)
        done = self.run_tcplab("run", "sweep.toml", "--out", "taken")
        process.terminate()
        process.communicate(timeout=60)
        self.assert_exit(done, 3)
        self.assertIn("another tcplab is writing there", done.stderr)


class WithoutMpi(CommandLine):
    def test_processes_do_not_all_write_to_one_folder(self):
        """Where the program for mpirun was not built."""
        self.write("sweep.toml", SWEEP)
        shutil.copy(PROGRAM, self.path("tcplab"))
        for names in (("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"),
                      ("SLURM_STEP_NUM_TASKS", "PMIX_RANK")):
            for rank, lines in (("0", 1), ("1", 0)):
                done = subprocess.run(["./tcplab", "run", "sweep.toml"], cwd=self.folder, timeout=60,
                                      env={**os.environ, **dict(zip(names, ("2", rank)))}, encoding="utf-8",
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assert_exit(done, 3)
                self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", lines), msg=done.stderr)
            self.assertEqual(self.files(), ["sweep.toml", "tcplab"])

    def test_one_process_is_nothing_special(self):
        self.write("sweep.toml", SWEEP)
        shutil.copy(PROGRAM, self.path("tcplab"))
        done = subprocess.run(["./tcplab", "run", "sweep.toml", "-q"], cwd=self.folder, timeout=60,
                              env={**os.environ, "OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"})
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
