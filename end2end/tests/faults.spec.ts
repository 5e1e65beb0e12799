import type { Page, WebSocketRoute } from '@playwright/test';

import { VALLEYS } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

const badge = (page: Page) => page.locator('.live');
const state = (page: Page, word: string, number: number) =>
  page.getByRole('group', { name: 'Filter runs by state' }).getByRole('button', { name: new RegExp(`^${number} ?${word}$`) });
const grid = (page: Page) => page.getByRole('grid', { name: 'Runs and tasks' });

test('a worker killed in the middle costs time but no run', async ({ page, admin, batch }) => {
  await admin.slowBatch(batch);
  await page.goto(`/batches/${batch}?view=dashboard`);
  await admin.run(batch);
  await expect(grid(page).getByRole('gridcell', { name: 'Erosion: running' }).first()).toBeVisible({ timeout: 30_000 });
  const busyWorker = async () => (await admin.workers()).find((worker) => worker.busy > 0);
  await expect.poll(busyWorker, 'a busy worker').toBeDefined();
  const busy = await busyWorker();
  process.kill(busy?.pid ?? Number.NaN, 'SIGKILL');
  await expect(state(page, 'succeeded', VALLEYS)).toBeVisible({ timeout: 50_000 });

  const runs = await admin.runs(batch);
  expect(runs.every((run) => run.tasks.every((task) => task === 'succeeded'))).toBe(true);
  expect(runs.flatMap((run) => run.attempts).filter((attempt) => attempt > 1), 'attempts given to another worker').not.toEqual([]);
  await expect.poll(async () => (await admin.workers()).some((worker) => worker.id === busy?.id)).toBe(false);
});

test('a websocket cut in the middle is told, bridged, and leaves no gap', async ({ page, admin, batch, guard }) => {
  guard.allow(/WebSocket connection to .* failed/);
  await admin.slowBatch(batch);
  const addresses: string[] = [];
  let link: WebSocketRoute | undefined;
  let cut = false;
  await page.routeWebSocket(/\/live/, async (route) => {
    addresses.push(route.url());
    if (cut) return route.close({ code: 1012 });
    link = route;
    route.connectToServer();
  });
  await page.goto(`/batches/${batch}?view=dashboard`);
  await expect(badge(page)).toHaveText('live');
  await admin.run(batch);
  await expect(grid(page).getByRole('gridcell', { name: /: running/ }).first()).toBeVisible();

  cut = true;
  await link?.close({ code: 1012 });
  await expect(badge(page)).toHaveText(/^reconnecting, data from \d\d:\d\d:\d\d$/);
  // The batch goes on without the page; nothing of that may be missing afterwards.
  await admin.settled(batch);
  await expect(badge(page)).toHaveText(/^reconnecting/);
  cut = false;
  await expect(badge(page)).toHaveText('live', { timeout: 35_000 });
  await expect(state(page, 'succeeded', VALLEYS)).toBeVisible();
  await expect(grid(page).getByRole('gridcell', { name: /: succeeded$/ })).toHaveCount((await admin.taskCount(batch)) * VALLEYS);
  expect(addresses.at(-1), 'resumes where it was cut').toMatch(/after=\d+.*epoch=|epoch=.*after=\d+/);
});

test('frames that do not fit make the page ask for everything again', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch);
  let connections = 0;
  await page.routeWebSocket(/\/live/, (route) => {
    connections += 1;
    const spoil = connections === 1;
    const server = route.connectToServer();
    server.onMessage((message) => {
      const isDelta = String(message).includes('"delta"');
      route.send(spoil && isDelta ? '{"type": "delta", "torn' : message);
    });
  });
  await page.goto(`/batches/${batch}?view=dashboard`);
  await expect(badge(page)).toHaveText('live');
  await admin.run(batch);
  await admin.settled(batch);
  await expect(state(page, 'succeeded', VALLEYS)).toBeVisible();
  await expect(badge(page)).toHaveText('live');
  expect(connections).toBeGreaterThan(1);
});
