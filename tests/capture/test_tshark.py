"""`tcplab run --pcap`: tshark reads the captures, and finds in them what happened.

Where tshark's findings are guesses, what they should be follows from their definitions and the truth in packets.csv
(_tshark.py). What they stand for is compared with the truth itself: what was sent again, and why.
"""

import collections
import csv
import os
import subprocess
import tempfile
import unittest

from _tshark import dissect, expected, truth

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join(SOURCE, "build", "tcplab")))
RUN_DATE = 946684800  # seconds since 1970 at which every run begins

# A scenario, which of its runs, and what is changed in it.
CASES = [
    ("lost-syn", 3),
    ("lost-tail", 2),
    ("lost-tail", 3),
    ("lost-tail", 4),
    ("nagle", 1),
    ("delayed-ack", 1),
    ("random-loss", 1, "page.objects=[{size='600 kB'}]", "link.loss='1 %'"),
    ("ecn", 2, "page.objects=[{size='1 MB'}]"),
    ("page-strategies", 2),
    ("page-strategies", 1, "link.reorder='5 %'", "link.reorder_delay='15 ms'"),
    ("page-strategies", 3, "link.duplicate='3 %'"),
    ("page-strategies", 4, "link.corrupt='2 %'", "link.queue='8 packets'"),
    ("parallel-not-always-faster", 5),
    ("parallel-not-always-faster", 9),
    ("parallel-not-always-faster", 11),
    ("window-limited", 1, "page.objects=[{size='200 kB'}]"),
    ("closing/abort", 1),
    ("closing/slow-reader", 5, "client.read_rate='1 kbit/s'", "duration='60 s'"),
    ("connections/fast-open", 2),
    ("connections/idle-timeouts", 1, "tcp.keepalive='1 s'"),
    ("connections/pipelining-retry", 1),
    ("pages/cdn", 1, "link.loss='1 %'"),
    ("pages/sharding", 5),
    ("pages/users-and-workers", 1),
    ("proxies/aware-proxy", 1, "link.loss='2 %'"),
    ("reference/rfc2416", 1),
    ("reference/strategies", 5),
    ("reference/hpbn-window-limit", 1, "page.objects=[{size='300 kB'}]"),
    ("retries/idempotence", 1),
]

# Captures and the hosts that they are made at.
ENDS = {"client.pcapng": "10.0.", "proxy-1.pcapng": "10.254.", "server.pcapng": "10.255."}
SENT_AGAIN = {"fast retransmission", "RTO retransmission", "handshake retransmission"}


def nanoseconds(ms):
    whole, _, fraction = ms.partition(".")
    return int(whole) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def count(frames, field):
    return sum(len(frame[field].split("|")) for frame in frames if frame[field])


class Captures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seen = collections.Counter()  # findings, over all cases

    @classmethod
    def tearDownClass(cls):
        missing = {"retransmission", "fast_retransmission", "out_of_order", "spurious_retransmission",
                   "duplicate_ack", "zero_window", "window_full", "lost_segment", "keep_alive",
                   "window_update"} - set(cls.seen)
        assert not missing, f"no case has {missing}"

    def test_all(self):
        for case in CASES:
            with self.subTest(case=case), tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
                self.check(folder, *case)

    def check(self, folder, scenario, run, *changes):
        sets = [word for change in changes for word in ("--set", change)]
        command = [TCPLAB, "run", os.path.join(SOURCE, "scenarios", scenario + ".toml"), "--run", str(run), *sets,
                   "--pcap", "--trace", "--quiet", "--out", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertIn(done.returncode, (0, 1), done.stderr)  # 1: what the file expects speaks of the file as it is
        run_folder = os.path.join(folder, f"run-{run:03}")
        packets = truth(os.path.join(run_folder, "packets.csv"))
        for name in sorted(set(os.listdir(run_folder)) & set(ENDS)):
            with self.subTest(capture=name):
                frames = dissect(os.path.join(run_folder, name))
                self.check_frames(frames, packets, ENDS[name])
                if name == "client.pcapng" and all(row["fate"] != "corrupted" for row in packets.values()):
                    self.check_http(frames, os.path.join(folder, "transactions.csv"))

    def check_frames(self, frames, packets, host):
        rows = [packets[frame["frame.packet_id"]] for frame in frames]
        whole = [(frame, row) for frame, row in zip(frames, rows) if not self.is_damaged(row, host)]
        self.check_packets(frames, rows, packets, host)
        for frame, row in zip(frames, rows):
            self.check_comment(frame, row, row["source_ip"].startswith(host))
        if len(whole) < len(frames):
            return  # tshark believes in the numbers of damaged packets
        times = [(row, self.time(frame)) for frame, row in whole]
        for (frame, row), should in zip(whole, expected(times)):
            self.assertEqual(frame["findings"], should, (frame, row))
            self.check_truth(frame, row, should, row["source_ip"].startswith(host))
            self.seen.update(should)
        self.check_gaps(whole, packets.values())

    def time(self, frame):
        seconds, _, fraction = frame["frame.time_epoch"].partition(".")
        return (int(seconds) - RUN_DATE) * 1_000_000_000 + int(fraction)

    def is_damaged(self, row, host):
        return row["fate"] == "corrupted" and not row["source_ip"].startswith(host)

    def check_packets(self, frames, rows, packets, host):
        """What the end has sent and what has reached it, each once, when it did, undamaged unless it was."""
        here = sorted(number for number, row in packets.items()
                      if row["source_ip"].startswith(host) and not row["copy_of"] or
                      row["destination_ip"].startswith(host) and row["fate"] in ("delivered", "corrupted"))
        self.assertEqual(sorted(frame["frame.packet_id"] for frame in frames), here)
        self.assertEqual([self.time(f) for f in frames], sorted(self.time(f) for f in frames))
        for frame, row in zip(frames, rows):
            checksums = {frame["ip.checksum.status"], frame["tcp.checksum.status"]}
            if self.is_damaged(row, host):
                self.assertNotEqual(checksums, {"1"}, row)
                continue
            self.assertEqual((checksums, frame["_ws.malformed"]), ({"1"}, ""), (frame, row))
            at = row["sent_ms"] if row["source_ip"].startswith(host) else row["arrived_ms"]
            self.assertEqual(self.time(frame), nanoseconds(at))
            numbers = [int(frame["tcp." + name]) for name in ("seq", "len", "window_size")]
            self.assertEqual(numbers, [row["seq"], row["length"], row["window"]])

    def check_comment(self, frame, row, sent_here):
        if row["reason"] in SENT_AGAIN or row["reason"] in ("tail loss probe", "delayed ACK", "window probe"):
            self.assertIn(row["reason"], frame["frame.comment"])
        if sent_here and row["fate"] in ("lost", "corrupted", "dropped by the queue"):
            self.assertIn(row["fate"], frame["frame.comment"])
            self.assertIn(row["link"], frame["frame.comment"])

    def check_truth(self, frame, row, found, sent_here):
        again = found & {"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order"}
        if sent_here and row["reason"] != "tail loss probe":
            # Nothing overtakes anything before it has left.
            self.assertEqual(bool(again), row["reason"] in SENT_AGAIN and "keep_alive" not in found, (frame, row))
        if "fast_retransmission" in found and sent_here:
            self.assertIn(row["reason"], SENT_AGAIN)
        if "duplicate_ack" in found:
            self.assertIn(row["reason"], ("duplicate ACK", "answer"), (frame, row))
        if row["reason"] in ("duplicate ACK", "window update") and sent_here:
            told = {"duplicate_ack", "window_update", "zero_window", "keep_alive_ack"}
            self.assertTrue(found & told, (frame, row))

    def check_gaps(self, whole, packets):
        """Numbers that are missing belong to packets that are lost, or come later: nothing leaves a gap by itself."""
        place = {row["packet"]: i for i, (_, row) in enumerate(whole)}
        ends = ("source_ip", "source_port", "destination_ip", "destination_port")
        for i, (frame, row) in enumerate(whole):
            if "lost_segment" in frame["findings"]:
                before = [p for p in packets if p["span"] > 0 and p["end"] <= row["seq"] and
                          all(p[name] == row[name] for name in ends)]
                self.assertTrue(any(place.get(p["packet"], len(whole)) > i for p in before), row)

    def check_http(self, frames, path):
        """Requests as often as they were sent, and the responses that are whole."""
        with open(path, newline="", encoding="utf-8") as f:
            transactions = list(csv.DictReader(f))
        asked = [t for t in transactions if t["request_sent_ms"]]
        self.assertEqual(count(frames, "http.request.method"), sum(1 + int(t["retries"]) for t in asked))
        answered = [t for t in transactions if t["status"] and t["done_ms"]]
        self.assertEqual(count(frames, "http.response.code"), len(answered))


class Copies(unittest.TestCase):
    def test_copies_of_copies_keep_their_reason(self):
        with tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
            scenario = os.path.join(folder, "copies.toml")
            with open(scenario, "w", encoding="utf-8") as f:
                f.write('[access.up]\nduplicate = "100 %"\n[link.up]\nduplicate = "100 %"\n[page]\nhtml = "1 kB"\n')
            subprocess.run([TCPLAB, "run", scenario, "--pcap", "--trace", "--quiet", "--out", folder], check=True,
                           timeout=100)
            packets = truth(os.path.join(folder, "run-001", "packets.csv"))
            answers = 0
            for frame in dissect(os.path.join(folder, "run-001", "server.pcapng")):
                row = packets[frame["frame.packet_id"]]
                if not row["copy_of"] or not packets[row["copy_of"]]["copy_of"]:
                    continue
                self.assertIn("a copy that link up made", frame["frame.comment"])
                if row["reason"] == "answer":
                    self.assertTrue(frame["frame.comment"].startswith("answer; "), frame)
                    answers += 1
            self.assertGreater(answers, 0)


if __name__ == "__main__":
    unittest.main()
