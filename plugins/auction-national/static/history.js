// SPDX-License-Identifier: LGPL-2.1-or-later
// The bids so far: a row for each that the room tells of; what it merged is asked for a little later.

const KEPT = 50;
const CALM = 2000;
const SPREAD = 3000; // so that not all who watch ask at once
const AGE_EVERY = 30000;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

const ago = new Intl.RelativeTimeFormat(document.documentElement.lang);

export function makeHistory({ rows, row, auction, me }) {
  let timer;
  let isSeen = false;
  let isStale = false;

  const newest = () => Number(rows.firstElementChild?.dataset.seq ?? -1);

  function makeRow({ seq, bidder, amount, at }) {
    const line = row.content.firstElementChild.cloneNode(true);
    const isOwn = bidder.id === me;
    const [name, sum, when] = line.children;
    line.dataset.seq = seq;
    line.classList.toggle("is-own", isOwn);
    name.firstElementChild.textContent = bidder.nickname;
    if (!isOwn) name.lastElementChild.remove();
    sum.textContent = `${amount.toLocaleString("en")}원`;
    when.firstElementChild.dateTime = at;
    return line;
  }

  function showTable() {
    for (const table of document.querySelectorAll('[data-live="bids"]')) table.hidden = rows.childElementCount === 0;
    for (const text of document.querySelectorAll('[data-live="no-bids"]')) text.hidden = rows.childElementCount > 0;
  }

  async function ask() {
    isStale = false;
    const answer = await fetch(`/api/v1/auctions/${auction}/bids?limit=${KEPT}`, { cache: "no-store" });
    if (!answer.ok) return;
    const { items } = await answer.json();
    if (items.length === 0 || items[0].seq < newest()) return;
    rows.replaceChildren(...items.map(makeRow));
    showTable();
    age();
  }

  // When it is calm again, and only where somebody sees it.
  function askSoon() {
    isStale = true;
    clearTimeout(timer);
    timer = setTimeout(() => isStale && isSeen && ask().catch(() => {}), CALM + Math.random() * SPREAD);
  }

  function age() {
    const now = Date.now() + Number(document.documentElement.dataset.ahead ?? 0);
    for (const time of rows.querySelectorAll("time")) {
      const seconds = (now - Date.parse(time.dateTime)) / 1000;
      const unit = UNITS.find(([, size]) => seconds >= size);
      if (unit) time.textContent = ago.format(-Math.floor(seconds / unit[1]), unit[0]);
    }
  }

  new IntersectionObserver(([seen]) => {
    isSeen = seen.isIntersecting;
    if (isSeen && isStale) askSoon();
  }).observe(document.getElementById("history"));
  setInterval(age, AGE_EVERY);
  return {
    follow(state, before, isTruth) {
      const bid = state.last_bid;
      const isGap = isTruth ? state.seq !== before.seq : state.bid_count - before.bid_count > 1;
      if (bid && bid.seq > newest()) {
        const line = makeRow(bid);
        line.classList.add("is-new");
        rows.prepend(line);
        while (rows.childElementCount > KEPT) rows.lastElementChild.remove();
        showTable();
      }
      if (isGap) askSoon();
    },
  };
}
