"use strict";
// What the scripts of a report share. They are one script when they come to the page, in the order tools.js,
// sequence.js, charts.js, sweep.js, report.js. Without them everything but the charts is there. Times are in ms.

const $ = (id) => document.getElementById(id);
const json = (id) => ($(id) ? JSON.parse($(id).textContent) : null);
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const words = json("words");  // for the numbers of reasons and fates

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
const note = (text) => make("p", { className: "note", textContent: text });
const none = (text) => make("p", { className: "none", textContent: text });

const grouped = (n) => n.toLocaleString("en-US");
const ms = (t) => +t.toFixed(6) + " ms";
const orNone = (text) => (u, v) => (v == null ? "–" : text(v));
const count = orNone((v) => v);

// The marks of an axis in one unit.
function shortTimes(marks) {
  const inSeconds = Math.max(...marks.map(Math.abs)) >= 1000;
  return marks.map((t) => (t === 0 ? "0" : inSeconds ? +(t / 1000).toFixed(6) + " s" : ms(t)));
}

function shortBytes(n) {
  if (n >= 1e6) return +(n / 1e6).toFixed(3) + " M";
  return n >= 1e3 ? +(n / 1e3).toFixed(3) + " k" : n;
}

// The first index whose value is not below `least`; `values` rise.
function firstNotBelow(values, least) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < least) low = middle + 1; else high = middle;
  }
  return low;
}

const narrow = () => document.querySelector("main").clientWidth < 560;
// Room for the numbers beside a chart: the same for all, so that one instant is at one place in each.
const leftRoom = () => (narrow() ? 50 : 64);
const rightRoom = () => (narrow() ? 46 : 56);

function axis(more) {
  const font = "11px system-ui, sans-serif";
  return {
    stroke: color("soft"), font, labelFont: font, labelSize: 16,
    grid: { stroke: color("line"), width: 1 }, ticks: { show: false }, ...more,
  };
}
