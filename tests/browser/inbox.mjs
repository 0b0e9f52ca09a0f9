// SPDX-License-Identifier: LGPL-2.1-or-later
// The inbox: its number moves while a page is open, what people choose is kept, and all of it works without scripts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bid, close, list, openWindow, until } from './room.mjs';
import { launch, startSite } from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HTML_BUDGET = 14000;
const SCRIPT_BUDGET = 1000;

let site;
let browser;
let seller;
let people;
before(async () => {
  site = await startSite({ auctions: 0, people: 14 });
  browser = await launch();
  [seller, ...people] = site.tokens;
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const nextPeople = (n) => people.splice(0, n);
const badge = (page, text) => page.locator('[data-badge="/inbox"]:not([hidden])', { hasText: text }).waitFor();
const noBadge = (page) => page.locator('[data-badge="/inbox"][hidden]').waitFor({ state: 'attached' });
const letter = (page, text) => page.locator('.letter', { hasText: text }).first();

const unread = async (person) => (await site.api(person.token, 'GET', '/api/v1/notifications')).body.unread;
const waitForUnread = (person, n) => until(async () => (await unread(person)) === n, `${n} unread messages`);

/** Somebody who has read all that demo data gave them. */
async function readAll(person) {
  // What was written down before comes first, so nothing old can follow.
  const kinds = async () => (await site.api(person.token, 'GET', '/api/v1/notifications?group=system')).body.items;
  await until(async () => (await kinds()).some((message) => message.kind === 'deposit'), 'the first deposit');
  assert.equal((await site.api(person.token, 'POST', '/api/v1/notifications/read', {})).body.unread, 0);
}

/** An auction in which the first of two bids, and the second bids above. */
async function outbid(first, second) {
  const auction = await list(site, seller, { type: 'national', start_price: 10000, step: 1000 });
  await bid(site, first, auction, 10000);
  await bid(site, second, auction, 12000);
  return auction;
}

async function open(options, path) {
  const page = await openWindow(browser, site, options);
  await page.goto(site.url + path);
  await page.evaluate(() => { globalThis.isSamePage = true; }).catch(() => {});
  return page;
}

async function look(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ').slice(0, 300)}`), [], what);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px wider than its window`);
}

for (const lang of ['ko', 'en']) {
  test(`being outbid moves the number without loading the page again, and reading elsewhere clears it (${lang})`, async () => {
    const [anne, bora] = nextPeople(2);
    await readAll(anne);
    const page = await open({ person: anne, lang }, '/wallet');
    await noBadge(page);
    await outbid(anne, bora);
    await badge(page, '1');
    await page.locator('p[role="status"]', { hasText: lang === 'ko' ? '더 높은 입찰이 나왔어요' : 'You were outbid' }).waitFor({ state: 'attached' });
    assert.ok(await page.evaluate(() => globalThis.isSamePage), 'the page was not loaded again');

    // In another window: what to do next, and marking all as read.
    const other = await open({ person: anne, lang, width: 1280 }, '/inbox');
    await badge(other, '1');
    const first = letter(other, lang === 'ko' ? '더 높은 입찰이 나왔어요' : 'You were outbid');
    await first.locator('.money', { hasText: '12,000원' }).waitFor();
    await first.locator('a.button').waitFor();
    await other.locator('form[action="/inbox/read"] button').click();
    await noBadge(other);
    await noBadge(page);
    assert.ok(await page.evaluate(() => globalThis.isSamePage));
    await close(page, other);
  });
}

test('on the inbox itself a link to what is new appears, and following a message reads it', async () => {
  const [anne, bora] = nextPeople(2);
  await readAll(anne);
  const page = await open({ person: anne }, '/inbox');
  const fresh = page.locator('[data-inbox-new]');
  await fresh.waitFor({ state: 'hidden' });
  const auction = await outbid(anne, bora);
  await fresh.waitFor();
  await fresh.locator('a').click();
  await letter(page, '더 높은 입찰이 나왔어요').locator('h2 a').click();
  await page.waitForURL(`**/auctions/${auction.id}`);
  await waitForUnread(anne, 0);
  await noBadge(page);
  await close(page);
});

test('a kind that was switched off on the settings page comes no more', async () => {
  const [anne, bora] = nextPeople(2);
  await readAll(anne);
  const page = await open({ person: anne, lang: 'en' }, '/inbox/settings');
  const box = page.getByLabel('You were outbid: Inbox');
  assert.ok(await box.isChecked());
  await box.uncheck();
  await page.locator('main form button').click();
  await page.locator('.flash', { hasText: 'Your choices are saved.' }).waitFor();
  assert.ok(!await page.getByLabel('You were outbid: Inbox').isChecked());
  assert.ok(await page.getByLabel('You won: Inbox').isChecked());
  await outbid(anne, bora);
  // What came after it is there, so it would be there too.
  await site.api(anne.token, 'POST', '/api/v1/wallet/deposits', { amount: 5000 }, { 'Idempotency-Key': 'after' });
  await badge(page, '1');
  const { items } = (await site.api(anne.token, 'GET', '/api/v1/notifications?unread=true')).body;
  assert.deepEqual(items.map((message) => message.kind), ['deposit']);
  await close(page);
});

test('axe finds nothing, and pages are small', async () => {
  const [anne, bora] = nextPeople(2);
  await outbid(anne, bora);
  await until(async () => (await unread(anne)) > 0, 'something to show');
  for (const lang of ['ko', 'en']) {
    for (const [width, colorScheme] of [[390, 'light'], [1280, 'dark']]) {
      for (const path of ['/inbox', '/inbox?group=sales', '/inbox/settings']) {
        const page = await open({ person: anne, lang, width, colorScheme, bypassCSP: true }, path);
        await look(page, `${path} ${lang} ${width}`);
        await close(page);
      }
    }
  }
  const headers = { Cookie: `nb_session=${anne.token}` };
  for (const path of ['/inbox', '/inbox/settings']) {
    const html = Buffer.from(await (await fetch(site.url + path, { headers })).arrayBuffer());
    const size = gzipSync(html, { level: 9 }).length;
    assert.ok(size <= HTML_BUDGET, `${path}: ${size} bytes compressed`);
  }
  const [script] = (await (await fetch(`${site.url}/inbox`, { headers })).text()).match(/\/static\/[0-9a-f]+\/notify\/js\/inbox\.js/);
  const size = gzipSync(await (await fetch(site.url + script)).text(), { level: 9 }).length;
  assert.ok(size <= SCRIPT_BUDGET, `inbox.js: ${size} bytes compressed`);
});

test('all of it works without scripts', async () => {
  const [anne, bora] = nextPeople(2);
  await readAll(anne);
  await outbid(anne, bora);
  await outbid(anne, bora);
  await waitForUnread(anne, 2);
  const page = await openWindow(browser, site, { person: anne, lang: 'en', javaScriptEnabled: false });
  await page.goto(`${site.url}/inbox`);
  await badge(page, '2');
  await page.locator('.letter.is-unread form button').first().click();
  await badge(page, '1');
  assert.equal(await page.locator('.letter.is-unread').count(), 1);
  await page.locator('form[action="/inbox/read"] button').click();
  await page.locator('.flash', { hasText: 'Marked as read.' }).waitFor();
  assert.equal(await page.locator('.letter.is-unread').count(), 0);
  await page.goto(`${site.url}/inbox/settings`);
  await page.locator('#quiet-from').fill('22:00');
  await page.locator('main form button').click();
  await page.locator('#quiet-to-fault', { hasText: 'Quiet hours begin and end at a time of the day, such as 22:00.' }).waitFor();
  assert.equal(await page.locator('#quiet-from').inputValue(), '22:00');
  await page.locator('#quiet-to').fill('07:00');
  await page.locator('main form button').click();
  await page.locator('.flash').waitFor();
  assert.equal(await page.locator('#quiet-to').inputValue(), '07:00');
  await close(page);
});

test('a page whose WebSocket is blocked is whole', async () => {
  const [anne] = people;
  const page = await open({
    person: anne,
    prepare: (window) => window.addInitScript(() => {
      globalThis.WebSocket = class { constructor() { throw new DOMException('blocked', 'SecurityError'); } };
    }),
  }, '/inbox');
  await page.locator('h1', { hasText: '알림함' }).waitFor();
  await page.locator('a[href="/inbox/settings"]').click();
  await page.waitForURL('**/inbox/settings');
  await page.locator('main form button').click();
  await page.locator('.flash').waitFor();
  await close(page);
});

test('signed out, no page asks for news', async () => {
  const page = await openWindow(browser, site, {});
  const asked = [];
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.goto(site.url);
  assert.equal(await page.locator('script[src*="inbox.js"]').count(), 0);
  assert.equal(await page.locator('a[href="/inbox"]').count(), 0);
  assert.deepEqual(asked, []);
  await close(page);
});

test('switched off there is no link, no script and no page', async () => {
  const plain = await startSite({ auctions: 1, people: 4, settings: ['plugins.notify=disabled'] });
  try {
    const page = await openWindow(browser, plain, { person: plain.tokens[1] });
    for (const path of ['/', '/wallet', '/me', '/search']) {
      await page.goto(plain.url + path);
      assert.equal(await page.locator('a[href^="/inbox"], script[src*="inbox"]').count(), 0, path);
    }
    assert.equal((await page.goto(`${plain.url}/inbox`)).status(), 404);
    await close(page);
  } finally {
    await plain.stop();
  }
});
