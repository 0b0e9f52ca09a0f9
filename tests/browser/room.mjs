// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests of live rooms share: listings, windows, and waiting for what a page tells.
import assert from 'node:assert/strict';

export const PATIENCE = 60000;

/** Lists something that starts in `starts` seconds and ends in `seconds`; returns it as the API tells. */
export async function list(site, seller, { type = 'national', starts = 0, seconds = 3600, ...terms }) {
  const inSeconds = (n) => new Date(Date.now() + n * 1000).toISOString();
  const listed = await site.api(seller.token, 'POST', '/api/v1/auctions', {
    type, title: '한정판 운동화 Limited sneakers', description: '-', category: 'sports', ends_at: inSeconds(seconds), terms,
    ...(starts > 0 ? { starts_at: inSeconds(starts) } : {}),
  });
  assert.equal(listed.status, 201, JSON.stringify(listed.body));
  return listed.body;
}

export const listSneakers = (site, seller, terms) => list(site, seller, { start_price: 10000, step: 1000, ...terms });

export async function bid(site, person, auction, amount, key) {
  const answer = await site.api(person.token, 'POST', `/api/v1/auctions/${auction.id}/bids`, { amount }, key ? { 'Idempotency-Key': key } : {});
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

/** A window, signed in as `person` if one is given. `prepare` gets the page before anything is loaded. */
export async function openWindow(browser, site, { person, lang = 'ko', width = 390, prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 844 }, locale: lang === 'ko' ? 'ko-KR' : 'en-US', ...options });
  await context.addCookies([{ name: 'nb_lang', value: lang, url: site.url }]);
  if (person) await context.addCookies([{ name: 'nb_session', value: person.token, url: site.url }]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.stack));
  await prepare?.(page);
  return page;
}

/** Closes windows, of which none may have had a fault in a script. */
export async function close(...pages) {
  for (const page of pages) {
    await page.context().close();
    assert.deepEqual(page.faults, []);
  }
}

export async function enter(page, site, auction) {
  await page.goto(`${site.url}/auctions/${auction.id}`);
  await connection(page, 'live');
  // A page that was loaded anew does not have it.
  await page.evaluate(() => { globalThis.isSamePage = true; });
}

export const connection = (page, name) => page.locator(`[data-connection="${name}"]:not(.is-away)`).waitFor();
export const stands = (page, state) => page.locator(`[data-state="${state}"]:not(.is-away)`).waitFor();
export const shows = (page, name, text) => page.locator(`:not(.live-bar) > [data-live="${name}"]`, { hasText: text }).first().waitFor();
export const says = (page, name, text) => page.locator(`[data-live="${name}"]`, { hasText: text }).waitFor({ state: 'attached' });
export const isSamePage = (page) => page.evaluate(() => globalThis.isSamePage === true);

export async function confirmFirst(page) {
  await page.locator('dialog[open] button[value="yes"]').click();
}

/** Presses the first quick bid, and says yes when asked. */
export async function pressQuick(page, { isFirst = false } = {}) {
  await page.locator('.quick button').first().click();
  if (isFirst) await confirmFirst(page);
}

export async function balance(site, person) {
  const { available, locked } = (await site.api(person.token, 'GET', '/api/v1/wallet')).body;
  return { available, locked, total: available + locked };
}

/** Waits until `look` gives something true. */
export async function until(look, what) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
