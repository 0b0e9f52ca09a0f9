// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of an auction as it moves: the newest public state, and where the viewer stands in it.
import { makeHistory } from "./history.js";
import { makeQuick } from "./quick.js";

const OVER = ["sold", "unsold", "cancelled"];
const HOLD_ASKED_AFTER = 1000; // milliseconds

const money = (amount) => `${amount.toLocaleString("en")}원`;
const isKorean = document.documentElement.lang === "ko";
const clock = { timeZone: "Asia/Seoul", hourCycle: "h23", hour: "2-digit", minute: "2-digit" };
const dates = new Intl.DateTimeFormat(isKorean ? "ko" : "en", { ...clock, month: isKorean ? "numeric" : "short", day: "numeric", weekday: "short" });
const seconds = new Intl.DateTimeFormat("en-GB", { ...clock, second: "2-digit" });

// As the pages write it: 11월 21일(토) 22:15, or Sat 21 Nov, 22:15.
function writeTime(at) {
  const parts = Object.fromEntries(dates.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const { month, day, weekday, hour, minute } = parts;
  return isKorean ? `${month}월 ${day}일(${weekday}) ${hour}:${minute}` : `${weekday} ${day} ${month}, ${hour}:${minute}`;
}

// States may come many times a second, so nothing is looked for twice.
function findHooks() {
  const hooks = {};
  for (const element of document.querySelectorAll("[data-live]")) (hooks[element.dataset.live] ??= []).push(element);
  return hooks;
}

export function makeView(box) {
  const me = box.dataset.person;
  const isSeller = "isSeller" in box.dataset;
  const banners = [...box.querySelectorAll("[data-state]")];
  const hooks = findHooks();
  const all = (name) => hooks[name] ?? [];
  const find = (name) => all(name)[0];
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const write = (name, text) => all(name).forEach((element) => put(element, text));
  const showIf = (name, isShown) => all(name).forEach((element) => { element.hidden = !isShown; });
  const count = (name, n) => all(name).forEach((element) => put(element, element.dataset[n === 1 ? "one" : "many"].replace("[n]", n.toLocaleString("en"))));

  const countdowns = box.querySelectorAll("time[data-clock]");
  const history = makeHistory({ rows: find("history"), row: find("row"), auction: box.dataset.auction, me });
  const quick = makeQuick(box);
  let state = { seq: Number(box.dataset.seq), status: box.dataset.status, step: Number(box.dataset.step) };
  let standing = banners.find((banner) => !banner.classList.contains("is-away"))?.dataset.state;
  let hasBid = "hasBid" in box.dataset;
  let hold = null; // null: as the page says
  let heldAt = 0; // the seq that it is known of
  let isHoldAsked = false;
  let isMe = false;
  let isSignedOut = false;
  let connection;
  let myName = "";
  let reached = 0; // the moment that the countdown has come to
  let shownEnd;
  let onChange = () => {};
  let onConnection = () => {};

  function findStanding() {
    const leads = me !== "" && state.leader?.id === me;
    if (state.status === "sold") return state.winner?.id === me && me ? "won" : isSeller ? "sold" : hasBid ? "lost" : "ended";
    if (state.status === "unsold") return hasBid ? "returned" : "unsold";
    if (state.status === "closing" || (state.status === "open" && reached === Date.parse(state.ends_at))) return "closing";
    if (state.status === "cancelled" || state.status === "paused") return state.status;
    if (isSeller) return "seller";
    if (leads) return "leading";
    if (hasBid) return state.leader ? "outbid" : "stands";
    return me ? "none" : "watching";
  }

  function paintStanding() {
    for (const banner of banners) banner.classList.toggle("is-away", banner.dataset.state !== standing);
    write("standing", banners.find((banner) => banner.dataset.state === standing)?.querySelector("b").textContent ?? "");
    if (hasBid) for (const form of box.querySelectorAll("[data-bid]")) delete form.dataset.confirm;
  }

  // The forms go away under someone who was in them: what became of it is where they go on.
  function focusStanding() {
    const banner = banners.find(({ dataset }) => dataset.state === standing);
    if (!banner) return;
    banner.tabIndex = -1;
    banner.focus({ preventScroll: true });
  }

  function paintPrices() {
    const price = state.price ?? state.start_price;
    if (price) write("price", money(price));
    showIf("with-price", Boolean(state.price));
    showIf("without-price", !state.price);
    if (typeof state.bid_count === "number") count("bid-count", state.bid_count);
    if (state.min_next) write("min-next", money(state.min_next));
    quick.show(state);
    const buy = find("buy");
    if (buy) buy.hidden = state.buy_now_price === null || state.price >= Number(buy.dataset.price);
    if (typeof state.reserve_met === "boolean") {
      showIf("reserve-met", state.reserve_met);
      showIf("reserve-open", !state.reserve_met);
    }
  }

  function paintPeople(isOver) {
    write("leader", state.leader?.nickname ?? "–");
    showIf("leads", !isOver);
    write("winner", state.winner?.nickname ?? "");
    showIf("wins", isOver && Boolean(state.winner));
    if (isOver || standing === "outbid") hold = 0;
    if (hold !== null) write("hold", money(hold));
  }

  function paintTimes(isOver) {
    const isScheduled = state.status === "scheduled";
    const end = (isOver && state.closed_at) || state.ends_at;
    if (end !== shownEnd) {
      shownEnd = end;
      find("ends").dateTime = end;
      find("ends").textContent = writeTime(end);
    }
    for (const time of countdowns) time.dateTime = isScheduled ? state.starts_at : state.ends_at;
    showIf("until-start", isScheduled);
    showIf("until-end", !isScheduled);
    showIf("starts", isScheduled);
    showIf("waits", isScheduled);
    showIf("extended", !isScheduled);
    showIf("clock", !isOver && state.status !== "paused");
    showIf("when-over", isOver);
    showIf("when-running", !isOver);
  }

  function paint() {
    const isOver = OVER.includes(state.status);
    paintStanding();
    paintPrices();
    paintPeople(isOver);
    paintTimes(isOver);
    const left = find("forms");
    if (left && !left.hidden && state.status !== "open" && left.contains(document.activeElement)) focusStanding();
    showIf("forms", state.status === "open");
    showIf("next", state.status === "open");
    showIf("reserve", state.status === "open");
    showIf("cancel", !isOver && !state.bid_count);
    if (isOver) {
      showIf("bar", false);
      paintConnection();
    }
  }

  // Returns: in words, when the end moved away
  function tellExtension(before) {
    if (!before.ends_at || state.status !== "open" || Date.parse(state.ends_at) <= Date.parse(before.ends_at)) return "";
    const text = find("extended").dataset.words.replace("[time]", seconds.format(new Date(state.ends_at)));
    write("extended", text);
    return text;
  }

  // Who leads by a bid that was sent another way: what is held for it only the wallet tells.
  async function askHold() {
    const { seq } = state;
    const answer = await fetch("/api/v1/wallet").then((response) => (response.ok ? response.json() : null)).catch(() => null);
    isHoldAsked = false;
    if (!answer || heldAt >= seq) return;
    hold = answer.holds.find((one) => one.auction_id === box.dataset.auction)?.amount ?? 0;
    heldAt = seq;
    paint();
    lookForHold();
  }

  function lookForHold() {
    if (!isMe || standing !== "leading" || heldAt >= state.seq || isHoldAsked) return;
    isHoldAsked = true;
    setTimeout(() => (standing === "leading" && heldAt < state.seq ? askHold() : (isHoldAsked = false)), HOLD_ASKED_AFTER);
  }

  function settle(before) {
    const stood = standing;
    if (me && state.leader?.id === me) hasBid = true;
    standing = findStanding();
    paint();
    lookForHold();
    onChange({
      state,
      isOutbid: standing === "outbid" && stood !== "outbid",
      isOver: OVER.includes(state.status) && !OVER.includes(before.status),
      hasMoved: before.price !== undefined && state.price !== before.price,
      isMine: state.leader?.id === me && me !== "",
      extension: tellExtension(before),
      banner: banners.find((banner) => banner.dataset.state === standing)?.innerText ?? "",
    });
  }

  const words = (kind, name) => box.querySelector(`[data-${kind}="${name}"]`).textContent;

  function paintConnection() {
    const how = OVER.includes(state.status) ? "" : connection === "live" && isSignedOut ? "signed-out" : connection;
    for (const mark of box.querySelectorAll("[data-connection]")) mark.classList.toggle("is-away", mark.dataset.connection !== connection);
    for (const line of box.querySelectorAll("[data-how]")) line.classList.toggle("is-away", line.dataset.how !== how);
  }

  // The price stays in sight on a small screen.
  new IntersectionObserver(([seen]) => showIf("bar", !seen.isIntersecting && !OVER.includes(state.status))).observe(box.querySelector(".price-line"));
  box.addEventListener("over", ({ target }) => {
    if (!target.closest('[data-live="clock"]')) return;
    reached = Date.parse(target.dateTime);
    standing = findStanding();
    paintStanding();
  });

  return {
    find,
    count,
    listen: (change, line) => { onChange = change; onConnection = line; },
    isMe: () => isMe,
    /** Whether the countdown came to its end and nothing was told since. */
    isWaiting: () => reached > 0 && reached === Date.parse(state.status === "scheduled" ? state.starts_at : state.ends_at) && !OVER.includes(state.status),
    greet({ you, auction }) {
      isMe = Boolean(you) && you.id === me;
      isSignedOut = me !== "" && !isMe;
      if (isMe) {
        hold = you.hold ?? 0;
        heldAt = auction.seq;
        myName = you.nickname;
      }
      if (hold > 0 || auction.my_max) hasBid = true;
    },
    connect(status) {
      const before = connection;
      if (status === "signed-out") isSignedOut = true;
      else connection = status;
      paintConnection();
      if (before === undefined || before === connection) return;
      onConnection(connection === "live" && isSignedOut ? words("how", "signed-out") : words("connection", connection));
    },
    /** `isTruth`: a greeting counts whatever came before it; of others only what is newer. */
    show(next, isTruth) {
      const isEnd = next.type === "ended";
      if (!isTruth && next.seq < state.seq + (isEnd ? 0 : 1)) return;
      const before = state;
      state = { ...before, ...next, price: next.price ?? (isEnd ? before.price : null) };
      // Who won is told right behind it.
      if (next.type === "state" && OVER.includes(next.status)) state.status = "closing";
      history.follow(state, before, isTruth);
      settle(before);
    },
    takeResult(result) {
      hasBid = true;
      hold = result.hold;
      heldAt = result.seq;
      const before = state;
      if (result.seq > state.seq) state = { ...before, price: result.price, min_next: result.min_next, leader: result.status === "leading" ? { id: me, nickname: myName } : before.leader };
      settle(before);
    },
    takeMinimum({ min_next: minimum }) {
      if (!(minimum > state.min_next)) return;
      state = { ...state, min_next: minimum };
      paint();
    },
  };
}
