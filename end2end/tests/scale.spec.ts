import { valley } from '../support/region.ts';
import { expect, test } from '../support/test.ts';

const RUNS = 10_000;

const runId = (n: number) => `run-${String(n).padStart(5, '0')}`;

interface Row {
  readonly key: number;
  readonly index: number;
  readonly run_id: string;
}

test('ten thousand runs are one list of which only the visible part exists', async ({ page, admin, batch }) => {
  await admin.readyBatch(batch, [valley(0)]);
  // The server's own first frame, its only row followed by copies.
  await page.routeWebSocket(/\/live/, (route) => {
    const server = route.connectToServer();
    server.onMessage((message) => {
      const frame = JSON.parse(String(message)) as { runs?: Row[] };
      const [row] = frame.runs ?? [];
      const repeated = (row: Row) =>
        Array.from({ length: RUNS }, (_, n) => (n === 0 ? row : { ...row, key: n, index: n, run_id: runId(n) }));
      route.send(JSON.stringify(row ? { ...frame, runs: repeated(row) } : frame));
    });
  });
  await page.goto(`/batches/${batch}?view=dashboard`);
  const grid = page.getByRole('grid', { name: 'Runs and tasks' });
  await expect(grid).toHaveAttribute('aria-rowcount', String(RUNS + 1));
  const rows = grid.getByRole('row');
  const first = grid.getByRole('rowheader', { name: 'Valley-0' });
  await expect(first).toBeVisible();
  expect(await rows.count()).toBeLessThan(80);

  await first.click();
  await page.keyboard.press('Control+End');
  const last = grid.getByRole('row', { name: /run-09999/ });
  await expect(last).toBeInViewport();
  await expect(last).toHaveAttribute('aria-rowindex', String(RUNS + 1));
  expect(await rows.count()).toBeLessThan(80);
  await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await expect(grid.getByRole('row', { name: /run-050\d\d/ }).first()).toBeInViewport();

  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-0777');
  await expect(page.getByText('10 of 10,000 runs')).toBeVisible();
  await expect(grid.getByRole('rowheader', { name: /run-0777\d/ })).toHaveCount(10);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByText('10,000 runs', { exact: true })).toBeVisible();
});
