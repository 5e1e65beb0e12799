/** How long the preview of run ids takes in the browser: from a keystroke until the first row of the table shows it. */
import { Api } from '../support/api.ts';
import { square } from '../support/region.ts';
import { Server } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Features for which the time is given; `headwaters bench` gives the native one for as many. */
const FEATURES = 10_000;
const KEYSTROKES = 31;
const BATCH = 'bench-preview';

test('preview', async ({ browser }) => {
  const server = await Server.start('--geojson-max-mb', '64', '--workers', '0');
  try {
    const admin = await Api.signIn(server, server.admin);
    await admin.create(BATCH);
    await admin.upload(BATCH, Array.from({ length: FEATURES }, (_, n) => square(n)), 'squares.geojson');
    await admin.template(BATCH, 'w{one_based_index:05d}');
    const context = await browser.newContext({
      baseURL: server.url,
      storageState: await admin.request.storageState(),
    });
    const page = await context.newPage();
    await page.goto(`/batches/${BATCH}?view=setup`);
    const table = page.getByRole('table', { name: /run ids/i });
    await expect(table).toHaveAttribute('aria-rowcount', String(FEATURES + 1));
    await expect(table.getByText('w00001')).toBeVisible();
    // Measured in the page itself: the driver's round trips would be counted otherwise.
    const times = await page.getByRole('combobox', { name: 'Template' }).evaluate(measure, KEYSTROKES);
    times.sort((a, b) => a - b);
    const ms = (at: number) => (times[at] ?? Number.NaN).toFixed(1);
    const range = `${ms(0)} to ${ms(times.length - 1)}`;
    console.log(`preview (browser): ${FEATURES} run ids in ${ms(times.length >> 1)} ms from keystroke to table (${range})`);
    await context.close();
    await admin.request.dispose();
  } finally {
    await server.stop();
  }
});

/** Types into the template field and waits for the first row of the table to follow; milliseconds of each keystroke. */
async function measure(field: HTMLElement | SVGElement, keystrokes: number): Promise<number[]> {
  // A message is delivered in the next turn of the event loop, without the delay of a timer.
  const turn = () =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      channel.port2.postMessage(0);
    });
  const first = () => document.querySelector('.rows-window .preview-row')?.textContent ?? '';
  const times: number[] = [];
  for (let n = 0; n < keystrokes; n += 1) {
    const prefix = `k${n}-`;
    (field as HTMLInputElement).value = `${prefix}{slug(Name)}-{one_based_index:05d}`;
    const start = performance.now();
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (!first().includes(prefix)) await turn();
    times.push(performance.now() - start);
  }
  return times;
}
