/** The suite's own `test`: a server per Playwright worker, a signed-in admin, and an ear for errors in the browser. */
import { test as base, type BrowserContext, expect, type Page } from '@playwright/test';

import { Api } from './api.ts';
import { Server } from './server.ts';

/** Collects what browsers report, and fails the test on anything it has not announced. */
export class Guard {
  readonly #heard: string[] = [];
  readonly #expected: RegExp[] = [];

  /** Announces errors that belong to the test. */
  allow(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  watch(context: BrowserContext): void {
    context.on('page', (page) => {
      page.on('pageerror', (error) => this.#heard.push(`page error: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') this.#heard.push(`console: ${message.text()} (${message.location().url})`);
      });
    });
  }

  unexpected(): string[] {
    return this.#heard.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }
}

interface WorkerFixtures {
  readonly server: Server;
  readonly admin: Api;
}

interface TestFixtures {
  readonly guard: Guard;
  /** A name no other test of this server uses. */
  readonly batch: string;
  /** A second browser session, signed in as the admin too. */
  readonly secondPage: Page;
}

let batches = 0;

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  admin: [
    async ({ server }, use) => {
      const api = await Api.signIn(server, server.admin);
      await use(api);
      await api.request.dispose();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  storageState: async ({ admin }, use) => use(await admin.request.storageState()),
  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    expect(guard.unexpected(), 'errors the browser reported').toEqual([]);
  },
  context: async ({ context, guard }, use) => {
    guard.watch(context);
    await use(context);
  },
  secondPage: async ({ browser, server, guard }, use) => {
    const api = await Api.signIn(server, server.admin);
    const context = await browser.newContext({ baseURL: server.url, storageState: await api.request.storageState() });
    guard.watch(context);
    await use(await context.newPage());
    await context.close();
    await api.request.dispose();
  },
  batch: async ({}, use) => {
    batches += 1;
    await use(`batch-${batches}`);
  },
});

export { expect };

/** For tests that sign in themselves. */
export const SIGNED_OUT = { cookies: [], origins: [] };
