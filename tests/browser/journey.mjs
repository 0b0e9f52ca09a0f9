// SPDX-License-Identifier: LGPL-2.1-or-later
// A chair is sold: one person lists it, two others bid, one of them buys it; each in a window of their own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openContext, startSite } from './site.mjs';

const words = {
  ko: {
    signUp: '회원가입', review: '미리보기로', publish: '올리기', leading: /지금 최고 입찰자예요/, outbid: /더 높게 입찰했어요/, sold: /낙찰받았어요/,
    tooLow: /11,000원부터/,
  },
  en: {
    signUp: 'Sign up', review: 'Go on to the review', publish: 'Publish it', leading: /You are leading/, outbid: /You have been outbid/,
    sold: /You won this auction/, tooLow: /11,000원/,
  },
};

let site;
let browser;
before(async () => {
  site = await startSite({ auctions: 4, settings: ['auctions.fee-percent=3'] });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** A window of one person, who has just signed up. */
async function newcomer(lang, name) {
  const context = await openContext(browser, {
    viewport: { width: 390, height: 844 }, locale: lang === 'ko' ? 'ko-KR' : 'en-US',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`script error: ${error}`));
  await page.goto(`${site.url}/sign-up`);
  await page.locator('#username').fill(`${name}.${lang}`);
  await page.locator('#password').fill('a long enough secret 7');
  await page.locator('#nickname').fill(`${name}-${lang}`);
  await page.locator('#region').selectOption('1144000000');
  await page.getByRole('main').getByRole('button', { name: words[lang].signUp }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign'));
  return page;
}

async function listChair(page, lang) {
  await page.goto(`${site.url}/sell`);
  await page.locator('#title').fill(`Chair ${lang} 의자`);
  await page.locator('#description').fill('Four legs, <b>one</b> back.');
  const price = page.locator('input[name="terms.start_price"]');
  await price.pressSequentially('10000');
  assert.equal(await price.inputValue(), '10,000', 'thousands are separated while typing');
  await page.locator('form details summary').click();
  await page.locator('input[name="terms.buy_now_price"]').fill('50000');
  await page.locator('main form button').last().click();
  await page.locator('button[value="publish"]').click();
  await page.waitForURL(/\/auctions\/\d+/);
  assert.ok((await page.locator('main').innerText()).includes('<b>one</b>'), 'texts are shown as written');
  return page.url();
}

async function charge(page, amount) {
  await page.goto(`${site.url}/wallet`);
  await page.locator(`button[name="amount"][value="${amount}"]`).click();
  await page.locator('.stat b', { hasText: amount.toLocaleString('en') }).first().waitFor();
}

async function wallet(page) {
  await page.goto(`${site.url}/wallet`);
  return (await page.locator('.stat b').allInnerTexts()).map((text) => Number(text.replace(/[^0-9]/g, '')));
}

/** Waits until the box beside the auction says so. */
async function says(page, pattern) {
  await page.locator('.bid-box', { hasText: pattern }).waitFor();
}

async function confirmFirst(page) {
  await page.locator('dialog[open] button[value="yes"]').click();
}

for (const lang of ['ko', 'en']) {
  test(`a chair is listed, bid on, outbid and bought, in ${lang}`, async () => {
    const seller = await newcomer(lang, 'seller');
    const anne = await newcomer(lang, 'anne');
    const bora = await newcomer(lang, 'bora');
    const auction = await listChair(seller, lang);
    await charge(anne, 100000);
    await charge(bora, 100000);

    await anne.goto(auction);
    await anne.locator('.quick button').first().click();
    await confirmFirst(anne);
    await says(anne, words[lang].leading);
    assert.deepEqual(await wallet(anne), [90000, 10000, 100000]);

    await bora.goto(auction);
    await bora.locator('#amount').fill('10,500');
    await bora.locator('#amount').press('Enter');
    await confirmFirst(bora);
    await bora.locator('#bid-error').waitFor();
    assert.match(await bora.locator('#bid-error').innerText(), words[lang].tooLow);
    await bora.goto(auction);
    await bora.locator('.bid-box details summary').first().click();
    await bora.locator('#max').fill('30000');
    await bora.locator('#max').press('Enter');
    await confirmFirst(bora);
    await says(bora, words[lang].leading);
    assert.deepEqual(await wallet(bora), [70000, 30000, 100000]);

    await anne.goto(auction);
    await says(anne, words[lang].outbid);
    assert.match(await anne.locator('.price-line').innerText(), /11,000원/);
    assert.ok(!(await anne.content()).includes('30,000'), 'nobody sees the maximum of another');
    assert.deepEqual(await wallet(anne), [100000, 0, 100000]);

    await anne.goto(auction);
    await anne.locator('form[action$="/buy-now"] button').click();
    await confirmFirst(anne);
    await says(anne, words[lang].sold);
    assert.deepEqual(await wallet(anne), [50000, 0, 50000]);
    assert.deepEqual(await wallet(bora), [100000, 0, 100000]);
    assert.deepEqual(await wallet(seller), [48500, 0, 48500]);
    for (const page of [seller, anne, bora]) await page.context().close();
    site.doctor();
  });
}

test('everything works without scripts', async () => {
  const context = await openContext(browser, { javaScriptEnabled: false, locale: 'ko-KR' });
  await context.addCookies([{ name: 'nb_session', value: site.tokens[2].token, url: site.url }]);
  const page = await context.newPage();
  const ends = new Date(Date.now() + 3600e3).toISOString();
  const listed = await site.api(site.tokens[1].token, 'POST', '/api/v1/auctions', {
    type: 'local', title: '동네 화분', description: '-', region: (await site.api(site.tokens[2].token, 'GET', '/api/v1/me')).body.region,
    ends_at: ends, terms: { start_price: 5000 },
  });
  assert.equal(listed.status, 201);
  await page.goto(`${site.url}/auctions/${listed.body.id}`);
  await page.locator('.quick button').first().click();
  await says(page, words.ko.leading);
  await page.reload();
  const history = await site.api(site.tokens[2].token, 'GET', `/api/v1/auctions/${listed.body.id}/bids`);
  assert.equal(history.body.items.length, 1, 'a page loaded again sends no second bid');
  await context.close();
});

test('a bid is kept through signing in, and never sent by itself', async () => {
  const context = await openContext(browser, { locale: 'en-US' });
  const page = await context.newPage();
  const { items } = (await site.api(site.tokens[0].token, 'GET', '/api/v1/auctions?status=open&limit=1')).body;
  await page.goto(`${site.url}/auctions/${items[0].id}`);
  await page.locator('#amount').fill('77000');
  await page.locator('#amount').press('Enter');
  await page.waitForURL(/sign-in/);
  await page.locator('#username').fill(site.tokens[5].username);
  await page.locator('#password').fill('demo-neighbor');
  await page.locator('#password').press('Enter');
  await page.waitForURL(new RegExp(`/auctions/${items[0].id}`));
  assert.equal((await page.locator('#amount').inputValue()).replace(',', ''), '77000');
  const after = await site.api(site.tokens[0].token, 'GET', `/api/v1/auctions/${items[0].id}`);
  assert.equal(after.body.bid_count, items[0].bid_count);
  await context.close();
});
