// SPDX-License-Identifier: LGPL-2.1-or-later
// Countdowns that follow the server's clock, never the device's.

const SECOND = 1000;
const MARKS = [300, 60, 10]; // seconds before the end that are said aloud
const KEPT = 5; // measurements that are compared
const ODD = 5 * SECOND; // a message is never that late: this device's clock was set instead

// How far the server's clock is ahead of this one, in milliseconds. The page's own stamp will do until it has been measured.
let offset = Number(document.documentElement.dataset.now) - Date.now();
let measured = [];

function setOffset(value) {
  offset = value;
  document.documentElement.dataset.ahead = Math.round(value);
}
setOffset(offset);

// The shorter the way, the better the measurement; a clock that was set makes the earlier ones worthless.
function learn(time, sent, back) {
  const now = { offset: time - (sent + back) / 2, trip: back - sent };
  if (measured.some((one) => Math.abs(one.offset - now.offset) > ODD)) measured = [];
  measured = [...measured.slice(1 - KEPT), now];
  setOffset(measured.reduce((best, one) => (one.trip < best.trip ? one : best)).offset);
}

// A message on its own tells that the server's clock is that far at least.
function learnLeast(time) {
  const least = time - Date.now();
  if (least > offset || least < offset - ODD) {
    measured = [];
    setOffset(least);
  }
}

async function measure() {
  const sent = Date.now();
  const answer = await fetch("/api/v1/auction-types", { credentials: "omit", cache: "no-store" });
  const back = Date.now();
  const { server_time: time } = await answer.json();
  if (time) learn(Date.parse(time), sent, back);
}

const pad = (n) => String(n).padStart(2, "0");

function words(left, names) {
  const seconds = Math.ceil(left / SECOND);
  const days = Math.floor(seconds / 86400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days > 0 ? `${days}${names.days} ${clock}` : clock;
}

// Says a mark when it is passed, not when the page is opened behind it; again, when the end was moved away from it.
function announce(clock, seconds) {
  const due = MARKS.findIndex((mark) => seconds <= mark && clock.last > mark && seconds > mark - 5);
  clock.last = seconds;
  if (due >= 0 && clock.speaker) clock.speaker.textContent = clock.element.dataset.marks.split("|")[due];
}

function tick(clock) {
  const left = Date.parse(clock.element.getAttribute("datetime")) - (Date.now() + offset);
  const isOver = left <= 0;
  clock.element.textContent = isOver ? clock.element.dataset.over : words(left, clock.element.dataset);
  clock.element.classList.toggle("is-soon", left < 3600 * SECOND);
  if (isOver && !clock.isOver) clock.element.dispatchEvent(new CustomEvent("over", { bubbles: true }));
  clock.isOver = isOver;
  if (!isOver) announce(clock, Math.ceil(left / SECOND));
}

function startClocks() {
  const clocks = [...document.querySelectorAll("time[data-clock]")].map((element) => ({
    element,
    speaker: document.getElementById(element.dataset.clock),
    last: 0,
    isOver: false,
  }));
  if (clocks.length === 0) return;
  let timer;
  const step = () => {
    clearTimeout(timer);
    clocks.forEach(tick);
    timer = setTimeout(step, SECOND - ((((Date.now() + offset) % SECOND) + SECOND) % SECOND));
  };
  const again = () => measure().catch(() => {}).finally(step);
  again();
  // A page that was asleep, or put away by the browser's button, can't know what its clock did meanwhile.
  addEventListener("pageshow", (event) => event.persisted && again());
  document.addEventListener("visibilitychange", () => document.hidden || again());
  document.addEventListener("resume", again);
  // Other scripts tell what they learn: `{ time }`, or `{ time, sent, back }`; and that a countdown's `datetime` has changed.
  document.addEventListener("servertime", ({ detail: { time, sent, back } }) => {
    if (sent === undefined) learnLeast(time);
    else learn(time, sent, back);
    step();
  });
}

startClocks();
