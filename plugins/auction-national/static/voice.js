// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said aloud: prices politely and at most one in five seconds, being outbid at once.

const PRICE_EVERY = 5000;

const money = (amount) => `${amount.toLocaleString("en")}원`;

/** `words`: the sentences; `polite` and `assertive`: the live regions. `tell` takes each change of the view, `say` anything else. */
export function makeVoice(words, polite, assertive) {
  let lastPrice = -Infinity;
  let timer;
  let newest = null;

  const fill = (text, state) => text.replace("[price]", money(state.price)).replace("[name]", () => state.leader?.nickname ?? state.winner?.nickname ?? "");

  function sayPrice() {
    clearTimeout(timer);
    timer = undefined;
    lastPrice = performance.now();
    polite.textContent = fill(newest.leader ? words.sayLeader : words.sayPrice, newest);
  }

  function tellPrice(state) {
    newest = state;
    const wait = lastPrice + PRICE_EVERY - performance.now();
    if (wait <= 0) sayPrice();
    else timer ??= setTimeout(sayPrice, wait);
  }

  function tellEnd(state, banner) {
    clearTimeout(timer);
    polite.textContent = [banner, state.winner && state.price ? fill(words.sayWinner, { ...state, leader: null }) : ""].join(" ");
  }

  function tell({ state, isOutbid, isOver, hasMoved, extension, banner, isMine }) {
    if (isOver) return tellEnd(state, banner);
    if (extension) {
      polite.textContent = extension;
      lastPrice = performance.now(); // the price waits until this was heard
    }
    if (isOutbid && state.price) assertive.textContent = fill(words.sayOutbid, state);
    else if (isOutbid) assertive.textContent = banner;
    else if (hasMoved && state.price && !isMine) tellPrice(state);
  }

  return { tell, say: (text) => { polite.textContent = text; } };
}
