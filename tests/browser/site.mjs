// SPDX-License-Identifier: LGPL-2.1-or-later
// A real server on a database of its own with demo people, and a browser to look at it with.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const program = join(process.env.NB_TEST_BUILD_DIR, 'core', 'neighborbid');

function runToEnd(args) {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`neighborbid ${args.join(' ')}: ${done.status}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Starts `neighborbid serve`; tells its address, and how to end it. */
async function serve(words) {
  const server = spawn(program, ['serve', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { url, end: (signal) => { server.kill(signal); return ended; } };
}

/** Starts a site. `people` and `auctions`: how much demo data; `settings`: more `section.key=value`. */
export async function startSite({ people = 8, auctions = 12, settings = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nb-browser-'));
  const tokensFile = join(folder, 'tokens');
  const words = [
    `server.data-dir=${folder}`, 'server.listen=127.0.0.1:0', 'server.internal-listen=127.0.0.1:0',
    'auctions.min-duration=1', 'limits.sign-ins-per-minute=0', 'limits.sign-ups-per-minute=0',
    'limits.writes-per-second=0', ...settings,
  ].flatMap((setting) => ['--set', setting]);
  runToEnd(['db', 'migrate', ...words]);
  runToEnd(['demo', 'seed', '--people', `${people}`, '--auctions', `${auctions}`, '--tokens', tokensFile, ...words]);
  let server = await serve(words);
  const { url } = server;
  const tokens = readFileSync(tokensFile, 'utf8').trim().split('\n').map((line) => {
    const [id, username, token] = line.split(' ');
    return { id, username, token };
  });
  return {
    url,
    tokens,
    doctor: () => runToEnd(['doctor', ...words]),
    /** Ends the server at once, as a power cut does, or by another signal. */
    kill: (signal = 'SIGKILL') => server.end(signal),
    /** Starts it again where it was. `settings`: more `section.key=value`, which win over those before. */
    async restart(settings = []) {
      const more = [`server.listen=${new URL(url).host}`, ...settings].flatMap((setting) => ['--set', setting]);
      server = await serve([...words, ...more]);
    },
    async stop() {
      await server.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
    /** Calls the API as a demo person. */
    async api(token, method, path, body, headers = {}) {
      const answer = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}

/** How long a page is waited for, in milliseconds: machines stand still now and then. */
const patience = 90000;

export async function openContext(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  return context;
}

export function launch() {
  return chromium.launch({
    timeout: patience,
    executablePath: process.env.NB_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}
