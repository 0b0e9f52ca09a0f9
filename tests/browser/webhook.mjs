// SPDX-License-Identifier: LGPL-2.1-or-later
// Webhooks from a real site to a real receiver, which checks every request with another implementation of the signature.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { startSite } from './site.mjs';

const patience = 90000;
const stops = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** Waits until `condition` gives something, and gives that. */
async function until(condition, what) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = await condition();
    if (found) return found;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Answers each request by `answer (request, seen)`: a status. Counts connections too. */
async function startReceiver(answer) {
  const seen = { requests: [], connections: 0, url: '' };
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      const entry = { at: performance.now(), method, path, headers, body: Buffer.concat(parts).toString('utf8') };
      seen.requests.push(entry);
      response.writeHead(answer(entry, seen)).end();
    });
  });
  server.on('connection', () => { seen.connections += 1; });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  seen.url = `http://127.0.0.1:${server.address().port}`;
  stops.push(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  return seen;
}

/** The requests about a deposit of `amount`: people of the demo are told of others too. */
function about(receiver, amount, path) {
  return receiver.requests.filter((request) => JSON.parse(request.body).data.price === amount
    && (path === undefined || request.path === path));
}

async function start(settings) {
  const site = await startSite({ people: 3, auctions: 0, settings: settings.map((s) => `plugin notify.${s}`) });
  stops.push(() => site.stop());
  return site;
}

async function addWebhook(site, person, body) {
  const { status, body: hook } = await site.api(person.token, 'POST', '/api/v1/webhooks', body);
  assert.equal(status, 201, JSON.stringify(hook));
  return hook;
}

/** Something that a person is told of. */
async function deposit(site, person, amount) {
  const key = { 'Idempotency-Key': `deposit-${Math.random()}` };
  const { status } = await site.api(person.token, 'POST', '/api/v1/wallet/deposits', { amount }, key);
  assert.equal(status, 201);
}

/** The event in a request, once its signature, its time and its kind of content are right. */
function open(secret, request) {
  assert.equal(request.method, 'POST');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.match(request.headers['user-agent'], /^NeighborBid\/[0-9.]+$/);
  assert.match(request.headers['webhook-id'], /^msg_[1-9][0-9]*$/);
  return new Webhook(secret).verify(request.body, request.headers);
}

test('what fails is sent again with growing pauses, as the same event', async () => {
  const receiver = await startReceiver((request, seen) => {
    const tries = about(seen, 4321);
    return tries.includes(request) && tries.length <= 3 ? 500 : 200;
  });
  const site = await start(['webhook-allow=127.0.0.1/32', 'retry-first=500ms']);
  const [hana] = site.tokens;
  const hook = await addWebhook(site, hana, { url: `${receiver.url}/hook`, kinds: ['deposit'] });

  await deposit(site, hana, 4321);
  await until(() => about(receiver, 4321).length >= 4, 'four tries');
  // Once the next event has gone through nothing of the one before comes any more.
  await deposit(site, hana, 4322);
  await until(() => about(receiver, 4322).length >= 1, 'the next event');
  const tries = about(receiver, 4321);
  assert.equal(tries.length, 4);
  const events = tries.map((request) => open(hook.secret, request));
  assert.equal(new Set(tries.map((request) => request.headers['webhook-id'])).size, 1);
  assert.equal(new Set(tries.map((request) => request.body)).size, 1);
  assert.notEqual(about(receiver, 4322)[0].headers['webhook-id'], tries[0].headers['webhook-id']);
  assert.equal(events[0].type, 'deposit');
  assert.equal(events[0].data.kind, 'deposit');
  assert.equal(events[0].data.person_id, hana.id);
  assert.ok(events[0].data.subject.length > 0 && events[0].data.text.length > 0);
  assert.ok(events[0].data.url.startsWith(site.url));
  assert.ok(!Number.isNaN(Date.parse(events[0].timestamp)));

  // Half a second, three and twelve.
  const pauses = tries.slice(1).map((request, i) => request.at - tries[i].at);
  assert.ok(pauses[0] < pauses[1] && pauses[1] < pauses[2], `${pauses}`);

  // A stranger's hands on it are noticed, and what another secret signed.
  assert.throws(() => open(hook.secret, { ...tries[0], body: tries[0].body.replace('4321', '9321') }));
  const renewed = await site.api(hana.token, 'POST', `/api/v1/webhooks/${hook.id}/secret`, {});
  assert.throws(() => open(renewed.body.secret, tries[0]));
  await deposit(site, hana, 4323);
  await until(() => about(receiver, 4323).length >= 1, 'the event after the new secret');
  assert.equal(open(renewed.body.secret, about(receiver, 4323)[0]).data.price, 4323);
  assert.throws(() => open(hook.secret, about(receiver, 4323)[0]));
});

test('only what was asked for is sent, to whoever is concerned, until it is switched off', async () => {
  const receiver = await startReceiver(({ path }) => (path === '/gone' ? 410 : 204));
  const site = await start(['webhook-allow=127.0.0.1/32', 'retry-first=50ms']);
  const [hana, duri, seri] = site.tokens;
  const all = await addWebhook(site, hana, { url: `${receiver.url}/all` });
  await addWebhook(site, hana, { url: `${receiver.url}/won`, kinds: ['won', 'lost'] });
  const theirs = await addWebhook(site, duri, { url: `${receiver.url}/duri`, kinds: ['deposit'] });
  const gone = await addWebhook(site, seri, { url: `${receiver.url}/gone` });

  await deposit(site, hana, 1111);
  await deposit(site, duri, 2222);
  await until(() => about(receiver, 1111).length >= 1 && about(receiver, 2222).length >= 1, 'two deliveries');
  assert.deepEqual(about(receiver, 1111).map((request) => request.path), ['/all']);
  assert.deepEqual(about(receiver, 2222).map((request) => request.path), ['/duri']);
  assert.equal(open(all.secret, about(receiver, 1111)[0]).data.person_id, hana.id);
  assert.equal(open(theirs.secret, about(receiver, 2222)[0]).data.person_id, duri.id);
  await until(async () => {
    const { body } = await site.api(hana.token, 'GET', `/api/v1/webhooks/${all.id}`);
    return body.delivered_at !== null && body.failure === null;
  }, 'the delivery to be noted');

  // 410 switches it off.
  await deposit(site, seri, 3333);
  const off = await until(async () => {
    const { body } = await site.api(seri.token, 'GET', `/api/v1/webhooks/${gone.id}`);
    return !body.is_enabled && body;
  }, 'the webhook that is gone to be off');
  assert.equal(off.failure, 'answered 410');

  // So does its owner, and nobody else.
  const one = `/api/v1/webhooks/${all.id}`;
  assert.equal((await site.api(duri.token, 'PATCH', one, { is_enabled: false })).status, 404);
  assert.equal((await site.api(duri.token, 'GET', one)).status, 404);
  assert.equal((await site.api(duri.token, 'DELETE', one)).status, 404);
  assert.equal((await site.api(duri.token, 'POST', `${one}/secret`, {})).status, 404);
  assert.equal((await site.api(duri.token, 'POST', `${one}/test`, {})).status, 404);
  assert.equal((await site.api(hana.token, 'PATCH', one, { is_enabled: false })).status, 200);
  await deposit(site, hana, 1112);
  await deposit(site, seri, 3334);
  await deposit(site, duri, 2223);
  await until(() => about(receiver, 2223).length >= 1, 'the delivery to the one that is on');
  assert.equal(about(receiver, 1112).length, 0);
  assert.equal(about(receiver, 3334).length, 0);
});

test('a person has few, sees a secret once, and tests a few times', async () => {
  const receiver = await startReceiver(() => 204);
  const site = await start(['webhook-allow=127.0.0.1/32']);
  const [hana] = site.tokens;
  const hooks = [];
  for (let i = 0; i < 5; i += 1) hooks.push(await addWebhook(site, hana, { url: `${receiver.url}/${i}` }));
  const sixth = await site.api(hana.token, 'POST', '/api/v1/webhooks', { url: `${receiver.url}/5` });
  assert.equal(sixth.status, 409);
  assert.equal(sixth.body.code, 'state_conflict');

  const first = await site.api(hana.token, 'GET', '/api/v1/webhooks?limit=3');
  assert.equal(first.body.items.length, 3);
  const rest = await site.api(hana.token, 'GET', `/api/v1/webhooks?limit=3&cursor=${first.body.next_cursor}`);
  assert.equal(rest.body.next_cursor, null);
  const ids = [...first.body.items, ...rest.body.items].map((hook) => hook.id);
  assert.deepEqual(ids, hooks.map((hook) => hook.id));
  const shown = JSON.stringify([first.body, rest.body, sixth.body]);
  assert.ok(!shown.includes('whsec_') && hooks.every((hook) => !shown.includes(hook.secret.slice(6))));

  const tested = await site.api(hana.token, 'POST', `/api/v1/webhooks/${hooks[0].id}/test`, {});
  assert.equal(tested.status, 200);
  assert.deepEqual([tested.body.outcome, tested.body.status, tested.body.is_delivered], ['answered', 204, true]);
  const sent = receiver.requests.find((request) => JSON.parse(request.body).type === 'test');
  assert.equal(open(hooks[0].secret, sent).data.webhook_id, hooks[0].id);
  const statuses = [];
  for (let i = 0; i < 5; i += 1) {
    statuses.push((await site.api(hana.token, 'POST', `/api/v1/webhooks/${hooks[1].id}/test`, {})).status);
  }
  assert.ok(statuses.includes(429), `${statuses}`);
  assert.equal((await site.api(hana.token, 'DELETE', `/api/v1/webhooks/${hooks[4].id}`)).status, 204);
  assert.equal((await site.api(hana.token, 'DELETE', `/api/v1/webhooks/${hooks[4].id}`)).status, 404);
  await addWebhook(site, hana, { url: `${receiver.url}/6` });
});

test('nothing connects to this machine unless that is allowed', async () => {
  const receiver = await startReceiver(() => 204);
  const { port } = new URL(receiver.url);
  const site = await start(['webhook-allow=127.0.0.1/32', 'retry-first=50ms']);
  const [hana, duri] = site.tokens;
  const byName = await addWebhook(site, hana, { url: `http://localhost:${port}/name` });
  const byAddress = await addWebhook(site, duri, { url: `http://127.0.0.1:${port}/address` });
  await deposit(site, hana, 5551);
  await deposit(site, duri, 5552);
  await until(() => about(receiver, 5551).length + about(receiver, 5552).length >= 2, 'deliveries while it is allowed');

  // What was allowed once is not any more. What ends in peace leaves nothing on its way, which would be waited for.
  await site.kill('SIGTERM');
  await site.restart(['plugin notify.webhook-allow=']);
  const { connections } = receiver;
  await deposit(site, hana, 5553);
  await deposit(site, duri, 5554);
  for (const [person, hook] of [[hana, byName], [duri, byAddress]]) {
    const seen = await until(async () => {
      const { body } = await site.api(person.token, 'GET', `/api/v1/webhooks/${hook.id}`);
      return body.failure && body;
    }, 'the refusal');
    assert.equal(seen.failure, 'refused_address');
    const tested = await site.api(person.token, 'POST', `/api/v1/webhooks/${hook.id}/test`, {});
    assert.deepEqual([tested.body.outcome, tested.body.status], ['refused_address', null]);
  }
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '127.1', '2130706433', '0x7f.0.0.1']) {
    const answer = await site.api(hana.token, 'POST', '/api/v1/webhooks', { url: `https://${host}:${port}/` });
    assert.equal(answer.status, 422, host);
    assert.equal(answer.body.field, 'url');
  }
  assert.equal(receiver.connections, connections);
});

test('the site has one of its own that gets what everybody is told', async () => {
  const receiver = await startReceiver(() => 200);
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const site = await start(['webhook-allow=127.0.0.1/32', `webhook-url=${receiver.url}/site`, `webhook-secret=${secret}`]);
  for (const person of site.tokens) await deposit(site, person, 7777);
  await until(() => about(receiver, 7777).length >= site.tokens.length, 'a delivery for each');
  const people = about(receiver, 7777).map((request) => open(secret, request).data.person_id);
  assert.deepEqual([...new Set(people)].sort(), site.tokens.map((person) => person.id).sort());
});
