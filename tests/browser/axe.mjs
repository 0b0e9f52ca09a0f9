// SPDX-License-Identifier: LGPL-2.1-or-later
// axe looks at every page, small and large, light and dark, in both languages; and no page is wider than its window.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, openContext, startSite } from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let site;
let browser;
let auctions;
before(async () => {
  site = await startSite({});
  browser = await launch();
  auctions = (await site.api(site.tokens[0].token, 'GET', '/api/v1/auctions?limit=100')).body.items;
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

async function open(lang, width, colorScheme, person) {
  const context = await openContext(browser, {
    viewport: { width, height: 900 }, colorScheme, locale: lang, bypassCSP: true,
    extraHTTPHeaders: { 'Accept-Language': lang },
  });
  await context.addCookies([{ name: 'nb_lang', value: lang, url: site.url }]);
  if (person) await context.addCookies([{ name: 'nb_session', value: person.token, url: site.url }]);
  return context;
}

async function look(context, path) {
  const page = await context.newPage();
  await page.goto(site.url + path);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const faults = found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' | ').slice(0, 300)}`);
  assert.deepEqual(faults, [], path);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${path} is ${wide} px wider than its window`);
  await page.close();
}

for (const lang of ['ko', 'en']) {
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark']) {
      test(`axe finds nothing at ${width} px, ${scheme}, ${lang}`, async () => {
        const busy = auctions.find((auction) => auction.bid_count > 0) ?? auctions[0];
        const own = auctions.find((auction) => auction.seller.id === site.tokens[1].id) ?? auctions[0];
        const signedOut = await open(lang, width, scheme);
        for (const path of ['/', '/search', '/search?q=zzzz', `/auctions/${busy.id}`, '/sign-in', '/sign-up', '/nowhere']) {
          await look(signedOut, path);
        }
        await signedOut.close();
        const signedIn = await open(lang, width, scheme, site.tokens[1]);
        for (const path of ['/', `/auctions/${busy.id}`, `/auctions/${own.id}`, '/sell', '/wallet', '/me', '/inbox/webhooks', '/watched']) {
          await look(signedIn, path);
        }
        await signedIn.close();
      });
    }
  }
}
