// SPDX-License-Identifier: LGPL-2.1-or-later
// Moves the number beside the inbox's link, and says what has come. Without it all of that is there on the next page.
const badge = document.querySelector('[data-badge="/inbox"]');
const fresh = document.querySelector('[data-inbox-new]');
const voice = document.createElement('p');
let pause = 1000;
let spoke = 0;

function show(unread) {
  badge.textContent = unread > 99 ? '99+' : unread;
  badge.hidden = !unread;
}

// Politely, and not one after the other.
function say(text) {
  if (Date.now() - spoke < 5000) return;
  spoke = Date.now();
  voice.textContent = text;
}

function take({ type, unread, notification }) {
  if (type === 'hello') pause = 1000;
  if (unread >= 0) show(unread);
  if (!notification) return;
  say(notification.subject);
  if (fresh) fresh.hidden = false;
}

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/me`);
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = ({ code }) => {
    // Signed out, a fault of ours, or switched off: the next page knows more.
    if ([4401, 1008, 4410].includes(code)) return;
    setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, 60000);
  };
}

// Who follows a message's link has read it.
function mark({ target }) {
  const form = target.closest('[data-letter] a')?.closest('[data-letter]').querySelector('form');
  if (form) fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual', keepalive: true });
}

if (badge) {
  voice.className = 'visually-hidden';
  voice.setAttribute('role', 'status');
  document.body.append(voice);
  document.addEventListener('click', mark);
  // A browser may refuse sockets at all.
  try { connect(); } catch {}
}
