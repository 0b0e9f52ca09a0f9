// SPDX-License-Identifier: LGPL-2.1-or-later
// The line to a room: it comes back by itself, and finds out when it is dead.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const STEADY = 10000; // a line that held that long starts counting its failures anew
const PATIENCE = 10000; // to be greeted
const PROOF = 3000; // to answer after a sleep
const LOOK = 5000;
const FOR_GOOD = [1003, 1007, 1008, 1009, 4404, 4410]; // to come back would change nothing
const RESTART = 1001;
const TOO_MANY = 1013;
const SESSION_ENDED = 4401;

function pauseAfter(failures, code) {
  const steps = failures - 1 + (code === TOO_MANY ? 3 : 0);
  const grown = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** steps);
  return grown * (0.5 + Math.random()) + (code === RESTART ? Math.random() * 2000 : 0);
}

/** Opens the room at `path`. `onStatus` gets live, reconnecting, off or signed-out; `onMessage` each message. */
export function openRoom(path, { onStatus, onMessage }) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let socket = null;
  let since = 0; // when the greeting came, 0: not yet
  let heard = 0;
  let asked = 0;
  let heartbeat = 25000;
  let failures = 0;
  let hasBeenLive = false;
  let isOver = false;
  let timer;

  const isLive = () => socket !== null && since > 0;

  function send(message) {
    if (isLive()) socket.send(JSON.stringify(message));
  }

  function ping() {
    asked = performance.now();
    send({ type: "ping", t: Date.now() });
  }

  function lose(code) {
    clearTimeout(timer);
    if (socket) socket.onclose = socket.onmessage = null;
    socket?.close();
    socket = null;
    if (since > 0 && performance.now() - since > STEADY) failures = 0;
    since = 0;
    failures++;
    isOver = FOR_GOOD.includes(code);
    if (code === SESSION_ENDED) onStatus("signed-out");
    onStatus(isOver || failures > (hasBeenLive ? 5 : 2) ? "off" : "reconnecting");
    if (!isOver) timer = setTimeout(connect, pauseAfter(failures, code));
  }

  function hear(message) {
    heard = performance.now();
    if (message.server_time) {
      const detail = { time: Date.parse(message.server_time) };
      if (message.type === "pong") Object.assign(detail, { sent: message.t, back: Date.now() });
      document.dispatchEvent(new CustomEvent("servertime", { detail }));
    }
    if (message.type !== "hello") return onMessage(message);
    clearTimeout(timer);
    since = heard;
    hasBeenLive = true;
    heartbeat = (message.heartbeat_s || 25) * 1000;
    onMessage(message);
    onStatus("live");
    ping();
  }

  function connect() {
    clearTimeout(timer);
    socket = new WebSocket(url);
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = (event) => lose(event.code);
    timer = setTimeout(lose, PATIENCE);
  }

  // The network's own pings are not seen here, so a line that died is only told by what does not come.
  setInterval(() => {
    if (!isLive()) return;
    if (performance.now() - heard > 2 * heartbeat) lose();
    else if (performance.now() - asked > heartbeat) ping();
  }, LOOK);

  function wake() {
    if (isOver || document.hidden) return;
    if (!isLive()) {
      if (!socket) connect();
      return;
    }
    ping();
    const line = socket;
    const then = asked;
    setTimeout(() => socket === line && heard < then && lose(), PROOF);
  }

  for (const name of ["visibilitychange", "resume"]) document.addEventListener(name, wake);
  for (const name of ["online", "pageshow"]) addEventListener(name, wake);
  addEventListener("offline", () => isLive() && lose());
  connect();
  return { send, isLive };
}
