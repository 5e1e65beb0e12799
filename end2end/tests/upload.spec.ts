import type { Page } from '@playwright/test';

import { allValleys, collection, crossed, valley } from '../support/region.ts';
import { GEOJSON_MAX_MB } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page
    .getByLabel(/Choose a file/)
    .setInputFiles({ name, mimeType: 'application/geo+json', buffer: Buffer.from(text) });
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'application/geo+json' }));
      return transfer;
    },
    [name, text] as const,
  );
  const zone = page.locator('.drop-zone');
  await zone.dispatchEvent('dragenter', { dataTransfer });
  await expect(zone).toHaveClass(/drop-zone-over/);
  await zone.dispatchEvent('drop', { dataTransfer });
}

const fact = (page: Page, term: string) =>
  page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) }).locator('xpath=following-sibling::dd');

test('a good file is taken, a bad one leaves it in place, another replaces it and says so', async ({
  page,
  admin,
  batch,
  guard,
}) => {
  await admin.create(batch);
  await page.goto(`/batches/${batch}`);
  await choose(page, 'valleys.geojson', collection(allValleys()));
  await expect(page.getByText('valleys.geojson accepted: 4 watersheds.')).toBeVisible();
  await expect(fact(page, 'Features')).toHaveText('4');
  await expect(fact(page, 'Rejected')).toHaveText('0');
  await expect(fact(page, 'Coordinates')).toContainText('EPSG:32610 (named in the file)');
  await expect(page.getByText('All features are accepted without repair.')).toBeVisible();
  await page.getByText('Attributes (3)').click();
  await expect(page.getByRole('region', { name: 'Attributes' }).getByRole('row', { name: /Name/ })).toContainText('Valley 0');

  guard.allow(/status of 422.*watersheds/);
  for (const [name, text] of [
    ['torn.geojson', '{"type": "FeatureCollection", "features": ['],
    ['empty.geojson', collection([])],
    ['table.json', '{"rows": []}'],
  ] as const) {
    await choose(page, name, text);
    await expect(page.getByText(`${name} was not accepted; previous file kept.`)).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('geojson_refused');
    await expect(page.locator('.file-name')).toHaveText('valleys.geojson');
  }
  await page.reload();
  await expect(page.locator('.file-name')).toHaveText('valleys.geojson');

  await choose(page, 'two.geojson', collection([valley(0), valley(1)]));
  await expect(page.getByText('The previous file is replaced.', { exact: false })).toBeVisible();
  await expect(page.getByText('This file replaced the previous one.', { exact: false })).toBeVisible();
  await expect(page.locator('.file-name')).toHaveText('two.geojson');
  await expect(fact(page, 'Features')).toHaveText('2');
});

test('features that cannot be used are listed with their reason and the rest is taken', async ({ page, admin, batch }) => {
  await admin.create(batch);
  await page.goto(`/batches/${batch}`);
  const point = { ...valley(2), geometry: { type: 'Point', coordinates: [500_000, 4_500_000] } };
  const features = [valley(0), crossed(1, 'Crossed'), point as unknown as ReturnType<typeof valley>];
  await drop(page, 'mixed.geojson', collection(features));
  await expect(fact(page, 'Features')).toHaveText('3');
  await expect(fact(page, 'Accepted')).toHaveText('1');
  await expect(fact(page, 'Rejected')).toHaveText('2');
  const findings = page.getByRole('region', { name: 'Findings' });
  await expect(findings.getByRole('row', { name: /^1\b/ })).toContainText('rejected');
  await expect(findings.getByRole('row', { name: /^2\b/ })).toContainText('rejected');
  await expect(page.getByText('2 features will not run.', { exact: false })).toBeVisible();
});

test('a file over the limit is refused by page and server, and nothing changes', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch);
  await page.goto(`/batches/${batch}`);
  const large = ' '.repeat(GEOJSON_MAX_MB * 1024 * 1024 + 1);
  await choose(page, 'large.geojson', large);
  await expect(page.getByText('large.geojson was not accepted; previous file kept.')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('too_large');
  await expect(page.getByRole('alert')).toContainText('the limit is 1,048,576 bytes');

  // A page that does not know the limit meets the server's.
  const answer = await admin.request.put(`/api/batches/${batch}/watersheds?filename=large.geojson`, {
    data: large,
    headers: { 'content-type': 'application/geo+json' },
  });
  expect(answer.status()).toBe(413);
  expect(await answer.json()).toMatchObject({ error: { code: 'too_large' } });
  await page.reload();
  await expect(page.locator('.file-name')).toHaveText('valleys.geojson');
});
