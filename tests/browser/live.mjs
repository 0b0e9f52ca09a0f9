// SPDX-License-Identifier: LGPL-2.1-or-later
// The live room: two people in two windows, and what becomes of it when the network, a clock or the server fails them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  balance, bid, close, confirmFirst, connection, enter, isSamePage, list, listSneakers, openWindow, pressQuick, says, shows, stands, until,
} from './room.mjs';
import { launch, startSite } from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCRIPT_BUDGET = 15000;

let site;
let browser;
let seller;
let anne;
let bora;
let chan;
before(async () => {
  site = await startSite({ auctions: 3, settings: ['plugin auction-local.live=on'] });
  browser = await launch();
  [seller, anne, bora, chan] = site.tokens;
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** axe and the width, as the page stands. */
async function look(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ').slice(0, 300)}`), [], what);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px wider than its window`);
}

test('two people bid against each other without loading a page again, and one wins', async () => {
  const auction = await listSneakers(site, seller, { extend_window_s: 3600, seconds: 1800, buy_now_price: 90000 });
  const before = { anne: await balance(site, anne), bora: await balance(site, bora), seller: await balance(site, seller) };
  const a = await openWindow(browser, site, { person: anne, bypassCSP: true });
  const b = await openWindow(browser, site, { person: bora, lang: 'en', width: 1280, bypassCSP: true, colorScheme: 'dark' });
  await enter(a, site, auction);
  await enter(b, site, auction);
  await a.locator('[data-live="watchers"]', { hasText: '2명이 보고 있어요' }).waitFor();
  await b.locator('[data-live="watchers"]', { hasText: '2 are watching' }).waitFor();
  await stands(a, 'none');

  // The first bid is asked about: amount, what stays, the rule. Then it moves both windows, and the end.
  await a.locator('.quick button', { hasText: '10,000원' }).click();
  const dialog = a.locator('dialog[open]');
  await dialog.locator('[data-amount]', { hasText: '10,000원' }).waitFor();
  await dialog.locator('[data-stays-amount]', { hasText: `${(before.anne.available - 10000).toLocaleString('en')}원` }).waitFor();
  await dialog.locator('button[value="no"]').click();
  assert.equal((await site.api(anne.token, 'GET', `/api/v1/auctions/${auction.id}`)).body.bid_count, 0);
  await pressQuick(a, { isFirst: true });
  await stands(a, 'leading');
  await says(a, 'says', '10,000원에 입찰했어요. 지금 최고 입찰자예요.');
  await shows(b, 'price', '10,000원');
  await shows(b, 'bid-count', '1 bid');
  await shows(b, 'min-next', '11,000원');
  await says(b, 'polite', 'Extended: it now ends at');
  await b.locator('[data-live="extended"]', { hasText: 'Extended: it now ends at' }).waitFor();
  await a.locator('[data-live="extended"]', { hasText: '연장됐어요' }).waitFor();
  await b.locator('[data-live="history"] tr').waitFor();
  await look(a, 'leading');

  // What is typed stays when states arrive; the quick bids follow them.
  await b.locator('#amount').fill('12,000');
  await bid(site, chan, auction, 13000);
  await shows(b, 'price', '13,000원');
  await stands(a, 'outbid');
  await says(a, 'assertive', '다른 분이 더 높게 입찰했어요. 지금 가격은 13,000원이에요.');
  assert.equal((await balance(site, anne)).locked, before.anne.locked, 'what was held for the one outbid is free again');
  await pressQuick(a);
  await stands(a, 'leading');
  await b.locator('.quick button', { hasText: '15,000원' }).first().waitFor();
  assert.equal(await b.locator('#amount').inputValue(), '12,000');
  assert.equal(await b.evaluate(() => document.activeElement.id), 'amount', 'the focus stays where it is');

  // An amount that is too low now is refused with the new minimum, and stays in the field.
  await b.locator('#amount').press('Enter');
  await confirmFirst(b);
  await b.locator('[data-live="says"]', { hasText: /15,000원\. Your bid of 12,000원 was refused; no money moved\./ }).waitFor();
  assert.equal(await b.locator('#amount').inputValue(), '12,000');
  await b.locator('#amount').fill('16,000');
  await b.locator('#amount').press('Enter');
  await confirmFirst(b);
  await stands(b, 'leading');
  assert.equal(await b.locator('#amount').inputValue(), '');
  await stands(a, 'outbid');
  await says(a, 'assertive', '다른 분이 더 높게 입찰했어요. 지금 가격은 16,000원이에요.');
  await look(a, 'outbid');
  await look(b, 'leading, dark');

  // A maximum above a standing one leads; the other is told at once that somebody's maximum is higher.
  await b.locator('details summary').first().click();
  await b.locator('#max').fill('30000');
  await b.locator('#max').press('Enter');
  await says(b, 'says', 'Your bid of 30,000원 stands.');
  await pressQuick(a);
  await says(a, 'says', '다른 분의 최대 금액이 더 높아요');
  await stands(a, 'outbid');
  assert.ok(await isSamePage(a) && await isSamePage(b), 'no page was loaded again');

  // The end: one buys it at once, and both are told who won.
  await b.locator('form[action$="/buy-now"] button').click();
  await confirmFirst(b);
  await stands(b, 'won');
  await stands(a, 'lost');
  await says(a, 'polite', /님이 90,000원에 낙찰받았어요/);
  await a.locator('[data-live="winner"]', { hasText: (await site.api(bora.token, 'GET', '/api/v1/me')).body.nickname }).waitFor();
  assert.ok(await a.locator('[data-live="forms"]').isHidden());
  assert.ok(await isSamePage(a));
  await look(a, 'ended');
  assert.deepEqual(await balance(site, anne), before.anne);
  assert.equal((await balance(site, bora)).total, before.bora.total - 90000);
  assert.ok((await balance(site, seller)).total > before.seller.total);
  await close(a, b);
  site.doctor();
});

test('the end comes by itself, and the winner is shown to both', async () => {
  for (let seconds = 8; ; seconds *= 2) {
    const a = await openWindow(browser, site, { person: anne });
    const b = await openWindow(browser, site, { lang: 'en' });
    const auction = await listSneakers(site, seller, { seconds });
    await bid(site, anne, auction, 10000);
    const opened = await Promise.all([enter(a, site, auction), enter(b, site, auction)].map((entered) => entered.then(() => true)))
      .catch((error) => error);
    const isInTime = opened !== undefined && await a.locator('[data-state="won"].is-away').count() === 1;
    if (isInTime) {
      await stands(a, 'won');
      await stands(b, 'ended');
      await b.locator('[data-live="wins"]').waitFor();
      assert.ok(await isSamePage(a) && await isSamePage(b));
    }
    await close(a, b);
    if (isInTime) return;
    assert.ok(seconds < 100, 'no page was there before its auction ended');
  }
});

test('who is signed out watches, and is led to signing in with the amount of the moment', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { lang: 'en' });
  await enter(page, site, auction);
  await stands(page, 'watching');
  await bid(site, anne, auction, 20000);
  await shows(page, 'price', '20,000원');
  await page.locator('.quick a', { hasText: '21,000원' }).click();
  await page.waitForURL(/sign-in.*amount=21000/);
  await close(page);
});

// Keeps when the page tried to connect.
function watchTries() {
  const Real = globalThis.WebSocket;
  globalThis.tries = [];
  globalThis.WebSocket = class extends Real {
    constructor(...words) {
      super(...words);
      if (this.url.includes('/ws/auctions/')) globalThis.tries.push(performance.now());
    }
  };
}

test('a page without its socket says so, tries again ever more rarely, and the same is done by forms', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, {
    person: anne,
    prepare: async (p) => {
      await p.routeWebSocket(/\/ws\/auctions\//, (ws) => ws.close());
      await p.addInitScript(watchTries);
    },
  });
  await page.goto(`${site.url}/auctions/${auction.id}`);
  await connection(page, 'off');
  await page.waitForFunction(() => globalThis.tries.length >= 4);
  const tries = await page.evaluate(() => globalThis.tries);
  [250, 500, 1000].forEach((least, i) => assert.ok(tries[i + 1] - tries[i] >= least - 1, `pauses between ${tries}`));
  await page.locator('[data-how="off"]', { hasText: '입찰은 그대로 할 수 있어요' }).waitFor();
  await pressQuick(page, { isFirst: true });
  await page.locator('.flash', { hasText: '10,000원에 입찰했어요' }).waitFor();
  await stands(page, 'leading');
  await bid(site, bora, auction, 12000);
  await connection(page, 'off');
  await page.locator('[data-how="off"] a').click();
  await stands(page, 'outbid');
  await page.locator('#amount').fill('13000');
  await page.locator('#amount').press('Enter');
  await page.locator('.flash', { hasText: '13,000원에 입찰했어요' }).waitFor();
  await stands(page, 'leading');
  await close(page);
});

test('a room that is switched off is not asked again, and forms do without scripts', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, {
    person: anne,
    prepare: async (p) => {
      await p.routeWebSocket(/\/ws\/auctions\//, (ws) => ws.close({ code: 4410 }));
      await p.addInitScript(watchTries);
    },
  });
  await page.goto(`${site.url}/auctions/${auction.id}`);
  await connection(page, 'off');
  assert.equal(await page.evaluate(() => globalThis.tries.length), 1);
  await close(page);
  const plain = await openWindow(browser, site, { person: bora, lang: 'en', javaScriptEnabled: false });
  await plain.goto(`${site.url}/auctions/${auction.id}`);
  await plain.locator('noscript p', { hasText: 'Load the page again' }).waitFor();
  await plain.locator('.quick button').first().click();
  await plain.locator('.flash', { hasText: 'Your bid of 10,000원 stands' }).waitFor();
  await stands(plain, 'leading');
  await close(plain);
});

test('a button sends the amount that it showed, whatever comes while it is pressed or asked about', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { person: anne, lang: 'en' });
  await enter(page, site, auction);
  await page.locator('.quick button').first().click();
  await page.locator('dialog[open] [data-amount]', { hasText: '10,000원' }).waitFor();
  await bid(site, bora, auction, 20000);
  await shows(page, 'price', '20,000원');
  await confirmFirst(page);
  await says(page, 'says', 'The least that can be bid now is 21,000원. Your bid of 10,000원 was refused; no money moved.');
  const button = page.locator('.quick button').first();
  await page.locator('.quick button', { hasText: '21,000원' }).first().waitFor();
  await button.scrollIntoViewIfNeeded();
  await button.hover();
  await page.mouse.down();
  await bid(site, chan, auction, 30000);
  await shows(page, 'price', '30,000원');
  assert.equal(await button.getAttribute('value'), '21000');
  await page.mouse.up();
  await page.locator('dialog[open] [data-amount]', { hasText: '21,000원' }).waitFor();
  await page.locator('dialog[open] button[value="no"]').click();
  await page.locator('.quick button', { hasText: '31,000원' }).first().waitFor();
  assert.equal((await site.api(anne.token, 'GET', `/api/v1/auctions/${auction.id}`)).body.price, 30000);
  await close(page);
});

test('a server that died and came back finds its watchers again, with what happened meanwhile', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { person: anne });
  await enter(page, site, auction);
  await pressQuick(page, { isFirst: true });
  await stands(page, 'leading');
  await site.kill();
  await connection(page, 'reconnecting');
  await says(page, 'polite', '다시 연결하는 중');
  await site.restart();
  await bid(site, bora, auction, 15000);
  await connection(page, 'live');
  await shows(page, 'price', '15,000원');
  await stands(page, 'outbid');
  await says(page, 'assertive', '15,000원');
  await page.locator('#history').scrollIntoViewIfNeeded();
  await page.locator('[data-live="history"] tr').nth(1).waitFor();
  await pressQuick(page);
  await stands(page, 'leading');
  assert.ok(await isSamePage(page));
  await close(page);
});

test('what is held for a bid from elsewhere is shown as the wallet has it', async () => {
  const auction = await listSneakers(site, seller, {});
  const a = await openWindow(browser, site, { person: anne });
  await enter(a, site, auction);
  await bid(site, anne, auction, 10000);
  await stands(a, 'leading');
  await shows(a, 'hold', '10,000원');
  await bid(site, bora, auction, 12000);
  await stands(a, 'outbid');
  await shows(a, 'hold', /^0원$/);
  await close(a);
});

test('a page that was asleep or offline catches up by itself', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { person: anne });
  await enter(page, site, auction);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await bid(site, bora, auction, 11000);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await shows(page, 'price', '11,000원');
  await page.context().setOffline(true);
  await connection(page, 'reconnecting');
  await bid(site, chan, auction, 22000);
  await page.context().setOffline(false);
  await connection(page, 'live');
  await shows(page, 'price', '22,000원');
  assert.ok(await isSamePage(page));
  await close(page);
});

// The device's clock is wrong by `hours`; `globalThis.skew` moves it on.
function skewClock(hours) {
  const RealDate = Date;
  globalThis.skew = hours * 3600e3;
  globalThis.Date = class extends RealDate {
    constructor(...words) {
      super(...(words.length === 0 ? [RealDate.now() + globalThis.skew] : words));
    }

    static now() {
      return RealDate.now() + globalThis.skew;
    }
  };
}

for (const hours of [-3, 3]) {
  test(`the countdown is right on a device that is ${hours} hours off`, async () => {
    const auction = await listSneakers(site, seller, { seconds: 5000 });
    const page = await openWindow(browser, site, { prepare: (p) => p.addInitScript(skewClock, hours) });
    await enter(page, site, auction);
    await until(async () => {
      const earliest = Date.now();
      const [, h, m, s] = (await page.locator('.bid-box .clock').first().innerText()).match(/^(\d\d):(\d\d):(\d\d)$/) ?? [];
      const shown = Number(h) * 3600 + Number(m) * 60 + Number(s);
      const left = (from) => (Date.parse(auction.ends_at) - from) / 1000;
      return shown >= left(Date.now()) - 2 && shown <= left(earliest) + 2;
    }, 'the countdown that the server would show');
    await close(page);
  });
}

test('minutes 5 and 1 and 10 seconds are said, and the countdown itself is not', async () => {
  const auction = await listSneakers(site, seller, { seconds: 3000 });
  const page = await openWindow(browser, site, { lang: 'en', prepare: (p) => p.addInitScript(skewClock, 0) });
  await enter(page, site, auction);
  assert.equal(await page.locator('.clock[aria-live], [aria-live] .clock, [role=status] .clock, [role=alert] .clock').count(), 0);
  for (const [mark, words] of [[300, '5 minutes left'], [60, '1 minute left'], [10, '10 seconds left']]) {
    // Setting the clock lets time pass, until a message of the server's sets the countdown right again: then once more.
    await until(async () => {
      await page.evaluate(({ end, seconds }) => {
        const ahead = Number(document.documentElement.dataset.ahead);
        globalThis.skew += end - ahead - Date.now() - (seconds + 2) * 1000;
      }, { end: Date.parse(auction.ends_at), seconds: mark });
      return page.locator('#clock-says', { hasText: words }).waitFor({ state: 'attached', timeout: 4000 }).then(() => true, () => false);
    }, words);
  }
  await close(page);
});

test('prices are said politely, at most one in five seconds, and the newest is said', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { lang: 'en' });
  await enter(page, site, auction);
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push({ at: performance.now(), text: document.querySelector('[data-live="polite"]').textContent }))
      .observe(document.querySelector('[data-live="polite"]'), { childList: true });
  });
  for (let i = 0; i < 8; i++) await bid(site, i % 2 ? anne : bora, auction, 10000 + i * 1000);
  await says(page, 'polite', 'The price is 17,000원 now');
  const said = await page.evaluate(() => globalThis.said);
  assert.ok(said.length >= 1 && said.length < 8, JSON.stringify(said));
  said.slice(1).forEach((one, i) => assert.ok(one.at - said[i].at >= 4990, JSON.stringify(said)));
  await close(page);
});

test('a bid without an answer is asked again over HTTP under its own id, and stands once', async () => {
  const auction = await listSneakers(site, seller);
  const ids = [];
  let loses = 'bids';
  const lossy = (ws) => {
    const server = ws.connectToServer();
    ws.onMessage((text) => {
      const message = JSON.parse(text);
      if (message.type === 'bid') ids.push(message.id);
      if (message.type !== 'bid' || loses !== 'bids') server.send(text);
    });
    server.onMessage((text) => JSON.parse(text).type === 'bid_result' || ws.send(text));
  };
  const page = await openWindow(browser, site, { person: anne, prepare: (p) => p.routeWebSocket(/\/ws\/auctions\//, lossy) });
  const asked = [];
  page.on('response', async (answer) => {
    if (!answer.url().endsWith('/bids') || answer.request().method() !== 'POST') return;
    asked.push({ id: answer.request().headers()['idempotency-key'], isReplay: answer.headers()['idempotent-replayed'] === 'true' });
  });
  await enter(page, site, auction);
  await pressQuick(page, { isFirst: true });
  await says(page, 'says', '10,000원에 입찰했어요');
  await stands(page, 'leading');
  loses = 'answers';
  await page.locator('.quick button', { hasText: '13,000원' }).click();
  await says(page, 'says', '13,000원에 입찰했어요');
  await until(() => asked.length === 2, 'two requests');
  assert.deepEqual(asked, [{ id: ids[0], isReplay: false }, { id: ids[1], isReplay: true }]);
  const { items } = (await site.api(anne.token, 'GET', `/api/v1/auctions/${auction.id}/bids`)).body;
  assert.deepEqual(items.map(({ amount }) => amount), [13000, 10000]);
  assert.ok(await isSamePage(page));
  await close(page);
});

test('a session that ends elsewhere is told, and the room goes on', async () => {
  const auction = await listSneakers(site, seller);
  const person = site.tokens[4];
  const page = await openWindow(browser, site, { person });
  await enter(page, site, auction);
  assert.equal((await site.api(person.token, 'DELETE', '/api/v1/sessions/current')).status, 204);
  await page.locator('[data-how="signed-out"]:not(.is-away)', { hasText: '로그인이 끝났어요' }).waitFor();
  await says(page, 'polite', '로그인이 끝났어요');
  await bid(site, anne, auction, 16000);
  await shows(page, 'price', '16,000원');
  await page.locator('#amount').fill('18000');
  await page.locator('#amount').press('Enter');
  await confirmFirst(page);
  await page.waitForURL(/sign-in.*amount=18000/);
  await close(page);
});

test('who waits for the start gets the forms when it comes', async () => {
  const page = await openWindow(browser, site, { person: anne });
  await enter(page, site, await list(site, seller, { starts: 6, start_price: 10000 }));
  await page.locator('.quick button', { hasText: '10,000원' }).waitFor();
  await pressQuick(page, { isFirst: true });
  await stands(page, 'leading');
  assert.ok(await isSamePage(page));
  await close(page);
});

test('the seller sees the bids come in, and can cancel no longer', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { person: seller, width: 1280 });
  await enter(page, site, auction);
  await stands(page, 'seller');
  await page.locator('[data-live="cancel"]').waitFor();
  await bid(site, anne, auction, 10000);
  await shows(page, 'price', '10,000원');
  await page.locator('[data-live="cancel"]').waitFor({ state: 'hidden' });
  await close(page);
});

test('nothing moves under the finger when prices do, and the price stays in sight', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, {
    person: anne,
    bypassCSP: true,
    prepare: (p) => p.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.hadRecentInput || globalThis.shifts.push(entry.value)))
        .observe({ type: 'layout-shift', buffered: true });
    }),
  });
  await enter(page, site, auction);
  await page.locator('.quick').scrollIntoViewIfNeeded();
  for (const [person, amount, state] of [[anne, 10000, 'leading'], [bora, 111000, 'outbid'], [anne, 112000, 'leading']]) {
    await bid(site, person, auction, amount);
    await stands(page, state);
  }
  const moved = (await page.evaluate(() => globalThis.shifts)).reduce((sum, value) => sum + value, 0);
  assert.ok(moved < 0.01, `the page moved by ${moved}`);
  await page.locator('#history').scrollIntoViewIfNeeded();
  await page.locator('.live-bar .tag', { hasText: '112,000원' }).waitFor();
  await look(page, 'with the bar');
  const small = await page.locator('main a, main button, main summary').evaluateAll((all) => all.filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return one.matches('.button, button, summary') && width > 0 && (width < 44 || height < 44);
  }).map((one) => one.outerHTML));
  assert.deepEqual(small, [], 'targets of 44 px');
  await close(page);
});

test('the scripts of the page stay within their budget', async () => {
  const auction = await listSneakers(site, seller);
  const page = await openWindow(browser, site, { person: anne });
  const scripts = new Map();
  page.on('response', async (answer) => {
    if (answer.request().resourceType() === 'script') scripts.set(answer.url(), answer.body());
  });
  await enter(page, site, auction);
  let total = 0;
  for (const body of scripts.values()) total += gzipSync(await body, { level: 9 }).length;
  assert.ok(scripts.size >= 5 && total <= SCRIPT_BUDGET, `${scripts.size} scripts, ${total} bytes compressed`);
  console.log(`# ${scripts.size} scripts, ${total} bytes compressed`);
  await close(page);
});

test('home has the rooms on a shelf, and nothing of them is left when they are switched off', async () => {
  const auction = await listSneakers(site, seller, { seconds: 500 });
  const local = await list(site, seller, { type: 'local', seconds: 510, start_price: 5000 });
  const page = await openWindow(browser, site, {});
  await page.goto(site.url);
  const shelf = page.locator('section[aria-labelledby="h-live"] .card');
  await shelf.locator(`a[href="/auctions/${auction.id}"]`).waitFor();
  // Neighbourhood auctions with rooms stand on the same shelf.
  await shelf.locator(`a[href="/auctions/${local.id}"]`).waitFor();
  await enter(page, site, local);
  await close(page);
  const plain = await startSite({ auctions: 2, settings: ['plugins.auction-national=disabled'] });
  const without = await openWindow(browser, plain, {});
  await without.goto(plain.url);
  assert.equal(await without.locator('#h-live').count(), 0);
  const { items } = (await plain.api(plain.tokens[0].token, 'GET', '/api/v1/auctions?status=open')).body;
  await without.goto(`${plain.url}/auctions/${items[0].id}`);
  const html = await without.content();
  assert.ok(!html.includes('data-room') && !html.includes('/ws/') && !html.includes('national'), 'no trace of rooms');
  assert.equal((await fetch(`${plain.url}/ws/auctions/${auction.id}`)).status, 404);
  await close(without);
  await plain.stop();
});
