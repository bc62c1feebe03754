"""`tcplab run --pcap`: tshark reads the captures, and finds in them what happened.

Where tshark's findings are guesses, what they should be follows from their definitions and the truth in packets.csv
(_tshark.py). What they stand for is compared with the truth itself: what was sent again, and why.
"""

import collections
import csv
import email.utils
import os
import struct
import subprocess
import tempfile
import unittest

from _tshark import complaints, dissect, expected, fields, repeated_bytes, truth

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join(SOURCE, "build", "tcplab")))
RUN_DATE = 978307200  # seconds since 1970 at which every run begins, as the Date of responses says too

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
# tshark 4.0 says so of what is sent again of a message that it has seen whole, unless it is told to expect segments
# out of order (see OverlapsOfOthers): at the end that sent the message it always has.
OVERLAP = "New fragment overlaps old data (retransmission?)"
SENT_AGAIN = {"fast retransmission", "RTO retransmission", "handshake retransmission"}
WORTH_A_WORD = {"tail loss probe", "delayed ACK", "duplicate ACK", "compressed ACK", "window update", "window probe"}


def run(folder, scenario, number, *changes):
    """The folder of the run's own files."""
    sets = [word for change in changes for word in ("--set", change)]
    command = [TCPLAB, "run", os.path.join(SOURCE, "scenarios", scenario + ".toml"), "--run", str(number), *sets,
               "--pcap", "--trace", "--quiet", "--out", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100)
    if done.returncode not in (0, 1):  # 1: what the file expects speaks of the file as it is
        raise AssertionError(done.stderr)
    return os.path.join(folder, f"run-{number:03}")


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
                   "window_update", OVERLAP} - set(cls.seen)
        assert not missing, f"no case has {missing}"

    def test_all(self):
        for case in CASES:
            with self.subTest(case=case), tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
                self.check(folder, *case)

    def check(self, folder, *case):
        run_folder = run(folder, *case)
        packets = truth(os.path.join(run_folder, "packets.csv"))
        for name in sorted(set(os.listdir(run_folder)) & set(ENDS)):
            with self.subTest(capture=name):
                frames = dissect(os.path.join(run_folder, name))
                self.check_frames(frames, packets, ENDS[name])
                if not any(self.is_damaged(packets[frame["frame.packet_id"]], ENDS[name]) for frame in frames):
                    self.check_malformed(os.path.join(run_folder, name))
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

    def check_malformed(self, path):
        again = repeated_bytes(path)
        for number, said in complaints(path):
            self.assertEqual(said, OVERLAP, (path, number))
            self.assertIn(number, again)
            self.seen[OVERLAP] += 1

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
        if row["reason"] in SENT_AGAIN or row["reason"] in WORTH_A_WORD:
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
            self.assertIn(row["reason"], ("duplicate ACK", "compressed ACK", "answer"), (frame, row))
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


class Protocols(unittest.TestCase):
    """What is above TCP, at both ends, with losses."""

    def dissected(self, protocol, *case):
        with tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
            run_folder = run(folder, *case, "link.loss='1 %'")
            for end in ("client", "server"):
                path = os.path.join(run_folder, end + ".pcapng")
                again = repeated_bytes(path)
                self.assertFalse([c for c in complaints(path) if c[1] != OVERLAP or c[0] not in again])
                options = ("-o", "tcp.reassemble_out_of_order:TRUE")
                self.assertFalse(fields(path, ["frame.number"], "-Y", "_ws.malformed", *options))
                found = fields(path, ["frame.number"], "-Y", protocol, *options)
                self.assertGreater(len(found), 10)

    def test_tls(self):
        self.dissected("tls.record", "security/tls-page", 2)

    def test_http2(self):
        self.dissected("http2", "multiplexing/flow-control", 2)


class Comments(unittest.TestCase):
    """What captures say of data that was held back."""

    def comments(self, end, where, *case):
        with tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
            path = os.path.join(run(folder, *case), end + ".pcapng")
            return [comment for comment, in fields(path, ["frame.comment"], "-Y", where)]

    def test_nagle_and_delayed_acknowledgements(self):
        # A body waits for the head's ACK: a round trip of 100 ms, and from the second on the client's timer of 40 ms.
        case = ("nagle", 2, "page.objects=[{count=3,size='1 kB'}]")
        held = [f"held {ms} ms by Nagle until ACK {ack} came" for ms, ack in ((100, 251), (140, 1501), (140, 2751))]
        self.assertEqual(self.comments("server", "tcp.len == 1000", *case), held)
        self.assertEqual(self.comments("client", "tcp.len == 1000", *case), held)
        self.assertEqual(self.comments("server", "tcp.len == 250", *case), ["", "", ""])
        self.assertEqual(self.comments("client", "frame.comment contains \"delayed\" && ip.src == 10.0.0.1", *case),
                         ["delayed ACK, held for 40 ms"] * 2)

    def test_cork(self):
        # Linux lets a corked rest go after the persist timer, which is the timeout: 200 ms and the round trip.
        said = self.comments("server", "tcp.len == 1250", "nagle", 2, "page.objects=[{size='1 kB'}]",
                             "server.tcp.cork=true")
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], r"^window probe; held 30[0-9.]* ms by TCP_CORK until a timer ran out \(persist\)$")

    def test_windows(self):
        # Ten segments in the first round trip, and more when it is over. The link takes no time.
        case = ("nagle", 1, "page.objects=[{size='60 kB'}]")
        said = self.comments("server", "tcp.seq == 14481 && tcp.len > 0", *case)
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], r"^held 100 ms by the congestion window until ACK \d+ came$")
        said = self.comments("server", "tcp.seq == 2897 && tcp.len > 0", *case, "client.tcp.receive_buffer='8 KiB'",
                             "client.tcp.receive_buffer_max='8 KiB'")
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], r"^held 100 ms by the receiver's window until ACK \d+ came$")

    def test_responses_have_the_date_of_the_packets(self):
        with tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
            path = os.path.join(run(folder, "nagle", 1), "server.pcapng")
            dates = fields(path, ["frame.time_epoch", "http.date"], "-Y", "http.response")
        self.assertEqual(len(dates), 5)
        for at, date in dates:
            self.assertEqual(email.utils.parsedate_to_datetime(date).timestamp(), RUN_DATE)
            self.assertLess(float(at) - RUN_DATE, 2)

    def test_names_of_hosts_have_no_blanks(self):
        with tempfile.TemporaryDirectory(prefix="tcplab-capture-") as folder:
            path = os.path.join(run(folder, "pages/users-and-workers", 1), "client.pcapng")
            names = fields(path, ["frame.interface_name", "ip.src_host", "ip.dst_host"], "-N", "n")
        seen = {name for row in names for name in row}
        self.assertIn("client-2", seen)
        self.assertFalse([name for name in seen if " " in name])


class OverlapsOfOthers(unittest.TestCase):
    """That tshark finds OVERLAP in packets that nobody here has made either."""

    @staticmethod
    def packet(to_client, seq, ack, flags, data=b""):
        addresses = (bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
        ports = (40000, 80)
        if to_client:
            addresses, ports = addresses[::-1], ports[::-1]
        tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 60000, 0, 0)
        return struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0) + b"".join(addresses) + tcp + data

    def test_a_part_of_a_whole_message_again(self):
        request = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
        body = b"0123456789" * 300
        response = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        parts = [(True, 1 + at, 1 + len(request), 0x10, response[at:at + 1000]) for at in range(0, len(response), 1000)]
        packets = [(0, (False, 0, 0, 0x02)), (0, (True, 0, 1, 0x12)), (100_000, (False, 1, 1, 0x10)),
                   (100_000, (False, 1, 1, 0x18, request)), *((100_100, part) for part in parts),
                   (150_000, parts[1])]  # less than a round trip after newer data
        with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
            f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 228))  # LINKTYPE_IPV4
            for at, packet in packets:  # in second 1: tshark takes time 0 for none
                data = self.packet(*packet)
                f.write(struct.pack("<IIII", 1, at, len(data), len(data)) + data)
            f.flush()
            self.assertEqual(complaints(f.name), [(len(packets), OVERLAP)])
            self.assertEqual(fields(f.name, ["frame.number"], "-Y", "_ws.malformed", "-o",
                                    "tcp.reassemble_out_of_order:TRUE"), [])


if __name__ == "__main__":
    unittest.main()
