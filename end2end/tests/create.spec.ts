import { CONFIG } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

test('the rules for names are told while typing', async ({ page }) => {
  await page.goto('/batches/new');
  const name = page.getByRole('textbox', { name: 'Name' });
  const create = page.getByRole('button', { name: 'Create batch' });
  await expect(page.getByRole('radio', { name: CONFIG, exact: true })).toBeVisible();
  for (const [typed, complaint] of [
    ['ab', '3 to 29 characters'],
    ['a'.repeat(30), '3 to 29 characters'],
    ['Eagle Creek', 'only lower-case letters, digits, hyphens and underscores'],
    ['-eagle', 'begin with a letter or a digit'],
    ['new', 'reserved'],
  ] as const) {
    await name.fill(typed);
    await expect(page.getByText(complaint, { exact: false }).last()).toBeVisible();
    await expect(name).toHaveAttribute('aria-invalid', 'true');
    await expect(create).toBeDisabled();
  }
  await name.fill('eagle_creek-2');
  await expect(name).not.toHaveAttribute('aria-invalid', 'true');
  await expect(create).toBeEnabled();
});

test('configs are explained, and one that cannot be used says why', async ({ page }) => {
  await page.goto('/batches/new');
  await expect(page.getByRole('radio', { name: CONFIG, exact: true })).toHaveAccessibleDescription(/Test valleys/);
  const broken = page.getByRole('radio', { name: 'broken', exact: true });
  await expect(broken).toBeDisabled();
  await expect(broken).toHaveAccessibleDescription(/no-such-dem\.tif/);
});

test('a batch is created once; a second of the same name is refused by page and server', async ({
  page,
  secondPage,
  batch,
  guard,
}) => {
  const fill = async (on: typeof page) => {
    await on.goto('/batches/new');
    await on.getByRole('radio', { name: CONFIG, exact: true }).check();
    await on.getByRole('textbox', { name: 'Name' }).fill(batch);
  };
  await fill(page);
  await fill(secondPage);
  await page.getByRole('button', { name: 'Create batch' }).click();
  await expect(page).toHaveURL(new RegExp(`/batches/${batch}$`));
  await expect(page.getByRole('heading', { name: batch })).toBeVisible();

  // The other page was opened before and cannot know: the server has the last word.
  guard.allow(/status of 409.*api\/batches/);
  await secondPage.getByRole('button', { name: 'Create batch' }).click();
  await expect(secondPage.getByRole('alert')).toContainText('batch_exists');

  await fill(page);
  await expect(page.getByText('a batch with this name already exists')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create batch' })).toBeDisabled();
});
