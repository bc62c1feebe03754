"""The command `script`: what it prints, and how it ends."""

import unittest

from _tcplab import CommandLine

OPEN = """
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
"""


class Script(CommandLine):
    def test_a_script_that_passes(self):
        self.write("good.pkt", OPEN + "+0 %{ print tcpi_snd_cwnd }%\n")
        done = self.run_tcplab("script", "good.pkt")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout, "10\n✓ good.pkt  8 steps, 0.100 s of virtual time\n")
        self.assertEqual(done.stderr, "")
        quiet = self.run_tcplab("script", "--quiet", "good.pkt", "good.pkt")
        self.assert_exit(quiet, 0)
        self.assertEqual(quiet.stdout, "10\n10\n")
        self.assertIn("  0.100000  < . 1:1(0) ack 1 win 257\n", self.run_tcplab("script", "-v", "good.pkt").stdout)

    def test_a_step_that_fails(self):
        self.write("bad.pkt", OPEN + "+0 write(4, ..., 10) = 10\n+0 > . 1:11(10) ack 1\n")
        done = self.run_tcplab("script", "bad.pkt")
        self.assert_exit(done, 1)
        self.assertEqual(done.stdout, "✗ bad.pkt  failed at step 9 of 9, 0.100 s of virtual time\n")
        self.assertTrue(done.stderr.startswith("bad.pkt:10:1: error: flags: expected ., was P.\n"), done.stderr)

    def test_several_files(self):
        self.write("good.pkt", OPEN)
        self.write("bad.pkt", OPEN + "+0 close(9) = 0\n")
        done = self.run_tcplab("script", "good.pkt", "bad.pkt", "good.pkt")
        self.assert_exit(done, 1)
        self.assertEqual(done.stdout.splitlines()[-1], "3 scripts: 2 passed, 1 failed")

    def test_a_script_that_cannot_be_read(self):
        self.write("typo.pkt", OPEN + "+0 clse(4) = 0\n")
        done = self.run_tcplab("script", "typo.pkt")
        self.assert_exit(done, 2)
        self.assertIn('typo.pkt:9:4: error: "clse" is no call that is known here\n', done.stderr)
        self.assertIn('did you mean "close"?', done.stderr)
        missing = self.run_tcplab("script", "nowhere.pkt")
        self.assert_exit(missing, 3)
        self.assertEqual(missing.stderr, "nowhere.pkt: error: No such file or directory\n")
        self.assert_exit(self.run_tcplab("script", "."), 3)

    def test_definitions_and_settings(self):
        self.write("any.pkt", OPEN + "+0 %{ assert tcpi_options == 2 }%\n+0 write(4, ..., SIZE) = 10\n"
                                     "+0 > P. 1:11(10) ack 1\n")
        self.assert_exit(self.run_tcplab("script", "-D", "SIZE=10", "any.pkt"), 0)
        without = self.run_tcplab("script", "-DSIZE=10", "--set", "tcp.sack=false", "any.pkt")
        self.assert_exit(without, 1)
        self.assertIn("tcpi_options == 2 does not hold", without.stderr)
        wrong = self.run_tcplab("script", "-DSIZE=10", "--set", "tcp.sak=false", "any.pkt")
        self.assert_exit(wrong, 2)
        self.assertIn("--set tcp.sak=false: error: unknown key", wrong.stderr)

    def test_usage(self):
        for arguments in (["script"], ["script", "--set", "sack", "x.pkt"], ["script", "-D", "SIZE", "x.pkt"]):
            self.assert_exit(self.run_tcplab(*arguments), 2)
        helped = self.run_tcplab("help", "script")
        self.assert_exit(helped, 0)
        self.assertIn("Usage: tcplab script [OPTION...] FILE.pkt...", helped.stdout)
        self.assertIn("-D, --define NAME=VALUE", helped.stdout)


if __name__ == "__main__":
    unittest.main()
