"""What tshark finds in a capture, and what it should find: definitions over the truth in packets.csv."""

import csv
import subprocess

# Of tshark's own findings (Wireshark User's Guide, "TCP Analysis").
FINDINGS = ("retransmission", "fast_retransmission", "out_of_order", "spurious_retransmission", "duplicate_ack",
            "zero_window", "window_full", "lost_segment", "ack_lost_segment", "keep_alive", "keep_alive_ack",
            "zero_window_probe", "zero_window_probe_ack", "window_update")
MALFORMED = 0x07000000  # the expert's group (PI_MALFORMED of epan/proto.h)
SHOWN = ("frame.packet_id", "frame.time_epoch", "frame.comment", "ip.checksum.status", "tcp.checksum.status",
         "_ws.malformed", "http.request.method", "http.response.code", "tcp.seq", "tcp.ack", "tcp.len",
         "tcp.window_size")


def fields(path, names, *options):
    """A list of values for each frame, in text."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", *options]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


def dissect(path):
    """A dictionary for each frame: SHOWN, and the set of its findings."""
    frames = []
    for values in fields(path, list(SHOWN) + ["tcp.analysis." + kind for kind in FINDINGS],
                         "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                         "-o", "tcp.reassemble_out_of_order:TRUE"):
        frame = dict(zip(SHOWN, values))
        found = {kind for kind, value in zip(FINDINGS, values[len(SHOWN):]) if value}
        if found & {"fast_retransmission", "spurious_retransmission"}:
            found.discard("retransmission")  # shown beside the kinds that are told apart
        frame["findings"] = found
        frames.append(frame)
    return frames


def complaints(path):
    """What tshark, as it comes, finds malformed: numbers of frames and what it says, findings of TCP left out."""
    found = fields(path, ["frame.number", "_ws.expert.message", "_ws.expert.group"], "-Y", "_ws.malformed")
    return [(int(number), said) for number, messages, groups in found
            for said, group in zip(messages.split("|"), groups.split("|")) if int(group) == MALFORMED]


def repeated_bytes(path):
    """Numbers of the frames with bytes that were seen before; that these are the same ones is checked."""
    again = set()
    streams = {}
    for number, stream, source, seq, payload in fields(path, ["frame.number", "tcp.stream", "ip.src", "tcp.seq",
                                                              "tcp.payload"]):
        data = bytes.fromhex(payload.replace(":", ""))
        begin = max(int(seq), 1) - 1  # that of data on a SYN is the SYN's
        end = begin + len(data)
        seen, known = streams.setdefault((stream, source), (bytearray(), bytearray()))
        for array in (seen, known):
            array.extend(bytes(max(0, end - len(array))))
        if any(known[begin:end]):
            again.add(int(number))
            same = all(new == old for new, old, is_known in zip(data, seen[begin:end], known[begin:end]) if is_known)
            assert same, f"{path}, frame {number}: other bytes than before"
        seen[begin:end] = data
        known[begin:end] = b"\1" * len(data)
    return again


def truth(path):
    """The rows of packets.csv, by the packet's number."""
    rows = {}
    with open(path, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            for name in ("source_port", "destination_port", "seq", "length", "window"):
                row[name] = int(row[name])
            row["ack"] = int(row["ack"] or 0)
            row["flags"] = set(row["flags"].split())
            row["span"] = row["length"] + len(row["flags"] & {"SYN", "FIN"})
            row["end"] = row["seq"] + row["span"]
            rows[row["packet"]] = row
    return rows


class Side:
    """What one end of a connection has sent, as a capture shows it."""

    def __init__(self):
        self.next = None  # sequence number behind everything seen
        self.next_at = None
        self.ack = None
        self.ack_at = None
        self.window = None
        self.duplicates = 0
        self.kept_alive = False  # by its last packet


class Stream:
    def __init__(self):
        self.sides = {}
        self.syn_at = None
        self.round_trip = None  # of the handshake, as far as the capture shows it


def expected(rows):
    """The guide's definitions, applied to (row of packets.csv, ns) in the capture's order: a set for each."""
    streams = {}
    for row, at in rows:
        ends = ((row["source_ip"], row["source_port"]), (row["destination_ip"], row["destination_port"]))
        key = tuple(sorted(ends))
        if row["flags"] == {"SYN"} and row["reason"] == "handshake":
            streams[key] = Stream()  # perhaps the ports are used again
        stream = streams.setdefault(key, Stream())
        sender = stream.sides.setdefault(ends[0], Side())
        receiver = stream.sides.setdefault(ends[1], Side())
        yield judge(row, at, stream, sender, receiver)
        learn(row, at, stream, sender)


def judge(row, at, stream, sender, receiver):
    found = set()
    sender.kept_alive = False
    if "RST" in row["flags"]:
        return found
    plain = not row["flags"] & {"SYN", "FIN"}
    if plain and row["window"] == 0:
        found.add("zero_window")
    if sender.next is None:
        return found
    if row["seq"] > sender.next:
        found.add("lost_segment")
    if plain and row["length"] <= 1 and row["seq"] == sender.next - 1:
        sender.kept_alive = True
        return found | {"keep_alive"}
    if plain and row["length"] > 0 and receiver.ack is not None and row["end"] == receiver.ack + receiver.window:
        found.add("window_full")
    repeats = plain and row["length"] == 0 and row["seq"] == sender.next and row["ack"] == sender.ack
    if repeats and row["window"] > 0:
        if row["window"] != sender.window:
            found.add("window_update")
        else:
            found.add("keep_alive_ack" if receiver.kept_alive else "duplicate_ack")
    if row["span"] > 0 and row["seq"] < sender.next:
        found.add(kind_of_again(row, at, stream, sender, receiver))
    return found


def kind_of_again(row, at, stream, sender, receiver):
    """Of numbers that were seen before, in the order in which the kinds supersede each other."""
    if row["length"] > 0 and receiver.ack is not None and receiver.ack >= row["end"]:
        return "spurious_retransmission"
    if receiver.duplicates >= 2 and receiver.ack == row["seq"] and at - receiver.ack_at < 20_000_000:
        return "fast_retransmission"
    near = 3_000_000 if stream.round_trip is None else stream.round_trip
    if at - sender.next_at < near and row["end"] != sender.next:
        return "out_of_order"
    return "retransmission"


def learn(row, at, stream, sender):
    if row["flags"] == {"SYN"}:
        stream.syn_at = at
    elif "SYN" not in row["flags"] and stream.syn_at is not None and stream.round_trip is None:
        stream.round_trip = at - stream.syn_at
    if "RST" not in row["flags"] and (sender.next is None or row["end"] > sender.next):
        sender.next, sender.next_at = row["end"], at
    if "ACK" in row["flags"]:
        if row["ack"] != sender.ack:
            sender.duplicates = 0
        elif row["span"] == 0 and row["window"] == sender.window:
            sender.duplicates += 1
        sender.ack, sender.ack_at = row["ack"], at
    sender.window = row["window"]
