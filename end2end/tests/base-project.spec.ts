import { readFile } from 'node:fs/promises';

import { expect, test } from '../support/test.ts';

const SAVED = /^saved \d\d:\d\d/;

test('a setting is saved as it is changed, and a faulty one is not', async ({ page, admin, batch }) => {
  await admin.create(batch);
  await page.goto(`/batches/${batch}`);
  await page.getByRole('navigation', { name: 'Parts of the batch' }).getByRole('link', { name: 'Base project' }).click();
  const channels = page.getByRole('region', { name: 'Channels and outlet' });
  const area = channels.getByLabel('Critical source area');
  await expect(area).toHaveValue('8');
  await area.fill('6.5');
  await expect(channels.getByText(SAVED)).toBeVisible();
  await expect(channels.getByText('default: 8 ha')).toBeVisible();

  await area.fill('6,5');
  await expect(channels.getByText('not saved: correct the marked fields')).toBeVisible();
  await expect(area).toHaveAccessibleDescription(/give a number/);

  await page.reload();
  await expect(area).toHaveValue('6.5');
  await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: /Channel/ })).toContainText(
    '1 change',
  );
  await channels.getByRole('button', { name: /Use default/ }).click();
  await expect(area).toHaveValue('8');
  await expect(channels.getByText(SAVED)).toBeVisible();
});

test('two editors never overwrite each other silently', async ({ page, secondPage, admin, batch, guard }) => {
  await admin.create(batch);
  const open = async (on: typeof page) => {
    await on.goto(`/batches/${batch}/base`);
    const climate = on.getByRole('region', { name: 'Climate' });
    await expect(climate.getByLabel('Years')).toHaveValue('2');
    return climate;
  };
  const [mine, theirs] = [await open(page), await open(secondPage)];
  await theirs.getByLabel('Years').fill('5');
  await expect(theirs.getByText(SAVED)).toBeVisible();

  guard.allow(/status of 412.*controls\/climate/);
  await mine.getByLabel('Years').fill('7');
  await expect(mine.getByText('not saved: changed by somebody else')).toBeVisible();
  await expect(mine.getByText(/admin changed these settings at .* Yours are not saved\./)).toBeVisible();
  await expect(mine.getByLabel('Years')).toHaveValue('7');
  await mine.getByRole('button', { name: 'Load theirs' }).click();
  await expect(mine.getByLabel('Years')).toHaveValue('5');

  // Knowing theirs, mine may go over it: now the other page is the one that is warned.
  await mine.getByLabel('Years').fill('7');
  await expect(mine.getByText(SAVED)).toBeVisible();
  await theirs.getByLabel('Years').fill('9');
  await expect(theirs.getByText('not saved: changed by somebody else')).toBeVisible();
  await theirs.getByRole('button', { name: 'Save mine over theirs' }).click();
  await expect(theirs.getByText(SAVED)).toBeVisible();
  await page.reload();
  await expect(mine.getByLabel('Years')).toHaveValue('9');
});

test('a table is changed in place, refused where it is faulty, and given back', async ({ page, admin, batch, guard }) => {
  await admin.create(batch);
  await page.goto(`/batches/${batch}/base`);
  const tables = page.getByRole('region', { name: 'Tables' });
  const edit = tables.getByRole('button', { name: 'Edit Burned classes' });
  await edit.click();
  const text = tables.getByLabel('Burned classes as comma-separated values');
  await expect(text).toHaveValue(/^# What fire makes of a class/);
  await expect(text).toBeFocused();
  const before = await text.inputValue();

  guard.allow(/status of 422.*tables\/burn/);
  await text.fill(before.replace('forest,forest,', 'forest,tree,'));
  await tables.getByRole('button', { name: 'Save table' }).click();
  await expect(tables.getByRole('alert')).toContainText('line 3, group: "tree"; expected forest, shrub or grass');

  await text.fill(before.replaceAll('forest high sev fire', 'ashes'));
  await tables.getByRole('button', { name: 'Save table' }).click();
  await expect(text).toBeHidden();
  await expect(edit).toBeFocused();
  await expect(tables.getByText('`ashes` has no row in Covers')).toBeVisible();
  const toc = page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: /Tables/ });
  await expect(toc).toContainText('1 change');

  const download = page.waitForEvent('download');
  await tables.getByRole('link', { name: 'Download Burned classes' }).click();
  const file = await (await download).path();
  const changed = (await readFile(file, 'utf8')).replaceAll('ashes', 'forest high sev fire');
  await tables.getByLabel('Replace Burned classes').setInputFiles({
    name: 'mended.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(changed),
  });
  await expect(tables.getByText(/^mended\.csv, 5 rows, changed .* by admin$/)).toBeVisible();
  await expect(tables.getByText('has no row in Covers')).toBeHidden();
  await tables.getByRole('button', { name: 'Use the default for Burned classes' }).click();
  await expect(toc).toContainText('defaults');
});
