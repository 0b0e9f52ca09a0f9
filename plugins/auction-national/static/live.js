// SPDX-License-Identifier: LGPL-2.1-or-later
// The live room: what the server tells, shown on the auction's page; its forms go on working when this does not.
import { takeBids } from "./bids.js";
import { openRoom } from "./line.js";
import { makeVoice } from "./voice.js";
import { makeView } from "./view.js";

const SHOWN_EVERY = 100; // milliseconds: nobody reads faster

const box = document.querySelector("[data-room]");

// The first state at once, of those that follow close behind the newest.
function makeGate(show) {
  let newest = null;
  let timer;

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    if (newest === null) return;
    const state = newest;
    newest = null;
    timer = setTimeout(flush, SHOWN_EVERY);
    show(state);
  }

  return {
    flush,
    take: (state) => {
      newest = state;
      if (timer === undefined) flush();
    },
  };
}

function start() {
  const view = makeView(box);
  const voice = makeVoice(view.find("panel").dataset, view.find("polite"), view.find("assertive"));
  const bids = takeBids(box, { isLive: () => room.isLive() && view.isMe(), send: (bid) => room.send(bid), onAccepted: view.takeResult, onRefused: view.takeMinimum });
  const gate = makeGate((state) => view.show(state, false));
  const told = {
    hello: (message) => {
      gate.flush();
      view.greet(message);
      const { auction } = message;
      view.show({ ...auction, price: auction.winning_price ?? auction.price, seq: message.seq, last_bid: null }, true);
    },
    state: gate.take,
    ended: (message) => {
      gate.flush();
      view.show({ ...message, closed_at: message.server_time }, false);
    },
    watchers: (message) => view.count("watchers", message.count),
    bid_result: (message) => {
      gate.flush();
      bids.answer(message);
    },
  };
  view.listen(voice.tell, voice.say);
  const room = openRoom(box.dataset.room, {
    onStatus: (status) => {
      view.connect(status);
      bids.lineIs(status);
    },
    onMessage: (message) => told[message.type]?.(message),
  });
  // What should have come by now and has not, is asked for; at another moment by each who watches.
  box.addEventListener("over", () => setTimeout(() => view.isWaiting() && room.send({ type: "resync" }), 2000 + Math.random() * 3000));
}

if (box) start();
