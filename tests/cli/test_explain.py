"""Why a run took so long: causes, the path in words, changes checked by runs of their own, and what is refused."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from _tcplab import PAGE, TCPLAB, CommandLine

NAGLE = """
title = "Two writes"
link.rtt = "100 ms"
client.strategy = "persistent"
server.writes = "split"

[page]
objects = [ { count = 2, size = "1 kB" } ]

[[variant]]
name = "Nagle on"

[[variant]]
name = "Nagle off"
server.tcp.nagle = false
"""

FAILING = """
link.rtt = "20 ms"
client.tcp.ports = [40000, 40002]
client.close = "client"

[page]
objects = [ { count = 5, size = "1 kB" } ]
"""

UTF8 = {"LC_ALL": "C.UTF-8"}


class Explain(CommandLine):
    def explain(self, *arguments, code=0, env=None):
        done = self.run_tcplab("explain", *arguments, env={**UTF8, **(env or {})})
        self.assert_exit(done, code)
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.files(), [arguments[0]])
        return done.stdout

    def refused(self, *arguments, says, code=2):
        done = self.run_tcplab("explain", *arguments, env=UTF8)
        self.assert_exit(done, code)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)

    def test_causes(self):
        self.write("nagle.toml", NAGLE)
        text = self.explain("nagle.toml", "--no-what-if")
        # By hand: 100 handshake + 200 for the first response (Nagle) + 240 (and the client's timer).
        self.assertRegex(text, r"^Two writes: 540\.0 ms +Nagle on\n")
        for line in (r"  propagation +200\.0 ms +37\.0 %", r"  nagle +200\.0 ms +37\.0 %", r"  handshake +100\.0 ms +18\.5 %",
                     r"  delayed_ack +40\.0 ms +7\.4 %"):
            self.assertRegex(text, line)
        self.assertNotIn("What would help", text)

    def test_the_path_in_words(self):
        self.write("nagle.toml", NAGLE)
        text = self.explain("nagle.toml", "--no-what-if")
        path = text[text.index("The critical path"):]
        steps = [(float(at), float(took)) for at, took in re.findall(r"^ +(\d+\.\d)  +\+(\d+\.\d) ms", path, re.M)]
        at = 0.0
        for begin, took in steps:
            self.assertAlmostEqual(begin, at)
            at += took
        self.assertAlmostEqual(at, 540.0)
        self.assertIn("connection 1 to the server was opened", path)
        self.assertIn("Nagle held 1000 B until the client acknowledged 250 B", path)
        self.assertIn("a timer of 40 ms delayed the ACK", " ".join(path.split()))

    def changes(self, text):
        """The what-if table: what each change made of the page, in milliseconds; then those without effect."""
        rows = re.findall(r"^  (\S+ = .*?)  +[+−]\d+\.\d+ m?s +(\d+\.\d+) (m?s)", text, re.M)
        found = {line: float(number) * (1000 if unit == "s" else 1) for line, number, unit in rows}
        return found, self.in_a_line(text, "No difference")

    def in_a_line(self, text, what):
        """The changes of a line such as "No difference: a = 1; b = 2", which may be broken."""
        line = re.search(rf"^{what}: (.*?)(?:\n\n|\Z)", text, re.M | re.S)
        return " ".join(line.group(1).split()).split("; ") if line else []

    def test_each_change_is_what_set_makes_of_it(self):
        self.write("nagle.toml", NAGLE)
        text = self.explain("nagle.toml")
        changed, same = self.changes(text)
        self.assertIn("server.tcp.nagle = false", changed)
        self.assertIn('client.tcp.delayed_ack = "0 ms"', changed)
        self.assertIn('link.rtt = "50 ms"', changed)
        self.assertIn("tcp.initial_window = 20", same)
        self.assertEqual(changed["server.tcp.nagle = false"], 300.0)
        self.assertEqual(changed['client.tcp.delayed_ack = "0 ms"'], 500.0)
        for line, page in {**changed, **{line: 540.0 for line in same}}.items():
            with self.subTest(change=line):
                key, value = line.split(" = ", 1)
                done = self.run_tcplab("run", "nagle.toml", "--variant", "Nagle on", "--set", f"{key}={value}", "--format",
                                       "json", "--out", "out")
                self.assert_exit(done, 0)
                self.assertAlmostEqual(json.loads(done.stdout)[0]["page_ms"], page, delta=0.05)

    def test_the_command_is_one(self):
        self.write("nagle.toml", NAGLE)
        text = self.explain("nagle.toml", "--set", "link.rtt=80 ms")
        self.assertRegex(text, r"\nTo see the best: tcplab run nagle\.toml --variant 'Nagle on' --set 'link\.rtt=80 ms' --set ")
        self.assertIn("◂ best", text)

    def test_any_number_of_jobs_says_the_same(self):
        self.write("nagle.toml", NAGLE)
        self.assertEqual(self.explain("nagle.toml", "--jobs", "1"), self.explain("nagle.toml", "--jobs", "4"))

    def test_top(self):
        self.write("nagle.toml", NAGLE)
        changed, same = self.changes(self.explain("nagle.toml", "--top", "2"))
        self.assertEqual(len(changed) + len(same), 2)

    def test_a_transaction(self):
        self.write("nagle.toml", NAGLE)
        text = self.explain("nagle.toml", "--transaction", "2", "--no-what-if")
        self.assertRegex(text, r"^Transaction 2, GET /item/2: 540\.0 ms +Nagle on · connection 1, reused\n")
        self.assertRegex(text, r"  blocked +300\.0 ms +55\.6 %")
        self.assertRegex(text, r"  delayed_ack +40\.0 ms")

    def test_one_run_is_chosen(self):
        self.write("nagle.toml", NAGLE)
        second = self.explain("nagle.toml", "--variant", "Nagle off", "--no-what-if")
        self.assertIn("Two writes: 300.0 ms", second)
        self.assertEqual(second, self.explain("nagle.toml", "--run", "2", "--no-what-if"))

    def test_a_page_that_failed(self):
        self.write("failing.toml", FAILING)
        text = self.explain("failing.toml", code=1)
        self.assertIn("failing: not complete", text)
        self.assertIn("2 of 5 transactions failed, the first: transaction 4, GET /item/4 (EADDRNOTAVAIL)", text)
        self.assertIn("client.tcp.ports = [1024, 65535]", text)
        self.assertRegex(text, r'client\.strategy = "persistent" +\d+\.\d ms')

    def test_a_connection_that_could_not_be_opened(self):
        self.write("silent.toml", 'link.drop = ["syn 1..9"]\n[page]\nobjects = [ { size = "1 kB" } ]\n')
        text = self.explain("silent.toml", "--no-what-if", code=1)
        self.assertRegex(text, r"\+131\.000 s  connection 1 could not be opened\n")

    def test_a_page_without_end(self):
        self.write("endless.toml", 'duration = "1 s"\nlink.rate = "1 Mbit/s"\n'
                                   '[page]\nobjects = [ { size = "endless" } ]\n')
        text = self.explain("endless.toml", code=1)
        self.assertIn("endless: not complete", text)

    def test_several_pages(self):
        self.write("users.toml", 'client.users = 3\nclient.arrival = "every 10 ms"\nlink.rtt = "20 ms"\n'
                                 '[page]\nobjects = [ { size = "1 kB" } ]\n')
        # The same 40 ms for each, so the last to begin is the last to be complete.
        text = self.explain("users.toml", "--no-what-if")
        self.assertIn("This is user 3's page, the last of 3 to be complete: they took 40.0 ms in the mean, the slowest 40.0 ms",
                      " ".join(text.split()))
        self.assertIn("users: 40.0 ms", text)
        text = self.explain("users.toml", "--no-what-if", "--user", "2")
        self.assertIn("This is user 2's page, one of 3: ", text)

    def test_pages_of_a_user(self):
        self.write("loads.toml", 'client.loads = 2\nclient.page_gap = "1 s"\nlink.rtt = "20 ms"\nclient.cache = true\n'
                                 'client.strategy = "persistent"\n'
                                 '[page]\nhtml = "1 kB"\nobjects = [ { count = 2, size = "1 kB" } ]\n')
        # By hand: a handshake and three round trips; what is cached is there at once, but the page itself is not.
        self.assertIn("loads: 80.0 ms", self.explain("loads.toml", "--no-what-if", "--page", "1"))
        self.refused("loads.toml", "--user", "2", says="--user 2: run 1 has 1 user")
        self.refused("loads.toml", "--user", "1", "--transaction", "1", says="--transaction says which user and page")
        done = self.run_tcplab("explain", "loads.toml", "--no-what-if", "--page", "3", env=UTF8)
        self.assert_exit(done, 2)
        self.assertIn("--page 3: run 1 has 2 pages of each user", done.stderr)

    def test_several_pages_are_judged_together(self):
        """What the best is said to bring is what its command brings: the mean of all pages."""
        self.write("users.toml", 'client.users = 3\nlink.rtt = "40 ms"\nlink.rate = "1 Mbit/s"\n'
                                 '[page]\nobjects = [ { count = 2, size = "20 kB" } ]\n')
        text = self.explain("users.toml")
        self.assertRegex(text, r"change +difference +mean page +slowest\n")
        best = re.search(r"^  (\S+ = \S.*?)  +−\d.*?(\d+\.\d+) (m?s) +(\d+\.\d+) m?s +◂ best", text, re.M)
        key, value = best.group(1).split(" = ", 1)
        done = self.run_tcplab("run", "users.toml", "--set", f"{key}={value}", "--format", "json", "--out", "out")
        row = json.loads(done.stdout)[0]
        scale = 1000 if best.group(3) == "s" else 1
        self.assertAlmostEqual(row["mean_page_ms"], float(best.group(2)) * scale, delta=0.6)
        self.assertAlmostEqual(row["slowest_page_ms"], float(best.group(4)) * scale, delta=0.6)

    def test_luck_is_not_taken_for_an_effect(self):
        self.write("loss.toml", 'link.rtt = "40 ms"\nlink.rate = "5 Mbit/s"\nlink.loss = "2 %"\n'
                                '[page]\nobjects = [ { count = 3, size = "60 kB" } ]\n')
        text = " ".join(self.explain("loss.toml").split())
        self.assertIn("medians of 5 runs with random numbers of their own; without a change ", text)
        number, unit = re.search(r"without a change (\d+\.\d+) (m?s)", text).groups()
        self.assertIn("--repeat 5 --set", text)
        done = self.run_tcplab("run", "loss.toml", "--repeat", "5", "--format", "json", "--out", "out")
        pages = sorted(row["page_ms"] for row in json.loads(done.stdout))
        self.assertAlmostEqual(float(number) * (1000 if unit == "s" else 1), pages[2], delta=0.6)

    def test_a_script_that_loses_another_packet(self):
        """With TLS resumed there is no certificate: what was the fifth packet with data is another one then."""
        self.write("tls.toml", 'link.rtt = "40 ms"\nlink.rate = "10 Mbit/s"\nlink.down.drop = ["data 5"]\n[tls]\n'
                               'certificate = "5 kB"\n[page]\nobjects = [ { size = "20 kB" } ]\n')
        text = self.explain("tls.toml")
        other = self.in_a_line(text, "Not comparable, as the script loses another packet then")
        self.assertIn("tls.resumption = true", other)
        self.assertIn("link.drop = []", self.changes(text)[0])

    def test_what_set_does_not_reach(self):
        self.write("think.toml", 'link.rtt = "20 ms"\n[page]\n'
                                 'objects = [ { name = "slow", size = "1 kB", think_time = "500 ms" } ]\n')
        text = self.explain("think.toml")
        # By hand: two round trips of 20 ms are left.
        self.assertRegex(text, r'  page\.objects "slow": think_time = "0 ms" +−500\.0 ms +40\.0 ms +◂ best')
        self.assertIn('To see the best, write into the file: page.objects "slow": think_time = "0 ms"', text)

    def test_what_is_tried_goes_before_what_set_says_of_one_end(self):
        self.write("page.toml", "link.rtt = '100 ms'\npage.objects = [ { size = '14 kB' } ]\n")
        text = self.explain("page.toml", "--set", "link.down.drop=['data 5']")
        self.assertRegex(text, r"  link\.drop = \[\] +−100\.0 ms +200\.0 ms.*\n    link\.down\.drop = \[\]\n")
        # 2, 4 and 4 segments, or all ten at once: two round trips less.
        text = self.explain("page.toml", "--set", "server.tcp.initial_window=2")
        self.assertRegex(text, r"  tcp\.initial_window = 10 +−200\.0 ms +200\.0 ms")

    def test_an_attempt_that_failed_on_an_open_connection(self):
        self.write("cut.toml", "link.rtt = '100 ms'\nserver.close_after = '5 kB'\nclient.retry = false\n"
                               "page.objects = [ { size = '10 kB' } ]\n")
        text = self.explain("cut.toml", "--no-what-if", code=1)
        self.assertRegex(text, r"GET /item/1: an attempt that failed \(.+\)\n")
        self.assertNotIn("could not be opened", text)

    def test_interrupted(self):
        self.write("long.toml", 'link.rate = "100 Gbit/s"\nlink.rtt = "1 ms"\npage.objects = [ { size = "9000 GB" } ]\n')
        process = subprocess.Popen([os.path.abspath(TCPLAB), "explain", "long.toml"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (130, "", "interrupted: nothing is explained\n"))

    def test_refused(self):
        self.write("nagle.toml", NAGLE)
        self.refused(says="explain needs a scenario file")
        self.refused("nagle.toml", "nagle.toml", says="explain takes one file")
        self.refused("nagle.toml", "--variant", "Nagel", says="Nagel")
        self.refused("nagle.toml", "--transaction", "3", says="--transaction 3: run 1 has 2 transactions")
        self.refused("nagle.toml", "--transaction", "0", says="--transaction expects a whole number from 1")
        self.refused("nagle.toml", "--top", "none", says="--top expects a whole number from 1 to 1000")
        self.refused("nagle.toml", "--what-if", says="unknown option")
        self.refused("missing.toml", says="No such file or directory", code=3)
        self.write("bad.toml", PAGE + "\nnagel = 1\n")
        self.refused("bad.toml", says="bad.toml:")

    def test_width_characters_and_colour(self):
        self.write("nagle.toml", NAGLE)
        for columns in (40, 60, 80, 100, 200):
            text = self.explain("nagle.toml", env={"COLUMNS": str(columns)})
            for line in text.splitlines():
                if not line.startswith("To see the best"):
                    self.assertLessEqual(len(line), min(columns, 120), line)
        self.assertTrue(self.explain("nagle.toml", env={"LC_ALL": "C"}).isascii())
        self.assertNotIn("\x1b", self.explain("nagle.toml"))
        self.assertIn("\x1b[32m", self.explain("nagle.toml", "--color", "always"))


class Reason(CommandLine):
    """The line under the table of `run`."""

    def reason(self, *arguments, columns=100):
        done = self.run_tcplab("run", *arguments, "--out", "out", env={**UTF8, "COLUMNS": str(columns)})
        lines = [line for line in done.stdout.splitlines() if line.startswith("Why ")]
        self.assertLessEqual(len(lines), 1)
        return lines[0] if lines else None

    def test_the_slowest_of_several(self):
        self.write("nagle.toml", NAGLE)
        self.assertEqual(self.reason("nagle.toml", columns=140),
                         'Why "Nagle on" is slowest: 200.0 ms propagation, 200.0 ms Nagle, 100.0 ms handshakes   '
                         "(tcplab explain nagle.toml --variant 'Nagle on')")
        # Where there is no room, first the file goes, then the third cause.
        self.assertEqual(self.reason("nagle.toml", columns=106),
                         'Why "Nagle on" is slowest: 200.0 ms propagation, 200.0 ms Nagle   '
                         "(tcplab explain … --variant 'Nagle on')")

    def test_a_single_run(self):
        self.write("page.toml", 'link.rtt = "100 ms"\n[page]\nobjects = [ { size = "1 kB" } ]\n')
        self.assertEqual(self.reason("page.toml"),
                         "Why it takes 200.0 ms: 100.0 ms handshakes, 100.0 ms propagation   (tcplab explain page.toml)")
        # What the command line has changed, the command would not explain.
        self.assertEqual(self.reason("page.toml", "--set", "link.rtt=50 ms"),
                         "Why it takes 100.0 ms: 50.0 ms handshakes, 50.0 ms propagation   (tcplab explain …)")
        self.assertEqual(self.reason("page.toml", columns=40), "Why it takes 200.0 ms: 100.0 ms handsha…")

    def test_none_where_it_would_compare_nothing(self):
        self.write("page.toml", 'link.rtt = "100 ms"\n[page]\nobjects = [ { size = "1 kB" } ]\n')
        self.assertIsNone(self.reason("page.toml", "--vary", "link.rtt=20 ms,50 ms"))
        self.assertIsNone(self.reason("page.toml", "--repeat", "2"))

    def test_several_pages(self):
        self.write("page.toml", 'link.rtt = "100 ms"\nclient.users = 2\nclient.arrival = "every 50 ms"\n'
                                '[page]\nobjects = [ { size = "1 kB" } ]\n')
        # The second user begins at 50 ms, which is nobody's fault.
        self.assertEqual(self.reason("page.toml", columns=200),
                         "Why the last of 2 pages is there after 250.0 ms: 100.0 ms handshakes, 100.0 ms propagation, "
                         "50.0 ms waiting for a turn   (tcplab explain page.toml)")
        self.assertEqual(self.reason("page.toml", columns=100),
                         "Why the last of 2 pages is there after 250.0 ms: 100.0 ms handshakes, 100.0 ms propagation")

    def test_the_slowest_of_several_variants_with_several_pages(self):
        self.write("users.toml", 'client.users = 2\nlink.rtt = "100 ms"\n[page]\nobjects = [ { size = "1 kB" } ]\n'
                                 '[[variant]]\nname = "near"\nlink.rtt = "20 ms"\n[[variant]]\nname = "far"\n')
        self.assertEqual(self.reason("users.toml", columns=200),
                         "Why far is slowest, by its last page: 100.0 ms handshakes, 100.0 ms propagation   "
                         "(tcplab explain users.toml --variant far)")


if __name__ == "__main__":
    unittest.main()
