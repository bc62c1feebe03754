// The page's time over the axes of a sweep.

const shades = ["accent", "connect", "wait", "tls", "again", "dns", "window", "soft", "receive", "ink"];
let sweepChart = null;

// Over the values of axis `which`, a line for each variant, where the other axes are as `fixed` says.
function drawSweep({ axes, variants, points }, which, fixed) {
  if (sweepChart) sweepChart.destroy();
  const over = axes[which];
  const order = over.at.map((_, i) => i).sort((i, j) => over.at[i] - over.at[j]);
  const at = order.map((i) => over.at[i]);
  const lines = variants.slice(0, shades.length).map(() => at.map(() => null));
  for (const [variant, ...places] of points) {
    const page = places.pop();
    const isHere = variant < lines.length && places.every((v, i) => i === which || v === fixed[i]);
    if (isHere) lines[variant][order.indexOf(places[which])] = page;
  }
  const label = (v) => over.labels[order[at.indexOf(v)]] ?? "";
  const series = lines.map((_, i) => ({
    label: variants[i] || "page", stroke: color(shades[i]), width: 1.5, value: orNone(ms),
    points: { show: true, size: 6, fill: color("paper") },
  }));
  const margin = at.length > 1 ? (at[at.length - 1] - at[0]) * 0.04 : 1;
  const title = [over.key, over.unit].filter(Boolean).join(", ");
  const named = { splits: () => at, values: (u, marks) => marks.map(label) };
  sweepChart = new uPlot({
    width: $("sweep-chart").clientWidth,
    height: narrow() ? 260 : 320,
    padding: [10, 20, 0, 0],
    series: [{ label: over.key, value: orNone(label) }, ...series],
    scales: {
      x: { time: false, range: (u, low, high) => [low - margin, high + margin] },
      y: { range: (u, low, high) => [0, (high || 1) * 1.06] },
    },
    axes: [
      axis({ label: title, size: 28, space: 60, ...(over.unit ? {} : named) }),
      axis({ label: "page_ms", size: leftRoom(), values: (u, marks) => marks.map(shortTime) }),
    ],
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
  draw();
  return draw;
}
