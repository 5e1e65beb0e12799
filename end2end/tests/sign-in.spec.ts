import type { Page } from '@playwright/test';

import { Api } from '../support/api.ts';
import { type Account, Server } from '../support/server.ts';
import { expect, SIGNED_OUT, test } from '../support/test.ts';

test.use({ storageState: SIGNED_OUT });

async function signIn(page: Page, { name, password }: Account): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a wrong password is refused, the right one leads to the page that was asked for', async ({ page, server, guard }) => {
  guard.allow(/Failed to load resource.*api\/action\/sign_in/);
  await page.goto('/batches/new');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signIn(page, { ...server.admin, password: 'a wrong one' });
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
  await signIn(page, server.guest);
  for (const path of ['/batches', '/batches/new', '/batches/any', '/batches/any/base']) {
    if (path !== '/batches') await page.goto(path);
    await expect(page.getByRole('heading', { name: 'No access with this account' })).toBeVisible();
    await expect(page.getByText('The batch runner is for administrators.')).toBeVisible();
  }
  expect((await page.request.get('/api/batches')).status()).toBe(403);
});

test('a changed password holds, the old one does not, and other sessions end', async ({ page, browser, server, guard }) => {
  guard.allow(/Failed to load resource.*(change_password|sign_in)/);
  const elsewhere = await browser.newContext({ baseURL: server.url });
  guard.watch(elsewhere);
  const other = await elsewhere.newPage();
  await other.goto('/');
  await signIn(other, server.second);
  await expect(other.getByRole('heading', { name: 'Batches' })).toBeVisible();

  await page.goto('/account');
  await signIn(page, server.second);
  const change = page.getByRole('button', { name: 'Change password' });
  const type = async (current: string, next: string, again: string) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password', { exact: true }).fill(next);
    await page.getByLabel('Confirm new password').fill(again);
  };
  await type(server.second.password, 'short', 'short');
  await expect(page.getByText('Use at least 12 characters')).toBeVisible();
  await type(server.second.password, 'a river in the hills', 'a river in the hill');
  await expect(page.getByText('The passwords differ')).toBeVisible();
  await expect(change).toBeDisabled();
  await type('not the present one', 'a river in the hills', 'a river in the hills');
  await change.click();
  await expect(page.getByRole('alert')).toContainText(/password/);
  await type(server.second.password, 'a river in the hills', 'a river in the hills');
  await change.click();
  await expect(page.getByText('Password changed; other sessions are signed out.')).toBeVisible();
  expect((await page.request.get('/api/batches')).status()).toBe(200);
  expect((await other.request.get('/api/batches')).status()).toBe(401);
  await elsewhere.close();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, server.second);
  await expect(page.getByRole('alert')).toContainText('The name or the password is not right');
  await signIn(page, { ...server.second, password: 'a river in the hills' });
  await expect(page.getByRole('heading', { name: 'Account' })).toBeVisible();
});

test('a server with the batch runner switched off says so and keeps its batches to itself', async ({ browser, guard }) => {
  const server = await Server.start('--batch-runner-enabled', 'false');
  try {
    const context = await browser.newContext({ baseURL: server.url });
    guard.watch(context);
    const page = await context.newPage();
    for (const path of ['/', '/batches/any', '/account']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { name: 'The batch runner is switched off' })).toBeVisible();
    }
    await context.close();
    const admin = await Api.signIn(server, server.admin);
    const refused = await admin.request.get('/api/batches');
    expect(refused.status()).toBe(403);
    expect(await refused.text()).toContain('switched off');
    await admin.request.dispose();
  } finally {
    await server.stop();
  }
});
