"""Why a run took so long: causes, the path in words, changes checked by runs of their own, and what is refused."""

import json
import re
import unittest

from _tcplab import PAGE, CommandLine

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
        none = re.search(r"No difference: ([^?]*)$", text)
        return found, re.split(r", (?=[a-z_.]+ = )", " ".join(none.group(1).split())) if none else []

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
        text = self.explain("users.toml", "--no-what-if")
        self.assertIn("This is the first page of user 1, one of 3 pages", text)
        self.assertIn("users: 40.0 ms", text)

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
        self.assertIsNone(self.reason("page.toml", "--set", "client.users=2"))


if __name__ == "__main__":
    unittest.main()
