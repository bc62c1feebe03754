"""Reports in a browser: what they show is what the CSV files say, and they can be clicked and zoomed."""

import csv
import json
import os
import re
import subprocess
import tempfile
import unittest

import _chromium

TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join("build", "tcplab")))
PHASES = ["blocked", "dns", "connect", "tls", "send", "wait", "receive"]

LOSSY = """
title = "Losses"
[link]
rtt = "40 ms"
rate = "10 Mbit/s"
queue = "20 packets"
drop = ["segment 30", "segment 50"]
[page]
html = "10 kB"
objects = [ { size = "1 MB" }, { size = "20 kB" } ]
"""

NASTY = """
title = "</title></script><script>alert('\\"title')</script>"
duration = "150 ms"
[link]
rtt = "100 ms"
[server]
close_after = "header"
[[request]]
path = "/a</script>'"
response = "1 kB"
[[request]]
path = "/late"
at = "140 ms"
response = "100 kB"
[[variant]]
name = "<b>\\"'&"
[[variant]]
name = "lost"
link.drop = ["syn 1..9"]
[[variant]]
name = "empty"
link.rtt = "400 ms"
"""


HUGE = """
[link]
rtt = "10 ms"
rate = "1 Gbit/s"
queue = "100 packets"
[page]
objects = [ { size = "400 MB" } ]
"""


@unittest.skipUnless(_chromium.PROGRAM, "there is no Chromium here")
class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = _chromium.Chromium()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="tcplab-report-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.browser.complaints.clear()
        self.browser.requests.clear()
        self.browser.resize(1280, 900)
        self.browser.prefer("light")

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])
        self.assertEqual([url for url in self.browser.requests if not url.startswith("file:///")], [])
        self.assertLessEqual(len(set(self.browser.requests)), 1, "a report is one file")

    def report(self, scenario, *options, text=None):
        """Runs it and opens the report; returns the seconds that opening took."""
        if text is not None:
            scenario = os.path.join(self.folder, scenario)
            with open(scenario, "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run([TCPLAB, "run", scenario, "--report", "--quiet", "--out", self.folder, *options],
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return self.browser.open(os.path.join(self.folder, "report.html"))

    def rows(self, *name):
        with open(os.path.join(self.folder, *name), newline="", encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def texts(self, selector):
        return json.loads(self.browser.value(
            f"JSON.stringify([...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent))"))

    def choose(self, box, value):
        self.browser.value(f"(() => {{ const box = document.getElementById('{box}'); box.value = {json.dumps(value)};"
                           " box.dispatchEvent(new Event('change')); })()")

    def view(self):
        shown = self.browser.value("({...document.getElementById('charts').dataset})")
        return float(shown["from"]), float(shown["to"])

    def plot(self, chart):
        """Where a chart's plot is in the window: left, top, width, height."""
        return self.browser.value(
            f"(() => {{ const plot = document.querySelector('#{chart} .u-over');"
            " plot.scrollIntoView({block: 'center'});"
            " const r = plot.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")

    def check_waterfall(self, place, number):
        """The bars of the run at `place` of the report have the phases of run `number` in transactions.csv."""
        wanted = [row for row in self.rows("transactions.csv") if row["run"] == str(number)]
        stories = self.texts(f".run[data-run='{place}'] .waterfall tbody svg title")
        self.assertEqual(len(stories), len(wanted))
        for story, row in zip(stories, wanted):
            self.assertTrue(story.startswith(f"{row['id']} "), story)
            self.assertIn(row["path"] + ":", story)
            found = dict(re.findall(r"(\w+) ([\d.]+) ms", story.split(": begins", 1)[1]))
            self.assertEqual({p: found[p] for p in PHASES if p in found},
                             {p: row[p + "_ms"] for p in PHASES if row[p + "_ms"]})
            self.assertEqual(found.get("total", ""), row["total_ms"])
            self.assertIn(row["error"], story)

    def test_tables_and_waterfalls_are_those_of_the_files(self):
        self.report("scenarios/page-strategies.toml")
        summary = self.rows("summary.csv")
        cells = self.texts("#latency tbody tr td:nth-child(2)")
        self.assertEqual([float(cell.split()[0]) for cell in cells],
                         [round(float(row["page_ms"]) / 1000, 3) for row in summary])
        self.assertEqual(self.texts(".runs:not(.causes) tbody th"), [row["variant"] for row in summary])
        for place in range(5):
            self.check_waterfall(place, place + 1)

    def test_another_run_is_chosen(self):
        self.report("scenarios/page-strategies.toml")
        visible = "[...document.querySelectorAll('.run')].filter((e) => e.checkVisibility()).map((e) => e.dataset.run)"
        self.assertEqual(self.browser.value(visible), ["0", "0"])
        self.choose("run", "4")
        self.assertEqual(self.browser.value(visible), ["4", "4"])
        connections = [row for row in self.rows("connections.csv") if row["run"] == "5"]
        self.assertEqual(self.texts("#connection option"),
                         [f"{c['id']}: {c['client_ip']}:{c['client_port']} to {c['server_ip']}:{c['server_port']}"
                          for c in connections])

    def test_charts_have_the_packets_and_zoom_together(self):
        self.report("lossy.toml", "--trace", text=LOSSY)
        data = self.browser.value("JSON.parse(document.getElementById('charts-0').textContent)")
        packets = self.rows("run-001", "packets.csv")
        sent = sum(len(c[way]["sent"]) for c in data["connections"] for way in ("up", "down"))
        self.assertEqual(sent, len(packets))
        lost = [p for p in packets if p["fate"] == "lost"]
        self.assertEqual(len(lost), 2)
        self.assertEqual(self.browser.value("document.querySelectorAll('#charts canvas').length"), 3)

        begin, end = self.view()
        left, top, width, height = self.plot("sequence")
        self.browser.drag(left + width * 0.25, left + width * 0.5, top + height / 2)
        zoomed = self.view()
        self.assertAlmostEqual(zoomed[0], begin + (end - begin) * 0.25, delta=(end - begin) * 0.005)
        self.assertAlmostEqual(zoomed[1], begin + (end - begin) * 0.5, delta=(end - begin) * 0.005)
        left, top, width, height = self.plot("queue")  # any of them zooms all
        self.browser.drag(left + width * 0.5, left + width, top + height / 2)
        self.assertAlmostEqual(self.view()[0], (zoomed[0] + zoomed[1]) / 2, delta=(end - begin) * 0.005)
        self.browser.double_click(left + width / 2, top + height / 2)
        self.assertEqual(self.view()[0], 0)
        self.assertGreaterEqual(self.view()[1], end)

    def test_the_pointer_names_a_segment(self):
        self.report("lossy.toml", "--trace", text=LOSSY)
        packets = self.rows("run-001", "packets.csv")
        again = next(p for p in packets if "retransmission" in p["reason"])
        time = float(again["sent_ms"])
        self.browser.value("document.getElementById('whole').click()")
        left, top, width, height = self.plot("sequence")
        begin, end = self.view()
        x = left + width * (time - begin) / (end - begin)
        self.browser.drag(x - 4, x + 4, top + height / 2)
        begin, end = self.view()
        x = left + width * (time - begin) / (end - begin)
        told = []
        for step in range(0, int(height), 6):  # down along its instant
            self.browser.mouse("mouseMoved", x, top + step)
            if not self.browser.value("document.querySelector('.tip').hidden"):
                told.append(self.browser.value("document.querySelector('.tip').textContent"))
        found = [text for text in told if f"sent {again['sent_ms']} ms" in text]
        self.assertTrue(found, told)
        self.assertIn(again["reason"], found[0])
        self.assertIn(f"({int(again['length']):,} B)", found[0])

    def test_what_is_under_way_at_the_end_is_not_lost(self):
        self.report("cut.toml", "--trace", text='duration = "75 ms"\n' + LOSSY.replace("segment 30", "segment 3"))
        fates = [p["fate"] for p in self.rows("run-001", "packets.csv") if p["direction"] == "down"]
        self.assertIn("still on its way", fates)
        self.assertIn("lost", fates)
        lost = self.browser.value("run.connections[0].down.sent.map((_, i) => isLost(run.connections[0].down, i))")
        self.assertEqual(lost, [fate in ("lost", "dropped by the queue", "corrupted") for fate in fates])

    def test_the_other_direction(self):
        self.report("lossy.toml", text=LOSSY)
        self.assertEqual(self.browser.value("document.getElementById('direction').value"), "down")
        before = self.browser.value("document.querySelector('#sequence canvas').toDataURL()")
        self.choose("direction", "up")
        self.assertNotEqual(self.browser.value("document.querySelector('#sequence canvas').toDataURL()"), before)

    def test_a_window_far_above_the_data_is_announced_and_shown_when_asked_for(self):
        self.report("short.toml", "--trace", text="[link]\nrtt = \"40 ms\"\n[page]\nhtml = \"10 kB\"\n")
        # The client's window, of 64 kB and more, ends far above 10 kB of data.
        acks = [p for p in self.rows("run-001", "packets.csv") if p["direction"] == "up" and p["ack"]]
        edge = max(int(p["ack"]) + int(p["window"]) for p in acks if p["arrived_ms"])
        above = "document.querySelector('#sequence .above').textContent"
        self.browser.value("document.getElementById('whole').click()")
        self.assertEqual(self.browser.value(above), f"▴ the window ends above, at up to {edge / 1000:g} k")
        view = self.view()
        self.browser.value("document.getElementById('whole-window').click()")
        self.assertEqual(self.browser.value(above), "")
        self.assertEqual(self.view(), view)

    def test_ladders_open_and_print(self):
        self.report("several.toml", text=LOSSY + "[client]\nstrategy = \"serial\"\n")
        connections = self.rows("connections.csv")
        self.assertEqual([text.split(",")[0] for text in self.texts(".run summary")],
                         [f"Connection {c['id']}: {c['client_ip']}:{c['client_port']} to "
                          f"{c['server_ip']}:{c['server_port']}" for c in connections])
        is_open = "[...document.querySelectorAll('.run details')].map((e) => e.open)"
        self.assertEqual(self.browser.value(is_open), [True, False, False])
        self.browser.value("window.printed = []; addEventListener('beforeprint',"
                           f" () => window.printed.push({is_open}))")
        self.browser.pdf(os.path.join(self.folder, "report.pdf"))
        self.assertEqual(self.browser.value("window.printed"), [[True, True, True]])
        self.assertEqual(self.browser.value(is_open), [True, False, False])

    def test_light_and_dark(self):
        background = "getComputedStyle(document.body).backgroundColor"
        self.report("lossy.toml", text=LOSSY)
        light = self.browser.value(background)
        self.assertEqual(light, "rgb(255, 255, 255)")
        view = self.view()
        self.browser.value("document.getElementById('theme').click()")
        dark = self.browser.value(background)
        self.assertNotEqual(dark, light)
        self.assertEqual(self.view(), view)
        self.browser.prefer("dark")
        self.browser.open(os.path.join(self.folder, "report.html"))
        self.assertEqual(self.browser.value(background), dark)
        self.browser.value("document.getElementById('theme').click()")
        self.assertEqual(self.browser.value(background), light)

    def test_a_sweep_has_its_axes(self):
        self.report("scenarios/page-strategies.toml", "--vary", "link.rtt=20ms,100ms",
                    "--vary", "tcp.initial_window=3,10")
        data = self.browser.value("JSON.parse(document.getElementById('sweep-data').textContent)")
        self.assertEqual([(a["key"], a["at"]) for a in data["axes"]],
                         [("link.rtt", [20, 100]), ("tcp.initial_window", [3, 10])])
        summary = self.rows("summary.csv")
        self.assertEqual([point[-1] for point in data["points"]], [float(row["page_ms"]) for row in summary])
        self.assertEqual(self.texts("#sweep-chart .u-series th")[1:], [f"{v}" for v in data["variants"]])
        self.choose("sweep-over", "1")
        self.assertEqual(self.texts("#sweep-chart .u-series th")[0], "tcp.initial_window")
        self.choose("sweep-at-0", "1")
        left, top, width, height = self.plot("sweep-chart")
        self.browser.mouse("mouseMoved", left + width * 0.9, top + height / 2)
        wanted = [row for row in summary if row["link.rtt"] == "100ms" and row["tcp.initial_window"] == "10"]
        self.assertEqual(self.texts("#sweep-chart .u-series td")[1:], [row["page_ms"] + " ms" for row in wanted])

    def test_words_are_not_joined_and_repetitions_have_a_spread(self):
        text = LOSSY.replace('drop = ["segment 30", "segment 50"]', 'loss = "2 %"')
        self.report("words.toml", "--repeat", "9", text=text + '[vary]\n"tcp.recovery" = ["rack", "newreno"]\n')
        data = self.browser.value("JSON.parse(document.getElementById('sweep-data').textContent)")
        for point, (low, high) in zip(data["points"], data["spread"]):
            self.assertLess(low, point[-1])
            self.assertLess(point[-1], high)
            self.assertLess(high, self.browser.value("sweepChart.scales.y.max"))
        self.assertIsNone(self.browser.value("sweepChart.series[1].paths()"))
        self.assertIn("Means over 9 repetitions", " ".join(self.texts("#why .note")))
        means = [sum(float(row["page_ms"]) for row in self.rows("summary.csv") if row["tcp.recovery"] == word) / 9
                 for word in ("rack", "newreno")]
        told = [float(cell.split()[0]) * (1000 if cell.endswith(" s") else 1)
                for cell in self.texts("#why td.number")]
        for mean, cell in zip(means, told):
            self.assertAlmostEqual(mean, cell, delta=1)
        self.report("scenarios/page-strategies.toml", "--vary", "link.rtt=10ms..40ms:10ms")
        self.assertNotEqual(self.browser.value("typeof sweepChart.series[1].paths(sweepChart, 1, 0, 1)"), "undefined")
        self.assertEqual(self.browser.value("sweepChart.axes[1].label"), "page time")
        self.assertEqual(self.browser.value("shortTimes([0, 800, 1000, 1200])"), ["0", "0.8 s", "1 s", "1.2 s"])

    def test_an_axis_that_grows_by_factors_is_logarithmic(self):
        self.report("scenarios/page-strategies.toml", "--vary", "link.rate=1Mbit/s,4Mbit/s,16Mbit/s,64Mbit/s")
        scale = "[sweepChart.scales.x.distr, sweepChart.axes[0].values(sweepChart, sweepChart.axes[0].splits())]"
        self.assertEqual(self.browser.value(scale), [3, [1, 4, 16, 64]])
        places = self.browser.value("[1, 4, 16, 64].map((v) => sweepChart.valToPos(v, 'x'))")
        steps = [b - a for a, b in zip(places, places[1:])]
        self.assertAlmostEqual(steps[0], steps[1], delta=1)
        self.assertAlmostEqual(steps[1], steps[2], delta=1)
        self.report("scenarios/page-strategies.toml", "--vary", "link.rtt=10ms..40ms:10ms")
        self.assertNotEqual(self.browser.value("sweepChart.scales.x.distr"), 3)

    def test_without_scripts(self):
        self.browser.script(False)
        self.addCleanup(self.browser.script, True)
        self.report("lossy.toml", text=LOSSY)
        self.browser.script(True)  # to look, not to run the page's: it is loaded
        self.check_waterfall(0, 1)
        self.assertGreater(self.browser.value("document.querySelector('.ladder').getBoundingClientRect().height"), 500)
        self.assertEqual(self.browser.value("document.querySelectorAll('canvas').length"), 0)
        self.assertIn("The charts of packets, windows and queues need JavaScript.",
                      self.browser.value("document.body.innerText"))

    def test_what_is_strange_breaks_nothing(self):
        self.report("nasty.toml", text=NASTY)
        self.assertEqual(self.browser.value("document.title"), "</title></script><script>alert('\"title')</script>")
        self.assertEqual(self.texts("#run option")[0], "run 1: <b>\"'&")
        self.assertEqual(self.texts("#source pre")[0], NASTY)
        for place in range(3):
            self.choose("run", str(place))
            self.check_waterfall(place, place + 1)
        self.assertIn("unfinished", " ".join(self.texts(".waterfall title")))

    def test_a_queue_that_never_forms_says_so(self):
        self.report("plain.toml", text="[link]\nrtt = \"10 ms\"\n[page]\nhtml = \"1 kB\"\n")
        self.assertEqual(self.texts("#queue .none"), ["No packet ever waited at [link]."])

    def test_a_run_of_one_packet_has_charts_with_an_axis(self):
        self.report("one.toml", text='duration = "1 ms"\nlink.rtt = "10 ms"\n[page]\nhtml = "1 kB"\n')
        self.assertEqual(self.view(), (0, 0.001))
        self.assertEqual(self.browser.value("endOfRun()"), 1)
        self.assertIn("No causes: no page of these runs is complete.", self.texts(".none"))
        self.assertEqual(self.browser.value("document.querySelectorAll('#charts canvas').length"), 2)

    def test_a_run_without_packets_says_so(self):
        self.report("dns.toml", text="duration = \"100 ms\"\n[dns]\ndelay = \"1 s\"\n[page]\nhtml = \"1 kB\"\n")
        self.assertEqual(self.texts("#charts .none"), ["No charts: this run sent no packet."])
        self.assertIn("No ladder: this run sent no packet.", self.texts(".none"))
        self.check_waterfall(0, 1)

    def test_nothing_overflows_or_overlaps(self):
        for width in (1280, 420):
            self.browser.resize(width, 900)
            self.report("lossy.toml", text=LOSSY)
            self.browser.value("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
            self.assertLessEqual(self.browser.value("document.documentElement.scrollWidth"), width)
            self.assertEqual(self.browser.value(
                "(() => { const edge = document.querySelector('.ladder').getBoundingClientRect();"
                " return [...document.querySelectorAll('.ladder text')].map((e) => e.getBoundingClientRect())"
                ".filter((r) => r.left < edge.left - 1 || r.right > edge.right + 1).length; })()"), 0)
            self.assertEqual(self.browser.value(
                "(() => { const texts = [...document.querySelectorAll('.ladder text')];"
                " const boxes = texts.map((e) => e.getBoundingClientRect()); let n = 0;"
                " const meet = (a, b) => a.left < b.right - 2 && b.left < a.right - 2"
                " && a.top < b.bottom - 4 && b.top < a.bottom - 4;"
                " boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => { if (meet(a, b)) ++n; }));"
                " return n; })()"), 0)

    def test_no_arrow_of_a_ladder_strikes_its_labels_through(self):
        self.report("lossy.toml", text=LOSSY)
        self.browser.value("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        # Of an arrow that slopes, where it is as high as the middle of a text: within the text or not.
        struck = self.browser.value(
            "[...document.querySelectorAll('.ladder')].map((ladder) => {"
            " const edge = ladder.getBoundingClientRect();"
            " const lines = [...ladder.querySelectorAll('line:not(.life)')].map((l) => ['x1', 'y1', 'x2', 'y2'].map("
            "(k) => l[k].baseVal.value));"
            " return [...ladder.querySelectorAll('text')].filter((text) => {"
            " const box = text.getBoundingClientRect();"
            " const [left, right] = [box.left - edge.left, box.right - edge.left];"
            " const [top, bottom] = [box.top - edge.top + 3, box.bottom - edge.top - 4];"
            " return lines.some(([x1, y1, x2, y2]) => Math.min(x1, x2) < right - 4 && Math.max(x1, x2) > left + 4"
            " && Math.min(y1, y2) < bottom && Math.max(y1, y2) > top); }).map((text) => text.textContent); }).flat()")
        self.assertEqual(struck, [])
        self.assertGreater(self.browser.value("document.querySelectorAll('.ladder line').length"), 100)
        heads = self.texts(".ladder .name")
        self.assertEqual(set(heads), {"client", "server"})
        self.assertIn("GET /item/1", " ".join(self.texts(".ladder .packet")))

    def test_printing_is_light_and_goes_back(self):
        self.browser.prefer("dark")
        self.report("lossy.toml", text=LOSSY)
        view = self.view()
        self.browser.value("window.printed = []; addEventListener('beforeprint',"
                           " () => window.printed.push(document.documentElement.dataset.theme))")
        self.browser.pdf(os.path.join(self.folder, "report.pdf"))
        self.assertEqual(self.browser.value("window.printed"), ["light"])
        self.assertEqual(self.browser.value("document.documentElement.dataset.theme ?? 'none'"), "none")
        self.assertEqual(self.view(), view)

    def test_a_thousand_runs(self):
        seconds = self.report("scenarios/page-strategies.toml", "--vary", "link.rtt=1ms..200ms:1ms")
        self.assertLess(os.path.getsize(os.path.join(self.folder, "report.html")), 20_000_000)
        self.assertLess(seconds, 3)
        self.assertEqual(len(self.texts("#run option")), 10)
        self.assertIn("10 of 1,000 runs are here in detail", self.browser.value("document.body.innerText"))

    def test_a_huge_run_is_thinned_to_its_end_and_says_so(self):
        seconds = self.report("huge.toml", text=HUGE)
        self.assertLess(seconds, 3)
        text = self.browser.value("document.body.innerText")
        packets = re.search(r"This run had ([\d,]+) packets, more than a report keeps\.", text)
        self.assertTrue(packets, text)
        self.assertRegex(text, rf"[\d,]+ of {packets[1]} packets of this connection are drawn")
        self.assertRegex(text, r"[\d,]+ of [\d,]+ changes are drawn: peaks and lows\.")
        self.assertRegex(text, r"The ladders end at [\d.]+ ms, after the run's first 100,000 packets\.")
        self.assertTrue(any(re.match(r"⋮ \d+ packets like these", text) for text in self.texts(".ladder text")))
        # Segments, windows and the queue go on until the last response is there.
        done = float(self.rows("summary.csv")[0]["page_ms"])
        last = self.browser.value("(() => { const { sent, states, begin } = run.connections[0].down; return"
                                  " [sent.at(-1), states.time.at(-1), run.queues.down.time.at(-1), Math.max(...begin)];"
                                  " })()")
        for time in last[:3]:
            self.assertGreater(time, 0.98 * done)
        self.assertGreater(last[3], 399_000_000)

    def test_the_pointer_reads_what_is_drawn(self):
        self.report("lossy.toml", text=LOSSY)
        self.browser.value("document.getElementById('whole').click()")
        left, top, width, height = self.plot("window")
        for share in (0.2, 0.31, 0.42, 0.53, 0.64):
            self.browser.mouse("mouseMoved", left + width * share, top + height / 2)
            shown = self.texts("#window .u-value")
            told = float(shown[0].split()[0])
            self.assertEqual(self.texts("#queue .u-value")[0], shown[0])  # one time in all charts
            # The last change before the pointer or at it, even where the next one is nearer.
            drawn = self.browser.value(
                "(() => { const s = run.connections[chosen.connection].down.states;"
                f" const i = s.time.filter((t) => t <= {told + 0.0005}).length - 1;"
                " return [s.cwnd[i], s.inFlight[i]]; })()")
            self.assertEqual([int(shown[1]), int(shown[3])], drawn, told)


if __name__ == "__main__":
    unittest.main()
