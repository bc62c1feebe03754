"""`tcplab run`: files, the table, formats, precedence, expectations."""

import json
import os
import resource
import unittest

from _tcplab import PAGE, CommandLine


HANG = """
link.rtt = "80 ms"
client.strategy = "persistent"
server.keep_alive.timeout = "5 s"

[page]
html = "2 kB"
objects = [ { count = 3, size = "2 kB" } ]

[[proxy]]
link.rtt = "20 ms"
kind = "blind"
timeout = "10 s"
"""

TUNNELS = """
[tls]

[client]
strategy = "persistent"
connections = 2
users = 2

[page]
objects = [ { count = 4, size = "2 kB" } ]

[[proxy]]
connections = 2
"""


def few_files():
    """More runs than a process may have open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))


class Run(CommandLine):
    def setUp(self):
        super().setUp()
        self.write("page.toml", PAGE)

    def test_writes_the_files_and_prints_the_table(self):
        done = self.run_tcplab("run", "page.toml")
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "")
        self.assertIn("A page", done.stdout)
        self.assertIn("100 ms · 1500 kbit/s · linux · 1 run each".replace("1500 kbit/s", "1.5 Mbit/s"), done.stdout)
        lines = done.stdout.splitlines()
        self.assertTrue(any(line.split()[:1] == ["serial"] for line in lines))
        self.assertIn("results/runs/page/  summary.csv  transactions.csv  connections.csv  manifest.json", lines[-1])
        self.assertEqual([f for f in self.files() if f.startswith("results/runs/page/")],
                         [f"results/runs/page/{n}" for n in
                          ("connections.csv", "manifest.json", "summary.csv", "transactions.csv")])

    def test_rows_of_the_files(self):
        self.run_tcplab("run", "page.toml", "--out", "out", "--quiet")
        summary = self.rows("out", "summary.csv")
        self.assertEqual([(r["scenario"], r["variant"], r["run"], r["seed"]) for r in summary],
                         [("page", "serial", "1", "1"), ("page", "pipelined", "2", "1")])
        transactions = self.rows("out", "transactions.csv")
        self.assertEqual(len(transactions), 8)
        phases = ("blocked_ms", "dns_ms", "connect_ms", "tls_ms", "send_ms", "wait_ms", "receive_ms")
        for row in transactions:
            nanoseconds = sum(round(float(row[p] or 0) * 1e6) for p in phases)
            self.assertEqual(nanoseconds, round(float(row["total_ms"]) * 1e6), msg=row)
            self.assertEqual(row["error"], "")
        for run, row in enumerate(summary, 1):
            own = [t for t in transactions if t["run"] == str(run)]
            self.assertEqual(max(float(t["done_ms"]) for t in own), float(row["page_ms"]))
            self.assertEqual(len({t["connection"] for t in own}), int(row["connections"]))
        connections = self.rows("out", "connections.csv")
        self.assertEqual([c["close_reason"] for c in connections], ["server"] * 4 + ["client"])
        self.assertEqual({c["client_ip"] for c in connections}, {"10.0.0.1"})
        manifest = json.loads(self.read("out", "manifest.json"))
        self.assertEqual(manifest["command"], ["tcplab", "run", "page.toml", "--out", "out", "--quiet"])
        self.assertEqual(manifest["scenario"], PAGE)
        self.assertEqual((manifest["runs"], manifest["complete"]), (2, 2))

    def test_har_of_each_run(self):
        done = self.run_tcplab("run", "page.toml", "--har", "--out", "out")
        self.assert_exit(done, 0)
        self.assertTrue(done.stdout.splitlines()[-1].endswith("  run-001/page.har ...  manifest.json"), done.stdout)
        transactions = self.rows("out", "transactions.csv")
        for number, variant in ((1, "serial"), (2, "pipelined")):
            log = json.loads(self.read("out", f"run-00{number}", "page.har"))["log"]
            self.assertEqual(log["version"], "1.2")
            self.assertEqual([page["title"] for page in log["pages"]], [f"page: run {number}, {variant}"])
            own = [t for t in transactions if t["run"] == str(number)]
            self.assertEqual([e["time"] for e in log["entries"]], [float(t["total_ms"]) for t in own])
        # An earlier command's do not stay.
        done = self.run_tcplab("run", "page.toml", "--har", "--out", "out", "--run", "2")
        self.assertIn("  run-002/page.har  manifest.json", done.stdout)
        self.assertEqual(sorted(f for f in self.files() if f.startswith("out/run-")),
                         ["out/run-002", "out/run-002/page.har"])
        self.run_tcplab("run", "page.toml", "--out", "out")
        self.assertFalse([f for f in self.files() if f.startswith("out/run-")])

    def test_any_number_of_jobs_writes_the_same_recordings(self):
        many = ("run", "page.toml", "--har", "--quiet", "--vary", "link.rtt=1ms..60ms:1ms")
        for jobs in ("1", "4"):
            self.assert_exit(self.run_tcplab(*many, "--jobs", jobs, "--out", jobs, preexec_fn=few_files), 0)
        for run in range(1, 121):
            path = (f"run-{run:03}", "page.har")
            self.assertEqual(self.read("1", *path), self.read("4", *path))

    def test_captures_and_traces_of_each_run(self):
        done = self.run_tcplab("run", "page.toml", "--pcap", "--trace", "--out", "out")
        self.assert_exit(done, 0)
        self.assertIn("  run-001/client.pcapng", done.stdout)
        names = ["client.pcapng", "packets.csv", "server.pcapng", "tcp.csv", "trace.qlog"]
        for run in ("run-001", "run-002"):
            self.assertEqual(sorted(os.listdir(self.path("out", run))), names)
            self.assertTrue(self.read("out", run, "client.pcapng").startswith(b"\x0a\x0d\x0d\x0a"))
        packets = self.rows("out", "run-002", "packets.csv")
        self.assertEqual({(p["variant"], p["run"], p["seed"]) for p in packets}, {("pipelined", "2", "1")})
        summary = self.rows("out", "summary.csv")[1]
        for direction in ("up", "down"):
            self.assertEqual(sum(p["direction"] == direction for p in packets), int(summary["packets_" + direction]))
        # An earlier command's do not stay, and other people's files do.
        self.write("out/run-001/notes.txt", "mine")
        self.run_tcplab("run", "page.toml", "--trace", "--out", "out", "--run", "2")
        self.assertEqual(os.listdir(self.path("out", "run-001")), ["notes.txt"])
        self.assertEqual(sorted(os.listdir(self.path("out", "run-002"))), ["packets.csv", "tcp.csv", "trace.qlog"])

    def test_a_proxy_has_its_own_capture(self):
        self.write("proxy.toml", PAGE + '[[proxy]]\nlink.rtt = "10 ms"\n')
        self.assert_exit(self.run_tcplab("run", "proxy.toml", "--pcap", "--out", "out", "--run", "1"), 0)
        self.assertEqual(sorted(os.listdir(self.path("out", "run-001"))),
                         ["client.pcapng", "proxy-1.pcapng", "server.pcapng"])
        self.run_tcplab("run", "page.toml", "--out", "out")
        self.assertFalse([f for f in self.files() if f.startswith("out/run-")])

    def test_any_number_of_jobs_writes_the_same_captures(self):
        many = ("run", "page.toml", "--pcap", "--trace", "--quiet", "--vary", "link.loss=1%,2%,3%", "--repeat", "2")
        for jobs in ("1", "4"):
            self.assert_exit(self.run_tcplab(*many, "--jobs", jobs, "--out", jobs), 0)
        files = [f for f in self.files() if f.startswith("1/run-") and "." in f]
        self.assertEqual(len(files), 12 * 5)
        for name in files:
            self.assertEqual(self.read(name), self.read("4" + name[1:]))

    def test_quiet_says_nothing(self):
        done = self.run_tcplab("run", "page.toml", "--quiet", "--format", "csv")
        self.assert_exit(done, 0)
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_formats_have_the_same_rows(self):
        csv_text = self.run_tcplab("run", "page.toml", "--out", "out", "--format", "csv").stdout
        self.assertEqual(csv_text.encode(), self.read("out", "summary.csv"))
        summary = self.rows("out", "summary.csv")
        parsed = json.loads(self.run_tcplab("run", "page.toml", "--out", "out", "--format", "json").stdout)
        self.assertEqual(len(parsed), 2)
        for row, item in zip(summary, parsed):
            self.assertEqual(list(row), list(item))
            for key, text in row.items():
                value = item[key]
                self.assertEqual(text, "" if value is None else value if isinstance(value, str) else text)
                if isinstance(value, (int, float)):
                    self.assertEqual(float(text), value)
        markdown = self.run_tcplab("run", "page.toml", "--out", "out", "--format", "markdown").stdout.splitlines()
        self.assertEqual(len(markdown), 4)
        self.assertEqual([c.strip() for c in markdown[0].strip("|").split("|")], list(summary[0]))
        self.assertEqual([c.strip() for c in markdown[2][1:-1].split("|")], list(summary[0].values()))

    def test_dry_run_lists_and_does_nothing(self):
        done = self.run_tcplab("run", "page.toml", "--dry-run", "--vary", "link.rtt=20 ms,40 ms")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout.splitlines(), ["page: run 1, serial, link.rtt = 20 ms",
                                                    "page: run 2, serial, link.rtt = 40 ms",
                                                    "page: run 3, pipelined, link.rtt = 20 ms",
                                                    "page: run 4, pipelined, link.rtt = 40 ms"])
        self.assertEqual(self.files(), ["page.toml"])

    def test_runs_can_be_picked(self):
        self.run_tcplab("run", "page.toml", "--out", "out", "--variant", "pipelined")
        self.assertEqual([r["variant"] for r in self.rows("out", "summary.csv")], ["pipelined"])
        self.run_tcplab("run", "page.toml", "--out", "out", "--repeat", "3", "--run", "5")
        self.assertEqual([(r["variant"], r["run"]) for r in self.rows("out", "summary.csv")], [("pipelined", "5")])

    def test_the_command_line_wins(self):
        self.write("rtt.toml", PAGE.replace('client.strategy = "pipelined"',
                                            'client.strategy = "pipelined"\nlink.rtt = "300 ms"'))

        def first_bytes(*options):
            self.assert_exit(self.run_tcplab("run", "rtt.toml", "--out", "out", *options), 0)
            return [float(r["first_byte_ms"]) for r in self.rows("out", "summary.csv")]

        from_file = first_bytes()
        self.assertTrue(200 < from_file[0] < 250 and 600 < from_file[1] < 650)
        for options in (["--set", "link.rtt=20 ms"], ["--set", 'link.rtt="20 ms"'], ["--vary", "link.rtt=20 ms"],
                        ["--set", "link.rtt=500 ms", "--set", "link.rtt=20 ms"]):
            self.assertTrue(all(40 < t < 90 for t in first_bytes(*options)), msg=options)

    def test_axes_are_columns(self):
        self.run_tcplab("run", "page.toml", "--out", "out", "--vary", "link.rtt=20ms..40ms:10ms", "--vary",
                        "tcp.initial_window=3,10")
        rows = self.rows("out", "summary.csv")
        self.assertEqual(len(rows), 12)
        self.assertEqual(list(rows[0])[:7],
                         ["scenario", "variant", "run", "seed", "link.rtt", "tcp.initial_window", "page_ms"])
        self.assertEqual([r["run"] for r in rows], [str(i) for i in range(1, 13)])
        self.assertEqual(list(self.rows("out", "transactions.csv")[0])[4:7], ["link.rtt", "tcp.initial_window", "id"])

    def test_several_files_get_a_folder_each(self):
        self.write("other.toml", PAGE)
        done = self.run_tcplab("run", "page.toml", "other.toml", "--out", "out")
        self.assert_exit(done, 0)
        self.assertIn("out/page/summary.csv", self.files())
        self.assertIn("out/other/summary.csv", self.files())
        self.assertEqual(done.stdout.count("A page"), 2)

    def test_two_scenarios_of_one_name_are_refused(self):
        self.write("other.toml", 'name = "page"\n' + PAGE)
        done = self.run_tcplab("run", "page.toml", "other.toml", "--out", "out")
        self.assert_exit(done, 2)
        self.assertIn("both write to out/page", done.stderr)
        self.assertNotIn("out", self.files())

    def test_pages_when_there_is_more_than_one_user(self):
        self.run_tcplab("run", "page.toml", "--out", "out", "--set", "client.users=3")
        pages = self.rows("out", "pages.csv")
        self.assertEqual([(p["variant"], p["user"]) for p in pages],
                         [(v, u) for v in ("serial", "pipelined") for u in "123"])
        self.run_tcplab("run", "page.toml", "--out", "out")
        self.assertNotIn("out/pages.csv", self.files())

    def test_any_number_of_jobs_writes_the_same_bytes(self):
        options = ["run", "page.toml", "--repeat", "20", "--set", "link.loss=3 %", "--vary", "link.rtt=20 ms,60 ms"]
        for jobs in ("1", "2", "5"):
            self.assertIn(self.run_tcplab(*options, "--jobs", jobs, "--out", "jobs" + jobs).returncode, (0, 1))
        for name in ("summary.csv", "transactions.csv", "connections.csv"):
            one = self.read("jobs1", name)
            self.assertGreater(len(one), 1000)
            self.assertEqual(one, self.read("jobs2", name))
            self.assertEqual(one, self.read("jobs5", name))

    def test_repetitions_differ_and_variants_share_their_draws(self):
        self.run_tcplab("run", "page.toml", "--out", "out", "--repeat", "8", "--set", "link.loss=5 %")
        rows = self.rows("out", "summary.csv")
        self.assertGreater(len({r["page_ms"] for r in rows if r["variant"] == "serial"}), 2)
        table = self.run_tcplab("run", "page.toml", "--repeat", "8", "--set", "link.loss=5 %").stdout
        self.assertIn("p5 to p95", table)
        self.assertIn("8 runs each", table)


class Terminal(CommandLine):
    def setUp(self):
        super().setUp()
        self.write("page.toml", PAGE)

    def test_color_only_where_asked(self):
        for env, options, colored in (({}, [], False), ({}, ["--color", "always"], True),
                                      ({"NO_COLOR": "1"}, ["--color", "always"], True),
                                      ({"NO_COLOR": "1"}, [], False), ({}, ["--color", "never"], False)):
            out = self.run_tcplab("run", "page.toml", *options, env=env).stdout
            self.assertEqual("\x1b[" in out, colored, msg=(env, options))

    def test_a_narrow_terminal_drops_columns(self):
        wide = self.run_tcplab("run", "page.toml", env={"COLUMNS": "120"}).stdout
        narrow = self.run_tcplab("run", "page.toml", env={"COLUMNS": "40"}).stdout
        self.assertEqual(wide.splitlines()[-1],
                         "results/runs/page/  summary.csv  transactions.csv  connections.csv  manifest.json")
        self.assertEqual(narrow.splitlines()[-3:],
                         ["results/runs/page/  summary.csv", "  transactions.csv  connections.csv", "  manifest.json"])
        self.assertIn("overhead", wide)
        self.assertNotIn("overhead", narrow)
        rows = [line for line in narrow.splitlines() if line.startswith("  ")]
        self.assertTrue(rows and all(len(row) <= 40 for row in rows))

    def test_every_file_is_named_the_report_first(self):
        everything = ("run", "page.toml", "--har", "--pcap", "--trace", "--report", "--run", "1")
        for columns in (40, 80, 100, 200):
            out = self.run_tcplab(*everything, env={"COLUMNS": str(columns)}).stdout
            place = out[out.rindex("results/runs/page/"):]
            self.assertTrue(place.startswith("results/runs/page/  report.html"), place)
            written = [f[len("results/runs/page/"):] for f in self.files()
                       if f.startswith("results/runs/page/") and not f.endswith("run-001")]
            self.assertEqual(sorted(place.split()[1:]), sorted(written))
            self.assertTrue(all(len(line) <= columns for line in place.splitlines()))

    def test_progress_is_on_stderr_only(self):
        out = self.run_tcplab("run", "page.toml", "--progress", "always", "--repeat", "50")
        self.assertNotIn("\r", out.stdout)
        self.assertNotIn("\r", self.run_tcplab("run", "page.toml", "--repeat", "50").stderr)

    def test_a_broken_stdout_is_noticed(self):
        with open("/dev/full", "w") as full:
            done = self.run_tcplab("run", "page.toml", stdout=full)
        self.assertEqual(done.returncode, 3)
        self.assertIn("No space left on device", done.stderr)


class Expectations(CommandLine):
    def expect(self, *entries):
        self.write("page.toml", PAGE + "".join(f"\n[[expect]]\n{entry}\n" for entry in entries))
        return self.run_tcplab("run", "page.toml", "--out", "out")

    def test_met(self):
        done = self.expect('metric = "page_ms"\nvariant = "pipelined"\nbelow = "5 s"',
                           'metric = "page_ms"\nvariant = "serial"\ntimes = [1.1, 4]\nthan = "pipelined"')
        self.assert_exit(done, 0)
        self.assertTrue(done.stdout.startswith("✓ "))
        self.assertEqual(done.stdout.count("✓"), 2)

    def test_not_met(self):
        done = self.expect('metric = "page_ms"\nvariant = "pipelined"\nbelow = "10 ms"')
        self.assert_exit(done, 1)
        self.assertTrue(done.stdout.startswith("✗ "))
        self.assertIn("out/summary.csv", self.files())
        quiet = self.run_tcplab("run", "page.toml", "--out", "out", "--quiet")
        self.assert_exit(quiet, 1)
        self.assertEqual(quiet.stdout, "")
        self.assertIn("✗", quiet.stderr)

    def test_of_a_transaction(self):
        self.assert_exit(self.expect('metric = "status"\ntransaction = 2\nequals = 200'), 0)
        self.assert_exit(self.expect('metric = "status"\ntransaction = 2\nequals = 404'), 1)

    def test_a_failure_must_be_foreseen(self):
        dead = PAGE.replace('rtt  = "100 ms"', 'rtt  = "100 ms"\nloss = "100 %"')
        self.write("dead.toml", dead)
        done = self.run_tcplab("run", "dead.toml", "--out", "out")
        self.assert_exit(done, 1)
        self.assertIn("failed", done.stdout)
        self.assertEqual(done.stderr.splitlines()[0],
                         "dead: run 1, serial: 4 of 4 transactions failed, the first: GET / (ETIMEDOUT)")
        self.assertEqual({t["error"] for t in self.rows("out", "transactions.csv")}, {"ETIMEDOUT"})
        self.write("dead.toml", dead + '\n[[expect]]\nmetric = "failed"\nabove = 0\n')
        foreseen = self.run_tcplab("run", "dead.toml", "--out", "out")
        self.assert_exit(foreseen, 0)
        self.assertEqual(foreseen.stderr, "")

    def test_what_was_changed_is_blamed(self):
        self.expect('metric = "page_ms"\nvariant = "pipelined"\nbelow = "10 s"')
        done = self.run_tcplab("run", "page.toml", "--out", "out", "--set", "link.rtt=20 s")
        self.assert_exit(done, 1)
        self.assertEqual(done.stderr.splitlines()[-1],
                         "hint: [[expect]] speaks of the file as it is; --set and --vary changed it")

    def test_what_hangs_at_a_proxy_is_told(self):
        self.write("hang.toml", HANG)
        run = ("run", "hang.toml", "--out", "out")
        left = "hang: run 1: proxy 1 (blind) left further requests unread on "
        done = self.run_tcplab(*run)
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, left + "3 connections, for up to 4.980 s, until the server closed "
                                             "(its keep_alive.timeout is 5 s)\n")
        done = self.run_tcplab(*run, "--set", "server.keep_alive.timeout=60 s")
        self.assertEqual(done.stderr, left + "3 connections, for up to 9.980 s, until its own timeout of 10 s\n")
        done = self.run_tcplab(*run, "--set", "duration=2 s")
        self.assertEqual(done.stderr, left + "1 connection, for up to 1.790 s, until the run was over\n")
        self.assertEqual(self.run_tcplab(*run, "--quiet").stderr, "")
        self.assertEqual(self.run_tcplab(*run, "--set", "client.strategy=serial").stderr, "")

    def test_other_ends_of_hangs(self):
        run = ("run", "hang.toml", "--out", "out")
        own = 'kind = "blind"\ntimeout = "10 s"\n'
        self.write("hang.toml", HANG.replace(own, own + '[[proxy]]\ntimeout = "3 s"\n'))
        self.assertIn(", until proxy 2 closed\n", self.run_tcplab(*run).stderr)
        self.write("hang.toml", HANG.replace(own, 'kind = "blind"\n[[host]]\nname = "cdn"\n'
                                                  'keep_alive = { timeout = "1.5 s" }\n')
                   .replace('size = "2 kB"', 'size = "2 kB", host = "cdn"').replace('html = "2 kB"\n', ''))
        self.assertIn(", until cdn closed (its keep_alive.timeout is 1.5 s)\n", self.run_tcplab(*run).stderr)

    def test_a_sweep_tells_of_the_first_hangs(self):
        self.write("hang.toml", HANG)
        done = self.run_tcplab("run", "hang.toml", "--out", "out", "--vary", "link.rtt=1ms..30ms:1ms")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 11)
        self.assertEqual(lines[-1], "... and 20 more lines like these")

    def test_tunnels_that_keep_others_waiting(self):
        self.write("tunnel.toml", TUNNELS)
        done = self.run_tcplab("run", "tunnel.toml", "--out", "out")
        self.assertIn("tunnel: run 1: proxy 1 (aware) kept 2 tunnels for its timeout of 60 s after the last byte, while "
                      "requests waited for one of its 2 connections\n", done.stderr)

    def test_a_cause(self):
        done = self.expect('metric = "a_propagation"\nvariant = "serial"\nabove = "100 ms"')
        self.assert_exit(done, 0)
        done = self.expect('metric = "a_nagel"\nbelow = "1 ms"')
        self.assert_exit(done, 2)
        self.assertIn("a_nagle", done.stderr)


if __name__ == "__main__":
    unittest.main()
