// The page's time over the axes of a sweep.

const shades = ["accent", "connect", "wait", "tls", "again", "dns", "window", "soft", "receive", "ink"];
let sweepChart = null;

// How unevenly steps differ: their standard deviation over their mean.
function unevenness(rising) {
  const steps = rising.slice(1).map((v, i) => v - rising[i]);
  const mean = steps.reduce((sum, s) => sum + s, 0) / steps.length;
  return Math.sqrt(steps.reduce((sum, s) => sum + (s - mean) ** 2, 0) / steps.length) / mean;
}

// Whether values are rather multiplied from step to step than added to, as in `tcplab plot`.
function growsByFactors(rising) {
  const last = rising[rising.length - 1];
  return rising.length > 2 && rising[0] > 0 && last >= 8 * rising[0] &&
    unevenness(rising.map(Math.log)) < unevenness(rising);
}

// From the 5th to the 95th percentile of the repetitions, behind the points.
function drawSpreads(u, spreads) {
  const { ctx } = u, dot = devicePixelRatio || 1, arm = 4 * dot;
  ctx.save();
  ctx.lineWidth = 1.2 * dot;
  spreads.forEach((line, i) => {
    if (!u.series[i + 1].show) return;
    ctx.strokeStyle = color(shades[i]);
    ctx.beginPath();
    line.forEach((spread, place) => {
      if (!spread) return;
      const x = u.valToPos(u.data[0][place], "x", true);
      const [low, high] = spread.map((v) => u.valToPos(v, "y", true));
      ctx.moveTo(x, low);
      ctx.lineTo(x, high);
      for (const y of [low, high]) {
        ctx.moveTo(x - arm, y);
        ctx.lineTo(x + arm, y);
      }
    });
    ctx.stroke();
  });
  ctx.restore();
}

// The pages over the values of axis `which`, a line for each variant, where the other axes are as `fixed` says.
function pagesOver({ axes, variants, points, spread }, which, fixed) {
  const over = axes[which];
  const order = over.at.map((_, i) => i).sort((i, j) => over.at[i] - over.at[j]);
  const rank = [];  // of a value among those in order
  order.forEach((value, place) => { rank[value] = place; });
  const lines = variants.slice(0, shades.length).map(() => order.map(() => null));
  const spreads = lines.map(() => order.map(() => null));
  points.forEach(([variant, ...places], row) => {
    const page = places.pop();
    const isHere = variant < lines.length && places.every((v, i) => i === which || v === fixed[i]);
    if (!isHere) return;
    lines[variant][rank[places[which]]] = page;
    spreads[variant][rank[places[which]]] = spread[row];
  });
  return { over, order, at: order.map((i) => over.at[i]), lines, spreads };
}

function drawSweep(data, which, fixed) {
  if (sweepChart) sweepChart.destroy();
  const { over, order, at, lines, spreads } = pagesOver(data, which, fixed);
  const label = (v) => over.labels[order[at.indexOf(v)]] ?? "";
  const series = lines.map((_, i) => ({
    label: data.variants[i] || "page", stroke: color(shades[i]), width: 1.5,
    value: (u, v, s, at) => (v == null ? "–" : ms(v) + spreadText(spreads[i][at])),
    ...(over.words ? { paths: () => null } : {}),  // between words lies nothing
    points: { show: true, size: 6, fill: color("paper") },
  }));
  const logarithmic = growsByFactors(at);
  const top = Math.max(...spreads.flat().map((s) => (s ? s[1] : 0)), 0);
  const spreadText = (s) => (s ? `, ${ms(s[0])} to ${ms(s[1])}` : "");
  const margin = at.length > 1 ? (at[at.length - 1] - at[0]) * 0.04 : 1;
  const inSight = (u, low, high) => (logarithmic ? [low / 1.2, high * 1.2] : [low - margin, high + margin]);
  const title = [over.key, over.unit].filter(Boolean).join(", ");
  const every = Math.ceil(at.length / (narrow() ? 5 : 12));
  const splits = () => at.filter((_, i) => i % every === 0);
  const text = logarithmic ? (v) => +v.toPrecision(4) : label;
  const marks = over.unit && !logarithmic ? {} : { splits, filter: (u, all) => all, values: (u, all) => all.map(text) };
  sweepChart = new uPlot({
    width: $("sweep-chart").clientWidth,
    height: narrow() ? 260 : 320,
    padding: [10, 20, 0, 0],
    series: [{ label: over.key, value: orNone(label) }, ...series],
    scales: {
      x: { time: false, range: inSight, ...(logarithmic ? { distr: 3 } : {}) },
      y: { range: (u, low, high) => [0, (Math.max(high ?? 0, top) || 1) * 1.06] },
    },
    axes: [
      axis({ label: title, size: 28, space: 60, ...marks }),
      axis({ label: "page time", size: leftRoom(), values: (u, all) => shortTimes(all) }),
    ],
    hooks: { drawAxes: [(u) => drawSpreads(u, spreads)] },
    cursor: { drag: { x: false, y: false } },
  }, [at, ...lines], $("sweep-chart"));
}

// Puts the chart and what chooses its axis in their place; returns what draws it again.
function startSweep() {
  const data = json("sweep-data");
  if (!data) return () => {};
  let which = 0;
  const fixed = data.axes.map(() => 0);
  const box = (id, texts, choose) => {
    const select = make("select", { id }, ...texts.map((text, i) => make("option", { value: i, textContent: text })));
    select.onchange = () => {
      choose(+select.value);
      draw();
    };
    return select;
  };
  const others = data.axes.map((a, i) =>
    make("label", {}, a.key + " ", box("sweep-at-" + i, a.labels, (v) => { fixed[i] = v; })));
  const draw = () => {
    others.forEach((label, i) => { label.hidden = i === which; });
    drawSweep(data, which, fixed);
  };
  const place = $("sweep-place");
  place.replaceChildren();
  if (data.axes.length > 1) {
    const axes = box("sweep-over", data.axes.map((a) => a.key), (v) => { which = v; });
    place.append(make("p", { className: "controls" }, make("label", {}, "Over ", axes), ...others));
  }
  place.append(make("div", { id: "sweep-chart", className: "chart" }));
  if (data.variants.length > shades.length) {
    place.append(note(`${shades.length} of ${data.variants.length} variants are drawn; summary.csv has all.`));
  }
  if (data.spread.some(Boolean)) {
    place.append(note("Medians of the repetitions, with what lies between their 5th and 95th percentiles."));
  }
  draw();
  return draw;
}
