import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { MANY_YEARS } from '../support/api.ts';
import { CONFIG, VALLEYS, allValleys, collection, outside, valley } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Runs and tasks' });
const state = (page: Page, word: string, number: number) =>
  page.getByRole('group', { name: 'Filter runs by state' }).getByRole('button', { name: new RegExp(`^${number} ?${word}$`) });

async function press(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run…' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
}

async function downloaded(page: Page, link: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: link, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** Fields of a CSV line; text is quoted. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

test('from an empty page to exported results', async ({ page, admin, batch }) => {
  await page.goto('/batches/new');
  await page.getByRole('radio', { name: CONFIG, exact: true }).check();
  await page.getByRole('textbox', { name: 'Name' }).fill(batch);
  await page.getByRole('button', { name: 'Create batch' }).click();
  await page.getByLabel(/Choose a file/).setInputFiles({
    name: 'valleys.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from(collection(allValleys())),
  });
  await page.getByRole('combobox', { name: 'Template' }).fill('{slug(properties.Name)}');
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(page.getByText('Validated: every watershed has a unique run ID.')).toBeVisible();

  // Enough weather for the progress to be seen.
  await admin.set(batch, 'climate', 'years', MANY_YEARS);
  // Panel and question show the same numbers: every task for each of the watersheds.
  const tasks = await admin.taskCount(batch);
  const toRun = tasks * VALLEYS;
  await page.getByRole('button', { name: 'Run…' }).first().click();
  const question = page.getByRole('dialog');
  for (const text of [`Runs${VALLEYS}`, `Tasks to run${toRun}`, 'Up to date, skipped0']) {
    await expect(question.locator('.plan > div').filter({ hasText: text })).toHaveCount(1);
    await expect(page.locator('.run-panel .plan > div').filter({ hasText: text })).toHaveCount(1);
  }
  await question.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText(`Submitted ${toRun} tasks of ${VALLEYS} runs.`)).toBeVisible();

  // Live: the page is not loaded again from here to the end of the batch.
  await page.evaluate(() => Object.assign(window, { sinceRun: true }));
  await expect(page.getByRole('status').filter({ hasText: 'live' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeVisible();
  await expect(grid(page).getByRole('gridcell', { name: /: running/ }).first()).toBeVisible();
  await expect(state(page, 'succeeded', VALLEYS)).toBeVisible({ timeout: 45_000 });
  await expect(page.getByText('100 % · 4 of 4 runs ended')).toBeVisible();
  await expect(grid(page).getByRole('gridcell', { name: /: succeeded$/ })).toHaveCount(toRun);
  await expect(page.getByRole('button', { name: 'Run…' })).toBeVisible();
  expect(await page.evaluate(() => 'sinceRun' in window)).toBe(true);

  // One run: its log is there, and its outlet.
  await grid(page).getByRole('row', { name: /Valley-1/i }).getByRole('gridcell', { name: 'Erosion: succeeded' }).click();
  await expect(page.getByRole('tab', { name: 'Log' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel')).toContainText('done');
  await page.getByRole('tab', { name: 'Overview' }).click();
  await expect(page.getByRole('tabpanel')).toContainText(`${tasks} of ${tasks}`);

  await page.getByRole('link', { name: 'Results', exact: true }).click();
  const table = page.getByRole('region', { name: 'Results' }).getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(1 + VALLEYS + 1);
  const rows = await admin.json<Record<string, number | string>[]>(`/api/batches/${batch}/results`);
  for (const row of rows) {
    expect(row.state).toBe('succeeded');
    expect(row.hillslopes).toBeGreaterThanOrEqual(3);
    expect(row.polygon_overlap).toBeGreaterThan(0.8);
    expect(row.runoff_mm_y).toBeGreaterThanOrEqual(0);
    await expect(table.getByRole('row', { name: new RegExp(String(row.run_id)) })).toContainText(String(row.hillslopes));
  }

  const csv = await downloaded(page, 'CSV');
  expect(csv.name).toBe(`${batch}-results.csv`);
  const [head, ...lines] = csv.text.trim().split(/\r?\n/).map(fields);
  expect(lines.map((line) => line[head?.indexOf('run_id') ?? -1]).sort()).toEqual(rows.map((row) => row.run_id).sort());
  for (const line of lines) {
    const row = rows.find((candidate) => candidate.run_id === line[head?.indexOf('run_id') ?? -1]);
    for (const column of ['hillslopes', 'basin_area_km2', 'runoff_mm_y', 'sediment_t_y']) {
      expect(Number(line[head?.indexOf(column) ?? -1]), column).toBeCloseTo(Number(row?.[column]), 6);
    }
  }
  const geojson = await downloaded(page, 'GeoJSON');
  const exported = JSON.parse(geojson.text) as {
    type: string;
    features: { id: string; properties: Record<string, unknown>; geometry: { type: string } }[];
  };
  expect(exported.type).toBe('FeatureCollection');
  expect(exported.features.map((feature) => feature.id).sort()).toEqual(rows.map((row) => row.run_id).sort());
  for (const feature of exported.features) {
    expect(feature.geometry.type).toMatch(/Polygon/);
    expect(feature.properties.sediment_t_y).toEqual(rows.find((row) => row.run_id === feature.id)?.sediment_t_y);
  }

  // Who did what is on record.
  await page.getByRole('link', { name: 'History', exact: true }).click();
  const history = page.getByRole('region', { name: 'History' });
  for (const event of ['Batch created', 'Batch ended']) {
    await expect(history.getByRole('row').filter({ hasText: event })).toHaveCount(1);
  }
  await expect(history.getByRole('row').filter({ hasText: 'Batch created' })).toContainText('admin');
});

test('a run that cannot succeed says why, hurts no other, and can be retried', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch, [valley(0), outside(1, 'Far away'), valley(2)]);
  await page.goto(`/batches/${batch}?view=dashboard`);
  await press(page);
  await expect(state(page, 'succeeded', 2)).toBeVisible({ timeout: 45_000 });
  await expect(state(page, 'failed', 1)).toBeVisible();
  await expect(page.getByText('1 failed run, 1 cause')).toBeVisible();
  const reason = (await admin.runs(batch)).find((run) => run.error_message)?.error_message ?? '';
  expect(reason).toMatch(/elevation|data/);
  await expect(page.locator('.failure-message')).toHaveText(new RegExp(reason.slice(1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));

  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByText('1 of 3 runs')).toBeVisible();
  const failed = grid(page).getByRole('row', { name: /Far-away/i });
  await expect(failed.getByRole('gridcell', { name: 'Fetch DEM: failed' })).toBeVisible();
  await expect(failed.getByRole('gridcell', { name: 'Erosion: not run: an earlier task failed' })).toBeVisible();
  await failed.getByRole('rowheader').click();
  await expect(page.getByRole('tabpanel')).toContainText('Fetch DEM failed:');

  await page.getByRole('button', { name: 'Retry failed' }).click();
  await expect(page.getByRole('dialog')).toContainText(`${await admin.taskCount(batch)} tasks of 1 run will run again`);
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await expect(failed.getByRole('gridcell', { name: 'Fetch DEM: failed, attempt 2' })).toBeVisible();
  const runs = await admin.settled(batch);
  expect(runs.map((run) => run.attempts[0])).toEqual([1, 2, 1]);
});

test('a running batch stops within seconds of Cancel and can be taken up again', async ({ page, admin, batch }) => {
  await admin.slowBatch(batch);
  await page.goto(`/batches/${batch}?view=dashboard`);
  await press(page);
  await expect(grid(page).getByRole('gridcell', { name: /: running/ }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the batch' }).click();
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Run…' })).toBeVisible();
  const runs = await admin.settled(batch);
  const stopped = runs.filter((run) => run.tasks.includes('cancelled')).length;
  expect(stopped).toBeGreaterThan(0);
  await expect(state(page, 'cancelled', stopped)).toBeVisible();

  await admin.set(batch, 'climate', 'years', 2);
  await page.getByRole('button', { name: 'Retry failed' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await expect(state(page, 'succeeded', VALLEYS)).toBeVisible({ timeout: 45_000 });
});

test('a run whose outlet is set by hand says that its results are out of date, and a retry makes them anew', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch, [valley(0)]);
  await admin.run(batch);
  const [run] = await admin.settled(batch);
  await page.goto(`/batches/${batch}?view=dashboard&pane=detail&run=${run?.run_id}&tab=overview`);
  const detail = page.getByRole('region', { name: 'Detail' });
  await expect(detail.getByRole('button', { name: 'Retry run' })).toBeHidden();

  await detail.getByText('Set the outlet by hand').click();
  await detail.getByRole('button', { name: 'Use this outlet' }).click();
  await expect(detail.getByText('The outlet was changed after these results were made')).toBeVisible();
  await detail.getByRole('button', { name: 'Retry run' }).click();
  await expect.poll(async () => (await admin.runs(batch))[0]?.attempts[2]).toBe(2);
  const [again] = await admin.settled(batch);
  expect(again?.tasks.slice(0, 2), 'what comes before the outlet is kept').toEqual(['skipped', 'skipped']);
  expect(again?.tasks.slice(2).every((task) => task === 'succeeded')).toBe(true);
  await expect(detail.getByText('The outlet was changed after these results were made')).toBeHidden();
});
