// SPDX-License-Identifier: LGPL-2.1-or-later
// Bids over the line: the forms of the page, sent without loading it anew, each answered in words.

const ANSWER_WITHIN = 2000;
const GIVE_UP_AFTER = 8000; // one try over HTTP
const TRIES = 5;

const money = (amount) => `${amount.toLocaleString("en")}원`;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");

/** Takes over the bid forms in `box` while `room` is live for who sees the page. */
export function takeBids(box, { isLive, send, onAccepted, onRefused }) {
  const words = box.querySelector('[data-live="panel"]').dataset;
  const says = box.querySelector('[data-live="says"]');
  let pending = null;
  let unknown = null; // a bid that was never answered: pressed again, it is the same bid
  let timer;

  function say(text, tone) {
    says.textContent = text;
    says.className = `bid-says${tone ? ` is-${tone}` : ""}`;
  }

  function setBusy(isBusy) {
    box.classList.toggle("is-sending", isBusy);
    for (const button of box.querySelectorAll("[data-bid] button")) {
      if (isBusy) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  const tell = (key, bid, result) => words[key].replace("[amount]", money(bid.amount)).replace("[next]", money(result?.min_next ?? 0));

  function accept(bid, result) {
    say(tell(words[result.status] ? result.status : "accepted", bid, result), result.status === "outbid" ? "bad" : "good");
    const input = bid.form.querySelector("input[data-money]");
    if (input && input.value.replace(/\D/g, "") === String(bid.amount)) input.value = "";
    onAccepted(result);
  }

  function refuse(bid, error) {
    say(tell("refused", bid).replace("[reason]", () => sentence(error.detail ?? error.code ?? "?")), "bad");
    onRefused(error);
  }

  function finish(bid, answer) {
    clearTimeout(timer);
    pending = null;
    unknown = answer ? null : bid;
    setBusy(false);
    if (!answer) say(tell("unknown", bid), "bad");
    else if (answer.ok) accept(bid, answer.result);
    else refuse(bid, answer.error);
  }

  async function post(bid) {
    const answer = await fetch(`/api/v1/auctions/${box.dataset.auction}/bids`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": bid.id, "X-CSRF-Token": bid.form.elements.csrf_token.value },
      body: JSON.stringify({ [bid.field]: bid.amount }),
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    const body = await answer.json();
    if (answer.status >= 500) throw new Error(body.code);
    return answer.ok ? { ok: true, result: body } : { ok: false, error: body };
  }

  // The same id, so that the bid stands once, whichever way it arrived.
  async function askAgain(bid) {
    clearTimeout(timer);
    if (bid.isAsking) return;
    bid.isAsking = true;
    say(tell("asking", bid));
    for (let i = 0; i < TRIES && pending === bid; i++) {
      const answer = await post(bid).catch(() => null);
      if (pending !== bid) return;
      if (answer) return finish(bid, answer);
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** i * (0.5 + Math.random())));
    }
    if (pending === bid) finish(bid, null);
  }

  function place(form, field, amount) {
    const again = unknown && unknown.field === field && unknown.amount === amount;
    const bid = { id: again ? unknown.id : newId(), form, field, amount, isAsking: false };
    pending = bid;
    setBusy(true);
    document.getElementById("bid-error")?.remove();
    say(tell("sending", bid));
    send({ type: "bid", id: bid.id, [field]: amount });
    timer = setTimeout(() => askAgain(bid), ANSWER_WITHIN);
  }

  box.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-bid]") || (!pending && !isLive())) return;
    if (!pending && form.dataset.confirm && !form.dataset.confirmed) return; // it is asked about first
    event.preventDefault();
    event.stopPropagation();
    delete form.dataset.confirmed;
    if (pending) return;
    const input = form.querySelector("input[data-money]");
    place(form, (input ?? event.submitter).name, Number((input ?? event.submitter).value.replace(/\D/g, "")));
  });

  return {
    answer: (message) => pending && message.id === pending.id && finish(pending, message),
    lineIs: (status) => pending && status !== "live" && askAgain(pending),
  };
}
