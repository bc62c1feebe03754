// The charts of one run, under one time axis: what is zoomed in one is zoomed in all.

let view = [0, 1];  // the time in sight; when a vertical range is asked for, the time about to be in sight

// Where others can read what is in sight: charts that are made anew, and tests.
function noteView(u, key) {
  if (key !== "x" || u.scales.x.min == null) return;
  $("charts").dataset.from = u.scales.x.min;
  $("charts").dataset.to = u.scales.x.max;
}

// What is drawn in steps has the value of the last change, however near the next one is; of several at once the last.
function lastAtOrBefore(u, series, nearest, time) {
  const times = u.data[0];
  let i = nearest;
  while (i > 0 && times[i] > time) --i;
  while (i + 1 < times.length && times[i + 1] <= time) ++i;
  return i;
}

// The instant that is pointed at, which is one in all charts.
function showTime(u) {
  const place = u.root.querySelector(".u-legend .u-value");
  if (place) place.textContent = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x").toFixed(3) + " ms" : "–";
}

// `more`: height, label, series, y (a range), and what differs from chart to chart.
function timeChart(place, table, more) {
  const chart = new uPlot({
    width: $("charts").clientWidth,
    height: more.height,
    padding: [10, more.right ? 0 : rightRoom(), 0, 0],
    series: [{ label: "time" }, ...more.series],
    scales: {
      x: { time: false, range: (u, low, high) => (view = [Math.max(low, 0), high]) },
      y: { range: more.y },
      ...more.scales,
    },
    axes: [
      axis({ values: (u, marks) => shortTimes(marks), space: 70, size: 28 }),
      axis({ size: leftRoom(), label: more.label, ...more.left }),
      ...(more.right ? [more.right] : []),
    ],
    cursor: {
      y: false, points: { show: !more.drawn }, drag: { x: true, y: false }, sync: { key: "time", scales: ["x", null] },
      dataIdx: lastAtOrBefore,
    },
    legend: { show: !more.drawn },
    hooks: { setScale: [noteView], setCursor: [showTime], ...more.hooks },
  }, table, place);
  return chart;
}

const stepped = uPlot.paths.stepped({ align: 1 });
const line = (label, name, more) => ({
  label, stroke: color(name), width: 1.5, paths: stepped, points: { show: false }, value: count, ...more,
});
const fromZero = (least, margin) => (u, low, high) => [0, Math.max(high ?? least, least) * margin];
const wholeNumbers = [1, 2, 5].flatMap((n) => Array.from({ length: 10 }, (_, i) => n * 10 ** i)).sort((a, b) => a - b);

// A table of steps from 0 to `end`: the last value lasts.
function lasting(end, time, ...columns) {
  return [[0, ...time, end], ...columns.map((c) => [null, ...c, c.length ? c[c.length - 1] : null])];
}

function sequenceChart(place, flow, back, end, wholeWindow) {
  const acks = returning(back);
  const tip = make("div", { className: "tip", hidden: true });
  const above = make("div", { className: "above" });
  // We draw; the series only spans the axes.
  const chart = timeChart(place, [[0, end], [0, 0]], {
    height: narrow() ? 300 : 380, label: "bytes", drawn: true,
    series: [line("", "data", { paths: () => null })],
    y: () => bytesRange(bytesInSight(flow, acks, ...view), wholeWindow),
    left: { values: (u, marks) => marks.map(shortBytes) },
    hooks: {
      draw: [(u) => {
        drawSequence(u, flow, acks);
        above.textContent = windowAbove(u, bytesInSight(flow, acks, ...view).edge);
      }],
      setCursor: [(u) => showTip(u, tip, flow)],
    },
  });
  chart.over.append(above);
  chart.root.querySelector(".u-wrap").append(tip);
  return chart;
}

function windowChart(place, states, end) {
  const table = lasting(end, states.time, states.cwnd, states.ssthresh, states.inFlight, states.srtt);
  return timeChart(place, table, {
    height: narrow() ? 220 : 240, label: "segments",
    series: [
      line("cwnd", "accent"),
      line("ssthresh", "window", { dash: [6, 4] }),
      line("in flight", "ack", { width: 1 }),
      line("smoothed RTT", "sack", { scale: "rtt", width: 1, value: orNone(ms) }),
    ],
    y: fromZero(1, 1.05),
    left: { incrs: wholeNumbers },
    scales: { rtt: { range: (u, low, high) => [0, (high || 1) * 1.2] } },
    right: axis({
      side: 1, scale: "rtt", size: rightRoom(), grid: { show: false }, values: (u, marks) => shortTimes(marks),
    }),
  });
}

// Both directions in one table: how long the queues are, and how long they were when they dropped something.
function queueTable({ down, up }, end) {
  const lengths = [down, up].map((q) => [[0, ...q.time, end], [0, ...q.packets, q.packets[q.packets.length - 1] ?? 0]]);
  const drops = [down, up].map((q) => {
    const times = [...new Set(q.drops)];
    return [times, times.map(() => 0)];
  });
  const [time, toClient, toServer, ...dropped] = uPlot.join([...lengths, ...drops]);
  for (const column of [toClient, toServer]) {
    column.forEach((v, i) => { if (v == null) column[i] = column[i - 1]; });
  }
  const at = (column, length) => column.map((v, i) => (v == null ? null : length[i]));
  return [time, toClient, toServer, at(dropped[0], toClient), at(dropped[1], toServer)];
}

function queueChart(place, queues, end) {
  const dropped = (label) => ({
    label, stroke: color("again"), paths: () => null, value: orNone(() => "yes"),
    points: { show: true, size: 7, stroke: color("again"), fill: color("again") },
  });
  const table = queueTable(queues, end);
  const series = [line("to the client", "accent"), line("to the server", "window")];
  if (queues.down.drops.length + queues.up.drops.length > 0) {
    series.push(dropped("dropped to the client"), dropped("dropped to the server"));
  } else {
    table.length = 3;
  }
  return timeChart(place, table, {
    height: 200, label: "packets", series, y: fromZero(1, 1.08), left: { incrs: wholeNumbers },
  });
}
