import { expect, SIGNED_OUT, test } from '../support/test.ts';

test.use({ storageState: SIGNED_OUT });

test('a wrong password is refused, the right one leads to the page that was asked for', async ({ page, server, guard }) => {
  guard.allow(/Failed to load resource.*api\/action\/sign_in/);
  await page.goto('/batches/new');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Name').fill(server.admin.name);
  await page.getByLabel('Password').fill('a wrong one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('The name or the password is not right');
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page.getByLabel('Password')).toHaveValue('');

  await page.getByLabel('Password').fill(server.admin.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'New batch' })).toBeVisible();
  await expect(page).toHaveURL(/\/batches\/new$/);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await page.request.get('/api/batches')).status()).toBe(401);
});

test('an account that is no administrator gets a plain page and nothing else', async ({ page, server }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Name').fill(server.guest.name);
  await page.getByLabel('Password').fill(server.guest.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  for (const path of ['/batches', '/batches/new', '/batches/any', '/batches/any/base']) {
    if (path !== '/batches') await page.goto(path);
    await expect(page.getByRole('heading', { name: 'Not for this account' })).toBeVisible();
    await expect(page.getByText('The batch runner is for administrators.')).toBeVisible();
  }
  expect((await page.request.get('/api/batches')).status()).toBe(403);
});
