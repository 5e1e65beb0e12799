import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { allValleys, crossed, outside, valley } from '../support/region.ts';
import { expect, SIGNED_OUT, test } from '../support/test.ts';

const THEMES = ['light', 'dark'] as const;

/** Violations a user cannot live with, in the colours of both themes; of the whole page or of a part of it. */
async function audit(page: Page, part = 'html'): Promise<void> {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include(part).analyze();
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, where: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) }));
    expect(grave, `${page.url()} in ${colorScheme}`).toEqual([]);
  }
}

test.describe('signed out', () => {
  test.use({ storageState: SIGNED_OUT });

  test('the sign-in page is accessible', async ({ page }) => {
    await page.goto('/sign-in');
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await audit(page);
  });
});

/** Pixels by which the page is wider than the window. */
async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

const PAGES: readonly (readonly [path: string, heading: string])[] = [
  ['/batches', 'Batches'],
  ['/batches/new', 'New batch'],
  ['/account', 'Account'],
  ['/no/such/page', 'Page not found'],
  ['/batches/no-such-batch', 'Batch not found'],
  ['/batches/BATCH/base', 'Climate'],
  ['/batches/BATCH?view=setup', 'Tasks and run'],
  ['/batches/BATCH?view=dashboard', 'BATCH'],
  ['/batches/BATCH?view=results', 'Results'],
  ['/batches/BATCH?view=history', 'History'],
];

for (const [path, heading] of PAGES) {
  test(`${path} is accessible`, async ({ page, admin, batch, guard }) => {
    if (path.includes('no-such-batch')) guard.allow(/no-such-batch.*404|404.*no-such-batch/);
    await admin.readyBatch(batch, [...allValleys(), crossed(4, 'Crossed')]);
    await page.goto(path.replace('BATCH', batch));
    await expect(page.getByRole('heading', { name: heading.replace('BATCH', batch) }).first()).toBeVisible();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await audit(page);
  });
}

for (const [run, tabs] of [
  ['Valley-0', ['overview', 'log', 'results']],
  ['Far-away', ['overview', 'tasks', 'files', 'history']],
] as const) {
  test(`the detail of a finished run is accessible: ${run}`, async ({ page, admin, batch }) => {
    await admin.readyBatch(batch, [valley(0), outside(1, 'Far away')]);
    await admin.run(batch);
    await admin.settled(batch);
    for (const tab of tabs) {
      await page.goto(`/batches/${batch}?view=dashboard&run=${run}&pane=detail&tab=${tab}&task=fetch_dem`);
      await expect(page.getByRole('tabpanel')).toBeVisible();
      await expect(page.locator('.skeleton')).toHaveCount(0);
      await audit(page);
    }
  });
}

test('results and questions of a finished batch are accessible', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch, [valley(0), outside(1, 'Far away')]);
  await admin.run(batch);
  await admin.settled(batch);
  await page.goto(`/batches/${batch}?view=results`);
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('row', { name: /Valley-0/ })).toBeVisible();
  await audit(page);
  for (const width of [1440, 800]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await sideways(page), `${width} px`).toBe(0);
  }
  await page.getByRole('button', { name: 'Retry failed' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await audit(page);
});

test('the grid can be walked with the keyboard alone', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch);
  await page.goto(`/batches/${batch}?view=dashboard`);
  const grid = page.getByRole('grid', { name: 'Runs and tasks' });
  const cell = (row: number, name: string | RegExp) => grid.getByRole('row').nth(row).getByRole('gridcell', { name });
  const first = grid.getByRole('row').nth(1).getByRole('rowheader');
  await expect(first).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search runs' }).focus();
  for (let stops = 0; stops < 12 && !(await first.evaluate((node) => node === document.activeElement)); stops += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(first).toBeFocused();
  // The whole grid is one stop of the Tab key.
  await expect(grid.locator('.rows-window [tabindex="0"]')).toHaveCount(1);

  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await expect(cell(2, /^Fetch DEM:/)).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await expect(grid.getByRole('row').nth(3).getByRole('rowheader')).toBeFocused();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+Home');
  await expect(first).toBeFocused();

  const chosen = (await first.textContent()) ?? '';
  await page.keyboard.press('Enter');
  await expect(grid.getByRole('row').nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(page).toHaveURL(new RegExp(`run=${chosen}`));
  await expect(page.getByRole('region', { name: 'Detail' }).getByRole('heading', { name: chosen })).toBeVisible();

  await page.getByRole('tab', { name: 'Overview' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Tasks' })).toBeFocused();
  await expect(page.getByRole('tab', { name: 'Tasks' })).toHaveAttribute('aria-selected', 'true');

  // The address holds the selection: it survives a reload, and Back undoes it.
  await page.reload();
  await expect(grid.getByRole('row').nth(1)).toHaveAttribute('aria-selected', 'true');
});

test('narrow windows show one pane at a time, without sideways scrolling', async ({ page, admin, batch }) => {
  await page.setViewportSize({ width: 800, height: 900 });
  await admin.readyBatch(batch);
  await page.goto(`/batches/${batch}?view=dashboard`);
  const panes = page.getByRole('group', { name: 'Panes' });
  await expect(page.getByRole('region', { name: 'Runs', exact: true })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Map' })).toBeHidden();
  await panes.getByRole('button', { name: 'Map' }).click();
  await expect(page.getByRole('region', { name: 'Map' })).toBeVisible();
  for (const path of [`/batches/${batch}?view=setup`, `/batches/${batch}/base`, '/batches']) {
    await page.goto(path);
    await expect(page.getByRole('heading').first()).toBeVisible();
    expect(await sideways(page), path).toBe(0);
  }
});

test.describe('far from the server', () => {
  test.use({ timezoneId: 'America/Los_Angeles' });

  test('times are those of the reader', async ({ page, admin, batch }) => {
    await admin.create(batch);
    const { created_ms } = await admin.json<{ created_ms: number }>(`/api/batches/${batch}`);
    await page.goto('/batches');
    // In January and July eight and seven hours behind; the date may be the day before.
    const local = new Date(created_ms).toLocaleString('sv-SE', { timeZone: 'America/Los_Angeles' }).slice(0, 16);
    await expect(page.getByRole('row').filter({ hasText: batch }).locator('time')).toHaveAttribute('title', local);
  });
});
