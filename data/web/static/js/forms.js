// SPDX-License-Identifier: LGPL-2.1-or-later
// Forms: commas in amounts, a question before the first bid, one answer to a double click.

const group = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

// Keeps the caret behind the digit that it was behind.
function onMoneyInput(event) {
  const input = event.target;
  const before = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
  const text = group(input.value.replace(/\D/g, ""));
  let place = 0;
  for (let seen = 0; seen < before && place < text.length; place++) if (/\d/.test(text[place])) seen++;
  input.value = text;
  input.setSelectionRange(place, place);
}

// crypto.randomUUID is missing where a site is reached without TLS.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// A key stands for one intention: what is sent again unchanged keeps it, what is changed gets another.
function rotateKey(form) {
  const key = form.elements.idempotency_key;
  if (key) key.value = newKey();
}

// What stays available after a bid of that much.
function showRest(dialog, amount) {
  const stays = dialog.querySelector("[data-stays]");
  if (!stays || dialog.dataset.spendable === undefined) return;
  const rest = Number(dialog.dataset.spendable) - amount;
  stays.hidden = rest < 0;
  dialog.querySelector("[data-short]").hidden = rest >= 0;
  dialog.querySelector("[data-stays-amount]").textContent = `${group(String(rest))}원`;
}

function ask(form, submitter) {
  const dialog = document.getElementById(form.dataset.confirm);
  const amount = submitter?.value || form.querySelector("input[data-money]")?.value;
  const shown = group(String(amount ?? "").replace(/\D/g, ""));
  if (!dialog || !shown) return false;
  for (const place of dialog.querySelectorAll("[data-amount]")) place.textContent = `${shown}원`;
  showRest(dialog, Number(shown.replace(/\D/g, "")));
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  }, { once: true });
  return true;
}

function onSubmit(event) {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.dataset.confirm && !form.dataset.confirmed && ask(form, event.submitter)) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post") return;
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
}

// Coming back by the browser's button: the page as it was, so it may be sent again, as a new intention.
function onPageShow(event) {
  if (!event.persisted) return;
  for (const form of document.forms) {
    delete form.dataset.sent;
    delete form.dataset.confirmed;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    rotateKey(form);
  }
}

for (const input of document.querySelectorAll("input[data-money]")) input.addEventListener("input", onMoneyInput);
document.addEventListener("input", (event) => event.target.form && rotateKey(event.target.form));
document.addEventListener("submit", onSubmit);
addEventListener("pageshow", onPageShow);

// Something written on the page to hand on, such as an auction's address.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
    button.querySelector("[data-label]").textContent = button.dataset.copied;
  });
}
