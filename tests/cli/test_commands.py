"""The smaller commands, and what an interrupt leaves."""

import csv
import io
import json
import os
import signal
import subprocess
import time
import unittest

from _tcplab import PAGE, TCPLAB, CommandLine


class Commands(CommandLine):
    def test_help_and_version(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            done = self.run_tcplab(*arguments)
            self.assert_exit(done, 0)
            self.assertIn("Usage: tcplab COMMAND", done.stdout)
            self.assertIn("\n  bench                how fast", done.stdout)
            self.assertIn("\n  import-har FILE.har  a scenario", done.stdout)
            self.assertIn("\n  script FILE.pkt...   socket calls", done.stdout)
        for arguments in (["help", "run"], ["run", "--help"]):
            done = self.run_tcplab(*arguments)
            self.assert_exit(done, 0)
            self.assertIn("\n      --vary KEY=VALUES  an axis", done.stdout)
            self.assertIn("\n  -j, --jobs N           runs at", done.stdout)
            self.assertIn("\n      --dry-run          list", done.stdout)
        self.assertRegex(self.run_tcplab("--version").stdout, r"^tcplab \d+\.\d+")

    def test_new_is_right_and_runs(self):
        self.assert_exit(self.run_tcplab("new", "first.toml"), 0)
        self.assertEqual(self.run_tcplab("new").stdout.encode(), self.read("first.toml"))
        checked = self.run_tcplab("check", "first.toml")
        self.assert_exit(checked, 0)
        self.assertEqual(checked.stdout + checked.stderr, "")
        self.assert_exit(self.run_tcplab("run", "first.toml"), 0)

    def test_new_overwrites_nothing(self):
        self.write("mine.toml", "mine")
        self.assert_exit(self.run_tcplab("new", "mine.toml"), 3)
        self.assertEqual(self.read("mine.toml"), b"mine")

    def test_keys(self):
        everything = self.run_tcplab("keys")
        self.assert_exit(everything, 0)
        self.assertIn("delayed_ack", everything.stdout)
        one = self.run_tcplab("keys", "tcp.delayed_ack")
        self.assert_exit(one, 0)
        self.assertIn("40 ms", one.stdout)

    def test_bench(self):
        done = self.run_tcplab("bench", "--only", "W2", "--repeat", "1", "--format", "json")
        self.assert_exit(done, 0)
        measured = json.loads(done.stdout)
        (w2,) = measured["workloads"]
        self.assertEqual(list(w2), ["name", "n", "user_s", "wall_s", "data_packets", "packets_per_s", "events",
                                    "transactions", "transactions_per_s", "peak_rss_bytes", "bytes_per_connection",
                                    "events_per_s", "repeats", "user_s_least", "user_s_most"])
        self.assertEqual((w2["name"], w2["transactions"]), ("W2", 10000))
        for key in ("user_s", "user_s_least", "user_s_most"):
            w2[key] /= 1000
        self.write("fast.json", json.dumps(measured))
        folder = self.run_tcplab("bench", "--baseline", ".")
        self.assert_exit(folder, 3)
        self.assertEqual(folder.stderr, ".: error: this is a folder, not a measurement\n")
        slower = self.run_tcplab("bench", "--only", "W2", "--repeat", "1", "--baseline", "fast.json")
        self.assert_exit(slower, 1)
        self.assertIn("% slower", slower.stdout)
        w2["user_s"] = w2["user_s_least"] = w2["user_s_most"] = 1e6
        w2["events"] += 1
        self.write("slow.json", json.dumps(measured))
        faster = self.run_tcplab("bench", "--only", "W2", "--repeat", "1", "--baseline", "slow.json")
        self.assert_exit(faster, 0)
        self.assertIn("100 % faster", faster.stdout)
        self.assertIn(f"events instead of {w2['events']}: the simulation itself changed", faster.stdout)

    def test_bench_of_chosen_sizes(self):
        done = self.run_tcplab("bench", "--only", "W2,PAGE", "--n", "20,50", "--repeat", "1", "--format", "csv")
        self.assert_exit(done, 0)
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([(row["workload"], row["n"], row["transactions"]) for row in rows],
                         [("W2", "20", "20"), ("W2", "50", "50"), ("PAGE", "20", "260"), ("PAGE", "50", "650")])
        table = self.run_tcplab("bench", "--only", "PAGE", "--n", "20", "--repeat", "2")
        self.assert_exit(table, 0)
        self.assertIn("medians of 2", table.stdout)
        self.assertRegex(table.stdout, r"PAGE +20 .* \d+ us")
        self.assertIn("PORTX", self.run_tcplab("help", "bench").stdout)

    def test_bench_with_bad_input(self):
        self.write("bad.json", "{}")
        self.assert_exit(self.run_tcplab("bench", "--only", "W2", "--baseline", "bad.json"), 2)
        self.assert_exit(self.run_tcplab("bench", "--only", "W2", "--baseline", "missing.json"), 3)
        for arguments, error in ((["--only", "W7"], 'or PAGE, found "W7"'), (["--only", ""], 'found ""'),
                                 (["--n", "5"], "--n needs --only"), (["--only", "W2", "--n", "5,x"], 'found "x"'),
                                 (["--only", "W1", "--n", "1000001"],
                                  "W1 takes at most 1000000 flows, as each has a host of its own, and a run has no "
                                  "more; found 1000001"),
                                 (["--only", "W2,PORTX", "--n", "65000"],
                                  "PORTX takes at most 64512 ports, as there are no more from 1024 on; found 65000")):
            with self.subTest(arguments=arguments):
                done = self.run_tcplab("bench", *arguments)
                self.assert_exit(done, 2)
                self.assertIn(error, done.stderr)
                self.assertEqual(done.stdout, "")


class Interrupt(CommandLine):
    def start(self, *arguments):
        return subprocess.Popen([os.path.abspath(TCPLAB), *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, encoding="utf-8")

    def wait_for_rows(self, folder):
        """Until the sweep has written some."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            rows = self.path(folder, ".sweep", "summary.csv")
            if os.path.exists(rows) and os.path.getsize(rows) > 5000:
                return
            time.sleep(0.02)
        self.fail("the sweep does not get going")

    def test_complete_rows_are_kept(self):
        self.write("page.toml", PAGE)
        process = self.start("run", "page.toml", "--repeat", "1000000", "--jobs", "2", "--out", "out")
        self.wait_for_rows("out")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, msg=err)
        self.assertEqual(out, "")
        self.assertIn("interrupted: ", err)
        self.assertIn("of 2000000 runs are complete and kept in out/", err)
        rows = self.rows("out", "summary.csv")
        self.assertEqual([r["run"] for r in rows], [str(i + 1) for i in range(len(rows))])
        self.assertGreater(len(rows), 0)
        transactions = self.rows("out", "transactions.csv")
        self.assertEqual(len(transactions), 4 * len(rows))
        self.assertTrue(all(t["done_ms"] for t in transactions))
        self.assertEqual(json.loads(self.read("out", "manifest.json"))["complete"], len(rows))
        self.assertEqual([f for f in self.files() if f.endswith(".tmp")], [])

    def test_a_terminal_that_goes_away(self):
        self.write("page.toml", PAGE)
        process = self.start("run", "page.toml", "--repeat", "1000000", "--jobs", "2", "--out", "out")
        self.wait_for_rows("out")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertGreater(len(self.rows("out", "summary.csv")), 0)
        self.assertEqual([f for f in self.files() if f.endswith(".tmp")], [])

    def test_one_long_run_ends_at_once_and_leaves_nothing(self):
        self.write("long.toml", '[link]\nrate = "100 Gbit/s"\nrtt = "1 ms"\n[page]\n'
                                'objects = [ { size = "900000 GB" } ]\n')
        process = self.start("run", "long.toml", "--out", "out")
        deadline = time.monotonic() + 60
        while not os.path.isdir(self.path("out")) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, msg=err)
        self.assertIn("interrupted: 0 of 1 runs are complete\n", err)
        self.assertEqual(self.files(), ["long.toml"])


if __name__ == "__main__":
    unittest.main()
