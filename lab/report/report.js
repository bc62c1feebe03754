// The page: which run, connection and direction is shown, in which colours.

let charts = [];
let run = null;  // its data; null: it has none
let chosen = { connection: 0, down: true };
let wholeWindow = false;  // the window's line in full, however small that makes the data

function zoom(from, to) {
  for (const chart of charts) chart.setScale("x", { min: from, max: to });
}

function endOfRun() {
  let end = 0;
  const see = (times) => { for (const t of times) if (t > end) end = t; };
  for (const { up, down } of run.connections) {
    for (const flow of [up, down]) [flow.sent, flow.arrived, flow.states.time].forEach(see);
  }
  [run.queues.up.time, run.queues.down.time].forEach(see);
  return end || 1;  // an axis has a length
}

// From its first packet until its last data came, and a little more. It may stay open for long after that.
function zoomToConnection() {
  const { up, down } = run.connections[chosen.connection];
  let from = Infinity, to = 0;
  for (const { sent, arrived, length } of [up, down]) {
    from = Math.min(from, sent[0] ?? Infinity);
    sent.forEach((t, i) => { if (length[i]) to = Math.max(to, arrived[i] ?? t); });
  }
  if (to === 0) [to] = [...up.sent.slice(-1), ...down.sent.slice(-1)].sort((a, b) => b - a);
  const margin = Math.max((to - from) * 0.1, 0.001);
  zoom(Math.max(from - margin / 5, 0), Math.min(to + margin, endOfRun()));
}

const thinned = (shown, all, text) => (shown === all ? "" : `${grouped(shown)} of ${grouped(all)} ${text}`);

function thinnedPackets({ up, down }) {
  return thinned(up.sent.length + down.sent.length, up.all + down.all, "packets of this connection are drawn, evenly " +
                 "chosen; of those that were sent again or lost as many as possible.");
}

function thinnedQueue({ up, down }) {
  const points = thinned(up.time.length + down.time.length, up.all + down.all, "changes are drawn: peaks and lows.");
  const drops = thinned(up.drops.length + down.drops.length, up.allDrops + down.allDrops, "drops are drawn.");
  return `${points} ${drops}`.trim();
}

function drawCharts() {
  for (const chart of charts) chart.destroy();
  charts = [];
  const connection = run.connections[chosen.connection], { queues } = run;
  const [flow, back] = chosen.down ? [connection.down, connection.up] : [connection.up, connection.down];
  const end = endOfRun();
  const place = (id, hasData, draw, otherwise, leftOut) => {
    $(id).replaceChildren();
    if (hasData) charts.push(draw($(id))); else $(id).append(none(otherwise));
    if (leftOut) $(id).append(note(leftOut));
  };
  place("sequence", flow.sent.length, (at) => sequenceChart(at, flow, back, end, wholeWindow), "This end sent nothing.",
        thinnedPackets(connection));
  place("window", flow.states.time.length, (at) => windowChart(at, flow.states, end), "Of this end nothing is known.",
        thinned(flow.states.time.length, flow.allStates, "changes are drawn: peaks and lows."));
  const waited = [queues.up, queues.down].some((q) => q.time.length + q.drops.length > 0);
  place("queue", waited, (at) => queueChart(at, queues, end), "No packet ever waited at [link].",
        thinnedQueue(queues));
}

function showConnection() {
  drawCharts();
  zoomToConnection();
}

function controls() {
  const connections = make("select", { id: "connection" }, ...run.connections.map((c, i) =>
    make("option", { value: i, textContent: `${c.id}: ${c.client} to ${c.server}` })));
  const directions = make("select", { id: "direction" },
                          make("option", { value: "down", textContent: "server to client" }),
                          make("option", { value: "up", textContent: "client to server" }));
  connections.value = chosen.connection;
  directions.value = chosen.down ? "down" : "up";
  connections.onchange = () => { chosen.connection = +connections.value; showConnection(); };
  directions.onchange = () => { chosen.down = directions.value === "down"; showConnection(); };
  const whole = make("input", { type: "checkbox", id: "whole-window", checked: wholeWindow });
  whole.onchange = () => { wholeWindow = whole.checked; remake(); };
  const button = (id, textContent, onclick) => make("button", { type: "button", id, textContent, onclick });
  return make("p", { className: "controls" },
              make("label", {}, "Connection ", connections), make("label", {}, "Data ", directions),
              button("whole", "whole run", () => zoom(0, endOfRun())),
              button("fit", "this connection's data", zoomToConnection), make("label", {}, whole, " whole window"));
}

function colorKey(entries) {
  return make("ul", { className: "legend" }, ...Object.entries(entries).map(([name, text]) => {
    const item = make("li", { textContent: text });
    const square = `<svg><rect width="12" height="12" style="fill: var(--${name})"/></svg>`;
    item.insertAdjacentHTML("afterbegin", square);
    return item;
  }));
}

// The connection and direction with most of the data.
function chooseBusiest() {
  const bytes = (flow) => flow.length.reduce((sum, n) => sum + n, 0);
  const totals = run.connections.map(({ up, down }) => bytes(up) + bytes(down));
  const connection = totals.indexOf(Math.max(...totals));
  const { up, down } = run.connections[connection];
  chosen = { connection, down: down.sent.length > 0 && bytes(down) >= bytes(up) };
}

function showRun(number) {
  for (const element of document.querySelectorAll(".run")) element.hidden = +element.dataset.run !== number;
  for (const chart of charts) chart.destroy();
  charts = [];
  run = json("charts-" + number);
  const title = (textContent) => make("h3", { textContent });
  const chart = (id) => make("div", { id, className: "chart" });
  $("charts").replaceChildren(title("Segments over time"));
  if (!run) {
    $("charts").append(none("No charts: this run sent no packet."));
    return;
  }
  chooseBusiest();
  $("charts").append(controls());
  if (run.leftOut) {
    $("charts").append(note(`The first ${run.connections.length} connections are here; ` +
                            `${grouped(run.leftOut)} more are not.`));
  }
  $("charts").append(
    colorKey({
      data: "data", again: "sent again; ✗ lost", ack: "acknowledged", sack: "SACK",
      window: "end of the receiver's window",
    }),
    chart("sequence"),
    note("Drag to zoom, double-click for the whole run. Segments stand where they leave the sender, ACKs where they " +
         "reach it."),
    title("The sender's windows and RTT"), chart("window"),
    title("Queue of [link]: packets that wait"), chart("queue"));
  showConnection();
}

const drawSweepAgain = startSweep();

// Colours and sizes are read when a chart is made.
function remake() {
  if (run) {
    const { from, to } = $("charts").dataset;
    drawCharts();
    zoom(+from, +to);
  }
  drawSweepAgain();
}

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function startTheme() {
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);
  const button = $("theme");
  const show = () => { button.textContent = isDark() ? "light" : "dark"; };
  button.onclick = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
    remake();
  };
  systemIsDark.onchange = () => {
    show();
    remake();
  };
  button.hidden = false;
  show();
}

function startResizing() {
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    remake();
  });
}

// Paper is white and has a width of its own.
function startPrinting() {
  let theme;
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    document.body.style.width = "680px";
    for (const folded of document.querySelectorAll("details:not([open])")) folded.open = folded.dataset.folded = true;
    remake();
  });
  addEventListener("afterprint", () => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    document.body.style.width = "";
    for (const folded of document.querySelectorAll("details[data-folded]")) {
      folded.open = false;
      delete folded.dataset.folded;
    }
    remake();
  });
}

startTheme();
startResizing();
startPrinting();
if ($("run")) {
  $("run").onchange = () => showRun(+$("run").value);
  $("run").value = 0;  // a browser that goes back to the page may remember another
  showRun(0);
}
