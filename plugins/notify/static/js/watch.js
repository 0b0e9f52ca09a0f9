// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows whether one watches this auction, and the button that changes it; without this the page offers to watch.
const place = document.querySelector("[data-watch]");

function show(isWatching) {
  const state = isWatching ? "yes" : "no";
  for (const form of document.querySelectorAll("[data-watch-form]")) form.hidden = form.dataset.watchForm !== state;
  for (const text of document.querySelectorAll("[data-watch-says]")) text.hidden = text.dataset.watchSays !== state;
}

if (place) {
  try {
    const answer = await fetch(place.dataset.watch, { headers: { Accept: "application/json" } });
    if (answer.ok) show((await answer.json()).watching);
  } catch {
    // The forms still work.
  }
}
