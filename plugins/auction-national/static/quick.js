// SPDX-License-Identifier: LGPL-2.1-or-later
// The quick bids: absolute amounts that follow the least next bid, but never while one is being pressed.

const STEPS = [0, 2, 5]; // above the least, as the server makes them

const write = (amount) => amount.toLocaleString("en");

export function makeQuick(box) {
  const buttons = [...box.querySelectorAll(".quick > *")];
  const field = box.querySelector("#amount");
  let shown = null;
  let isHeld = false;

  function paint() {
    if (isHeld || !shown?.min_next) return;
    const step = shown.step || shown.min_next - (shown.price ?? 0);
    buttons.forEach((button, i) => {
      const amount = shown.min_next + STEPS[i] * step;
      button.querySelector(".money").textContent = `${write(amount)}원`;
      if (i > 0) button.querySelector("small span").textContent = write(amount - (shown.price || shown.min_next));
      if (button.href) button.href = button.href.replace(/amount=\d+/, `amount=${amount}`);
      else button.value = amount;
    });
    if (field) field.placeholder = write(shown.min_next);
  }

  function hold() {
    isHeld = true;
  }

  // After what the press sets off: the click, and the question before a first bid.
  function release() {
    setTimeout(() => {
      isHeld = document.querySelector("dialog[open]") !== null;
      paint();
    });
  }

  for (const button of buttons) button.addEventListener("pointerdown", hold);
  for (const name of ["pointerup", "pointercancel", "click"]) document.addEventListener(name, release);
  document.addEventListener("submit", release);
  document.addEventListener("close", release, true);
  return {
    show(state) {
      shown = state;
      paint();
    },
  };
}
