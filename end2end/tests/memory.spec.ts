import type { CDPSession, Page } from '@playwright/test';

import { allValleys } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

/** Visits before the first count: allocators and caches of the browser have grown by then. */
const WARM_UP = 10;
const VISITS = 100;
const WASM_PAGE_BYTES = 65_536;

interface Memory {
  readonly nodes: number;
  readonly listeners: number;
  readonly heapBytes: number;
  readonly wasmBytes: number;
}

async function memory(page: Page, devtools: CDPSession): Promise<Memory> {
  // What becomes garbage in a finalizer is only collected the next time.
  for (let round = 0; round < 3; round += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const wasmBytes = await page.evaluate(() => (window as unknown as { wasmMemory: WebAssembly.Memory }).wasmMemory.buffer.byteLength);
  return { nodes, listeners: jsEventListeners, heapBytes: usedSize, wasmBytes };
}

test('a window that is left open for days does not fill the memory', async ({ page, admin, batch }) => {
  test.setTimeout(120_000);
  await admin.readyBatch(batch, allValleys());
  await admin.run(batch);
  await admin.settled(batch);
  await page.addInitScript(() => {
    const instantiate = WebAssembly.instantiateStreaming.bind(WebAssembly);
    WebAssembly.instantiateStreaming = async (source, imports) => {
      const result = await instantiate(source, imports);
      Object.assign(window, { wasmMemory: result.instance.exports.memory });
      return result;
    };
  });
  await page.goto('/batches');
  const toDashboard = page.getByRole('link', { name: batch, exact: true });
  const visit = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      await toDashboard.click();
      await expect(page.getByRole('grid', { name: 'Runs and tasks' }).getByRole('rowheader').first()).toBeVisible();
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Batches' }).click();
      await expect(toDashboard).toBeVisible();
    }
  };
  const devtools = await page.context().newCDPSession(page);
  await visit(WARM_UP);
  const before = await memory(page, devtools);
  await visit(VISITS);
  const after = await memory(page, devtools);
  expect(after.nodes - before.nodes, 'DOM nodes').toBeLessThan(200);
  expect(after.listeners - before.listeners, 'event listeners').toBeLessThan(50);
  expect(after.heapBytes - before.heapBytes, 'bytes of JavaScript').toBeLessThan(1_000_000);
  // Signals that remember the subscribers of pages long gone take three pages of 64 KiB in as many visits.
  expect(after.wasmBytes - before.wasmBytes, 'bytes of WebAssembly').toBeLessThanOrEqual(WASM_PAGE_BYTES);
});
