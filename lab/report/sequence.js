// The time-sequence chart, in the manner of tcptrace: as the sender of the data saw it. `flow` is what that end sent,
// `back` what the other end did.

const reasonsOfRepeats = words.reasons.map((reason) => /retransmission|tail loss probe/.test(reason));

// Positions that a packet takes: its payload, and one each for SYN and FIN.
const occupied = (flow, i) => flow.length[i] + (flow.flags[i] & 1) + ((flow.flags[i] >> 1) & 1);
const isData = (flow, i) => occupied(flow, i) > 0 && !flow.copy[i];
const isAgain = (flow, i) => reasonsOfRepeats[flow.reason[i]];
// What is on its way when the run ends is not.
const stillMoving = words.fates.indexOf("still on its way");
const isLost = (flow, i) => flow.arrived[i] === null && flow.fate[i] !== stillMoving;

// What came back: when an ACK reached the sender, up to where it confirmed and how far it allowed to send.
function returning(back) {
  const order = [];
  back.arrived.forEach((t, i) => { if (t !== null && back.ack[i] !== null) order.push(i); });
  order.sort((a, b) => back.arrived[a] - back.arrived[b] || a - b);
  const acks = { time: [], ack: [], edge: [], sacked: [] };
  let highest = 0, edge = 0;
  for (const i of order) {
    highest = Math.max(highest, back.ack[i]);
    edge = Math.max(edge, back.ack[i] + back.window[i]);
    acks.time.push(back.arrived[i]);
    acks.ack.push(highest);
    acks.edge.push(edge);
    const blocks = back.sacked[i] || [];
    for (let b = 0; b < blocks.length; b += 2) acks.sacked.push([back.arrived[i], blocks[b], blocks[b + 1]]);
  }
  return acks;
}

// The data between two instants: calls visit(i) for each.
function eachInSight(flow, min, max, visit) {
  for (let i = firstNotBelow(flow.sent, min); i < flow.sent.length && flow.sent[i] <= max; ++i) {
    if (isData(flow, i)) visit(i);
  }
}

// The bytes in sight: of the data and ACKs, and where the window's line ends.
function bytesInSight(flow, acks, min, max) {
  let low = Infinity, high = -Infinity, edge = -Infinity;
  const see = (a, b) => { low = Math.min(low, a); high = Math.max(high, b); };
  eachInSight(flow, min, max, (i) => see(flow.begin[i], flow.begin[i] + occupied(flow, i)));
  for (let i = Math.max(firstNotBelow(acks.time, min) - 1, 0); i < acks.time.length && acks.time[i] <= max; ++i) {
    see(acks.ack[i], acks.ack[i]);
    edge = Math.max(edge, acks.edge[i]);
  }
  return low > high ? { low: 0, high: 1, edge } : { low, high, edge };
}

// A window may be far above the data: all of it is drawn when it is asked for, else so much that the data stays large.
function bytesRange({ low, high, edge }, whole) {
  const span = Math.max(high - low, 1);
  const top = whole ? Math.max(edge, high) : Math.min(Math.max(edge, high), high + span * 0.4);
  const margin = Math.max(top - low, 1) * 0.03;
  return [low - margin, top + margin];
}

function windowAbove(u, edge) {
  return edge > u.scales.y.max ? `▴ the window ends above, at up to ${shortBytes(edge)}` : "";
}

// Draws on a chart's canvas, in its coordinates.
class Pen {
  constructor(u) {
    this.ctx = u.ctx;
    this.box = u.bbox;
    this.dot = devicePixelRatio || 1;
    this.min = u.scales.x.min;
    this.max = u.scales.x.max;
    this.x = (t) => u.valToPos(t, "x", true);
    this.y = (v) => u.valToPos(v, "y", true);
  }

  stroke(name, width, path) {
    this.ctx.beginPath();
    path(this.ctx);
    this.ctx.lineWidth = width * this.dot;
    this.ctx.strokeStyle = color(name);
    this.ctx.stroke();
  }

  // A line that holds its value until the next one. What falls on the same pixel as before is left out.
  steps(times, values, name) {
    this.stroke(name, 1, (ctx) => {
      let lastX = null, lastY = null;
      for (let i = Math.max(firstNotBelow(times, this.min) - 1, 0); i < times.length; ++i) {
        const x = Math.round(this.x(times[i])), y = Math.round(this.y(values[i]));
        if (x === lastX && y === lastY) continue;
        if (lastX === null) ctx.moveTo(x, y); else ctx.lineTo(x, lastY);
        ctx.lineTo(x, y);
        lastX = x;
        lastY = y;
        if (times[i] > this.max) break;
      }
      if (lastX !== null) ctx.lineTo(this.box.left + this.box.width, lastY);
    });
  }

  // A stroke for each segment, at least `tall` high. One that lies on the one before it is left out.
  segments(flow, name, width, tall, selects) {
    this.stroke(name, width, (ctx) => {
      let lastX = null, lastTop = 0, lastBottom = 0;
      eachInSight(flow, this.min, this.max, (i) => {
        if (!selects(i)) return;
        const x = Math.round(this.x(flow.sent[i])), bottom = this.y(flow.begin[i]);
        const top = Math.min(this.y(flow.begin[i] + occupied(flow, i)), bottom - tall * this.dot);
        if (x === lastX && top >= lastTop - 0.5 && bottom <= lastBottom + 0.5) return;
        ctx.moveTo(x, bottom);
        ctx.lineTo(x, top);
        lastX = x;
        lastTop = top;
        lastBottom = bottom;
      });
    });
  }

  // A cross on what was lost.
  losses(flow) {
    const arm = 3 * this.dot;
    let lastX = -Infinity, lastY = 0;
    this.stroke("again", 1, (ctx) => eachInSight(flow, this.min, this.max, (i) => {
      if (!isLost(flow, i)) return;
      const x = this.x(flow.sent[i]), y = this.y(flow.begin[i] + occupied(flow, i) / 2);
      if (Math.abs(x - lastX) < this.dot && Math.abs(y - lastY) < this.dot) return;
      lastX = x;
      lastY = y;
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x - arm, y + arm);
      ctx.lineTo(x + arm, y - arm);
    }));
  }
}

function drawSequence(u, flow, acks) {
  const pen = new Pen(u), { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  pen.steps(acks.time, acks.edge, "window");
  pen.steps(acks.time, acks.ack, "ack");
  pen.stroke("sack", 1, () => {
    for (const [t, a, b] of acks.sacked) {
      if (t < pen.min || t > pen.max) continue;
      ctx.moveTo(pen.x(t), pen.y(a));
      ctx.lineTo(pen.x(t), pen.y(b));
    }
  });
  pen.segments(flow, "data", 1.5, 2, (i) => !isAgain(flow, i));
  pen.segments(flow, "again", 3, 6, (i) => isAgain(flow, i));
  pen.losses(flow);
  ctx.restore();
}

function segmentText(flow, i) {
  const what = ["FIN", "SYN", "RST"].filter((_, bit) => flow.flags[i] & (1 << bit));
  const end = flow.begin[i] + flow.length[i];
  if (flow.length[i]) what.push(`${grouped(flow.begin[i])} to ${grouped(end)} (${grouped(flow.length[i])} B)`);
  const arrived = flow.arrived[i] === null ? words.fates[flow.fate[i]] : "arrived " + ms(flow.arrived[i]);
  return `${what.join(", ")}\n${words.reasons[flow.reason[i]]}\nsent ${ms(flow.sent[i])}, ${arrived}`;
}

// The segment next to a point of the plot, within so many pixels; -1: there is none.
function segmentAt(u, flow, x, y) {
  const reach = 24;
  let best = -1, least = reach * reach;
  eachInSight(flow, u.posToVal(x - reach, "x"), u.posToVal(x + reach, "x"), (i) => {
    const dx = u.valToPos(flow.sent[i], "x") - x;
    const bottom = u.valToPos(flow.begin[i], "y"), top = u.valToPos(flow.begin[i] + occupied(flow, i), "y");
    const dy = Math.max(y - bottom, top - y, 0);
    if (dx * dx + dy * dy >= least) return;
    best = i;
    least = dx * dx + dy * dy;
  });
  return best;
}

function showTip(u, tip, flow) {
  const { left: x, top: y } = u.cursor;
  const i = x >= 0 && y >= 0 ? segmentAt(u, flow, x, y) : -1;
  tip.hidden = i < 0;
  if (i < 0) return;
  tip.textContent = segmentText(flow, i);
  const { offsetLeft, offsetTop, clientWidth, clientHeight } = u.over;
  tip.style.left = offsetLeft + Math.max(0, Math.min(x + 12, clientWidth - tip.offsetWidth)) + "px";
  tip.style.top = offsetTop + (y > clientHeight / 2 ? y - tip.offsetHeight - 12 : y + 12) + "px";
}
