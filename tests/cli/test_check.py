"""What check says of what run would do, hints about settings that do nothing, and rows that an [[expect]] names."""

import unittest

from _tcplab import PAGE, CommandLine

IDLE = """
[client]
connections = 4

[page]
html = "10 kB"
"""

HINT = """idle.toml:3:15: hint: [client] connections does nothing: a serial client has one at a time
  3 | connections = 4
    |               ^ strategy = "parallel", "persistent" or "pipelined"
"""

VISITS = """
[link]
rtt = "100 ms"

[client]
strategy = "persistent"
loads    = 2

[page]
html = "1 kB"
"""


class Changes(CommandLine):
    def test_check_refuses_what_run_refuses(self):
        self.write("page.toml", PAGE)
        for options in (["--set", "link.rtt=5"], ["--set", "link.dealy=5 ms"], ["--set", "link.rtt"],
                        ["--set", "client.http=1.0", "--set", "client.strategy=pipelined"],
                        ["--vary", "link.rtt=20,50"], ["--vary", "link.loss=0%..4%"], ["--variant", "nobody"],
                        ["--run", "3"], ["--repeat", "0"], ["--seed", "x"]):
            with self.subTest(options=options):
                run = self.run_tcplab("run", "page.toml", *options)
                check = self.run_tcplab("check", "page.toml", *options)
                self.assert_exit(run, 2)
                self.assert_exit(check, 2)
                self.assertEqual(check.stderr, run.stderr.replace("; nothing was simulated", ""))
                self.assertIn("error: ", check.stderr)

    def test_check_accepts_what_run_accepts(self):
        self.write("page.toml", PAGE)
        done = self.run_tcplab("check", "page.toml", "--set", "link.rtt=5 ms", "--vary", "link.loss=0%,1%", "--variant",
                               "serial", "--seed", "7", "--repeat", "3", "--run", "2")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout + done.stderr, "")
        self.assertEqual(self.files(), ["page.toml"])


class Hints(CommandLine):
    def setUp(self):
        super().setUp()
        self.write("idle.toml", IDLE)

    def test_on_stderr_and_no_error(self):
        for command in (["check"], ["run"], ["run", "--dry-run"], ["run", "--format", "json"]):
            with self.subTest(command=command):
                done = self.run_tcplab(*command, "idle.toml")
                self.assert_exit(done, 0)
                self.assertEqual(done.stderr, HINT)
                self.assertNotIn("hint", done.stdout)

    def test_quiet(self):
        for command in ("check", "run"):
            done = self.run_tcplab(command, "--quiet", "idle.toml")
            self.assert_exit(done, 0)
            self.assertEqual(done.stdout + done.stderr, "")

    def test_of_an_option(self):
        done = self.run_tcplab("check", "idle.toml", "--set", "client.connections=1", "--set", "client.pipeline_depth=2")
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "--set client.pipeline_depth=2: hint: [client] pipeline_depth does nothing: "
                                      'the client does not pipeline; strategy = "pipelined"\n')

    def test_not_beside_errors(self):
        done = self.run_tcplab("check", "idle.toml", "--set", "link.rtt=5")
        self.assert_exit(done, 2)
        self.assertNotIn("hint", done.stderr)


class Rows(CommandLine):
    def expect(self, lines):
        self.write("visits.toml", VISITS + "\n[[expect]]\n" + lines)
        return self.run_tcplab("run", "visits.toml", "--out", "out")

    def test_a_page_and_a_connection(self):
        for lines in ('metric = "total_ms"\npage = 1\nequals = "200 ms"', 'metric = "total_ms"\npage = 2\nequals = "100 ms"',
                      'metric = "transactions"\nconnection = 1\nequals = 2',
                      'metric = "close_reason"\nconnection = 1\nequals = "client"'):
            with self.subTest(lines=lines):
                self.assert_exit(self.expect(lines), 0)
        self.assertEqual([r["total_ms"] for r in self.rows("out", "pages.csv")], ["200", "100"])

    def test_what_is_not_there_is_not_met(self):
        for lines, says in (('metric = "total_ms"\npage = 3\nbelow = "1 s"', "there are only 2 pages"),
                            ('metric = "srtt_ms"\nconnection = 2\nbelow = "1 s"', "there is only 1 connection"),
                            ('metric = "error"\ntransaction = 3\nequals = "timeout"', "there are only 2 transactions")):
            with self.subTest(lines=lines):
                done = self.expect(lines)
                self.assert_exit(done, 1)
                self.assertIn(f"({says})\n", done.stdout)

    def test_the_only_page_is_page_1(self):
        self.write("one.toml", VISITS.replace("loads    = 2\n", "") +
                   '\n[[expect]]\nmetric = "total_ms"\npage = 1\nequals = "200 ms"\n')
        self.assert_exit(self.run_tcplab("run", "one.toml"), 0)


if __name__ == "__main__":
    unittest.main()
