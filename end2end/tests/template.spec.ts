import type { Page } from '@playwright/test';

import { valley } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

const row = (page: Page, index: number) =>
  page.getByRole('table', { name: 'Run IDs' }).getByRole('row').nth(index + 1);
const runButton = (page: Page) => page.getByRole('button', { name: 'Run…' }).first();

test('run ids appear while typing, without a request, and only a validated template can run', async ({
  page,
  admin,
  batch,
}) => {
  await admin.create(batch);
  await admin.upload(batch, [valley(0), valley(1), valley(2)]);
  await page.goto(`/batches/${batch}`);
  await expect(runButton(page)).toBeDisabled();
  const template = page.getByRole('combobox', { name: 'Template' });
  await template.click();
  // The inputs are there once the preview answers; from then on no keystroke may ask the server.
  await template.fill('x');
  await expect(row(page, 0)).toContainText('x');
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));

  await template.fill('');
  await template.pressSequentially('ws-{properties.Na');
  await expect(page.getByRole('option', { name: /Name/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(template).toHaveValue(/^ws-\{properties\.Name\}?$/);
  await template.fill('ws-{slug(properties.Name)}');
  await expect(page.getByText('First run ID:')).toContainText(/valley-0/i);
  for (const index of [0, 1, 2]) await expect(row(page, index)).toContainText(new RegExp(`ws-valley-${index}`, 'i'));
  await expect(page.getByText('3 watersheds: 3 unique run IDs')).toBeVisible();

  await template.fill('ws-{properties.Region}');
  await expect(page.getByText('3 watersheds: 1 unique run ID; 3 watersheds share 1 run ID')).toBeVisible();
  await expect(row(page, 1)).toContainText('Used by 3 features');
  await template.fill('ws-{properties.Nmae}');
  await expect(row(page, 1)).toContainText(/Nmae/);
  await template.fill('ws-{');
  await expect(template).toHaveAttribute('aria-invalid', 'true');
  expect(requests).toEqual([]);

  await template.fill('ws-{properties.Region}');
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(page.getByText('Validated, but not usable', { exact: false })).toBeVisible();
  await expect(runButton(page)).toBeDisabled();

  await template.fill('ws-{Order:02d}');
  await expect(page.getByText('Not validated yet.', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(page.getByText('Validated: every watershed has a unique run ID.')).toBeVisible();
  await expect(runButton(page)).toBeEnabled();
  expect((await admin.runs(batch)).map((run) => run.run_id)).toEqual(['ws-00', 'ws-01', 'ws-02']);
});

test('a new upload makes the validation stale until it is repeated', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch);
  await page.goto(`/batches/${batch}`);
  await expect(runButton(page)).toBeEnabled();
  await admin.upload(batch, [valley(3), valley(1)], 'other.geojson');
  await page.reload();
  await expect(page.getByText('Out of date: the watersheds have been replaced.', { exact: false })).toBeVisible();
  await expect(runButton(page)).toBeDisabled();
  await expect(runButton(page)).toHaveAccessibleDescription(/validate/i);
  await expect(row(page, 0)).toContainText(/valley-3/i);
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(page.getByText('Validated: every watershed has a unique run ID.')).toBeVisible();
  await expect(runButton(page)).toBeEnabled();
});
