"""trace.qlog: what the schema of qlog 0.3 asks for, as qvis declares it, and what happened in the run.

The fields are those that the source of qvis (QlogSchema02.ts) has for these events.
"""

import csv
import json
import os
import subprocess
import tempfile
import unittest

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join(SOURCE, "build", "tcplab")))

# Event: what its data must have, our own additions among it, and what it may have.
EVENTS = {
    "transport:packet_sent": ({"header", "raw", "frames", "reason"}, set()),
    "transport:packet_received": ({"header", "raw", "frames"}, set()),
    "transport:packet_dropped": ({"raw", "trigger"}, set()),
    "recovery:packet_lost": ({"header"}, set()),
    "recovery:metrics_updated": (set(), {"congestion_window", "bytes_in_flight", "packets_in_flight", "ssthresh",
                                         "smoothed_rtt"}),
    "recovery:congestion_state_updated": ({"new", "tcp_ca_state"}, set()),
    "recovery:loss_timer_triggered": ({"timer_type", "tcp_timer"}, set()),
    "connectivity:connection_state_updated": ({"new", "tcp_state"}, set()),
    "tcp:timer_triggered": ({"tcp_timer"}, set()),
}
CONNECTION_STATES = {"attempted", "handshake", "active", "draining", "closed"}
CONGESTION_STATES = {"slow_start", "congestion_avoidance", "recovery"}
FRAMES = {"stream": {"stream_id", "offset", "length"}, "ack": {"acked_ranges"}, "max_data": {"maximum"}}


class Qlog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="tcplab-qlog-")
        scenario = os.path.join(SOURCE, "scenarios", "parallel-not-always-faster.toml")
        changes = ["--set", "link.corrupt=1 %"]
        subprocess.run([TCPLAB, "run", scenario, "--run", "9", *changes, "--trace", "--quiet", "--out",
                        cls.holder.name], stderr=subprocess.DEVNULL, timeout=100, check=False)
        with open(os.path.join(cls.holder.name, "run-009", "trace.qlog"), encoding="utf-8") as f:
            cls.log = json.load(f)
        with open(os.path.join(cls.holder.name, "run-009", "packets.csv"), newline="", encoding="utf-8") as f:
            cls.packets = {int(row["packet"]): row for row in csv.DictReader(f)}

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def events(self, *names):
        return [(trace, event) for trace in self.log["traces"] for event in trace["events"] if event["name"] in names]

    def test_the_file_and_its_traces(self):
        self.assertEqual((self.log["qlog_version"], self.log["qlog_format"]), ("0.3", "JSON"))
        with open(os.path.join(self.holder.name, "connections.csv"), newline="", encoding="utf-8") as f:
            connections = len(list(csv.DictReader(f)))
        ends = [trace["vantage_point"]["type"] for trace in self.log["traces"]]
        self.assertEqual(ends, ["client", "server"] * connections)
        for trace in self.log["traces"]:
            self.assertEqual(trace["common_fields"],
                             {"protocol_type": "TCP", "time_format": "relative", "reference_time": 0})

    def test_events_are_those_of_the_schema(self):
        seen = set()
        for trace in self.log["traces"]:
            times = [event["time"] for event in trace["events"]]
            self.assertEqual(times, sorted(times))
            for event in trace["events"]:
                self.assertEqual(set(event), {"time", "name", "data"})
                needed, allowed = EVENTS[event["name"]]
                self.assertLessEqual(needed, set(event["data"]), event)
                self.assertLessEqual(set(event["data"]), needed | allowed, event)
                self.assertTrue(event["data"], event)
                seen.add(event["name"])
        self.assertEqual(seen, set(EVENTS))
        for _, event in self.events("connectivity:connection_state_updated"):
            self.assertIn(event["data"]["new"], CONNECTION_STATES)
        for _, event in self.events("recovery:congestion_state_updated"):
            self.assertIn(event["data"]["new"], CONGESTION_STATES)
        for _, event in self.events("recovery:loss_timer_triggered"):
            self.assertIn(event["data"]["timer_type"], ("ack", "pto"))

    def test_packets_are_those_of_the_run(self):
        sent = [event["data"] for _, event in self.events("transport:packet_sent")]
        self.assertEqual(sorted(data["header"]["packet_number"] for data in sent), sorted(self.packets))
        received = [event["data"] for _, event in self.events("transport:packet_received")]
        self.assertEqual(sorted(data["header"]["packet_number"] for data in received),
                         sorted(n for n, row in self.packets.items() if row["fate"] == "delivered"))
        for data in sent + received:
            row = self.packets[data["header"]["packet_number"]]
            self.assertEqual(data["header"]["packet_type"], "1RTT")
            self.assertEqual(data["header"]["sequence_number"], int(row["seq"]))
            self.assertEqual(data["raw"]["payload_length"], int(row["length"]))
            self.assertGreaterEqual(data["raw"]["length"], data["raw"]["payload_length"] + 20)
            for frame in data["frames"]:
                self.assertEqual(set(frame) - {"frame_type", "fin"}, FRAMES[frame["frame_type"]])

    def test_what_is_acknowledged_had_arrived_and_once(self):
        for trace in self.log["traces"]:
            arrived, acknowledged = set(), set()
            for event in trace["events"]:
                data = event["data"]
                if event["name"] == "transport:packet_received":
                    arrived.add(str(data["header"]["packet_number"]))
                if event["name"] == "transport:packet_sent":
                    for frame in data["frames"]:
                        for first, last in frame.get("acked_ranges", []):
                            self.assertEqual(first, last)
                            self.assertIn(first, arrived)
                            self.assertNotIn(first, acknowledged)
                            acknowledged.add(first)
            self.assertTrue(acknowledged)

    def test_what_was_lost_had_been_sent_and_is_sent_again(self):
        again = 0
        for trace in self.log["traces"]:
            sent = {}
            lost = None
            for event in trace["events"]:
                if event["name"] == "recovery:packet_lost":
                    lost = sent[event["data"]["header"]["packet_number"]]
                if event["name"] == "transport:packet_sent":
                    header = event["data"]["header"]
                    sent[header["packet_number"]] = header["sequence_number"]
                    if lost is not None:
                        self.assertEqual(header["sequence_number"], lost)
                        self.assertIn("retransmission", event["data"]["reason"])
                        again += 1
                    lost = None
        self.assertGreater(again, 10)


if __name__ == "__main__":
    unittest.main()
