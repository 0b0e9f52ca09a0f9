// SPDX-License-Identifier: LGPL-2.1-or-later
// Countdowns that follow the server's clock, never the device's.

const SECOND = 1000;
const ANNOUNCED = [300, 60, 10]; // seconds before the end that are said aloud

// How far the server's clock is ahead of this one, in milliseconds. The page's own stamp will do until it has been measured.
let offset = Number(document.documentElement.dataset.now) - Date.now();

async function measure() {
  const sent = Date.now();
  const answer = await fetch("/api/v1/auction-types", { credentials: "omit", cache: "no-store" });
  const back = Date.now();
  const { server_time: time } = await answer.json();
  if (time) offset = Date.parse(time) - (sent + back) / 2;
}

const pad = (n) => String(n).padStart(2, "0");

function words(left, names) {
  const seconds = Math.ceil(left / SECOND);
  const days = Math.floor(seconds / 86400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days > 0 ? `${days}${names.days} ${clock}` : clock;
}

function announce(clock, seconds) {
  const due = ANNOUNCED.find((mark) => seconds <= mark && clock.last > mark);
  clock.last = seconds;
  if (due === undefined || !clock.speaker) return;
  clock.speaker.textContent = clock.element.dataset.left.replace("{time}", clock.element.textContent);
}

function tick(clock) {
  const left = Date.parse(clock.element.getAttribute("datetime")) - (Date.now() + offset);
  if (left <= 0) {
    clock.element.textContent = clock.element.dataset.over;
    clock.element.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    return false;
  }
  clock.element.textContent = words(left, clock.element.dataset);
  clock.element.classList.toggle("is-soon", left < 3600 * SECOND);
  announce(clock, Math.ceil(left / SECOND));
  return true;
}

function startClocks() {
  let clocks = [...document.querySelectorAll("time[data-clock]")].map((element) => ({
    element,
    speaker: document.getElementById(element.dataset.clock),
    last: Infinity,
  }));
  if (clocks.length === 0) return;
  const step = () => {
    clocks = clocks.filter(tick);
    if (clocks.length > 0) setTimeout(step, SECOND - ((Date.now() + offset) % SECOND));
  };
  measure().catch(() => {}).finally(step);
  addEventListener("pageshow", (event) => {
    if (event.persisted) measure().catch(() => {});
  });
}

startClocks();
