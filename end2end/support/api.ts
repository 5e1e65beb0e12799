/** The API as the admin's own pages use it: to prepare what a test is not about, and to look behind the page. */
import { type APIRequestContext, type APIResponse, expect, request } from '@playwright/test';

import { allValleys, collection, CONFIG, type Feature } from './region.ts';
import type { Account, Server } from './server.ts';

export interface RunRow {
  readonly run_id: string;
  readonly tasks: readonly string[];
  readonly attempts: readonly number[];
  readonly error_message?: string;
}

interface WorkerInfo {
  readonly id: string;
  readonly pid: number;
  readonly busy: number;
}

/** Weather for seconds of work per run. */
export const MANY_YEARS = 1000;

/** States in which a task does nothing more. */
const ENDED = ['idle', 'succeeded', 'skipped', 'failed', 'upstream_failed', 'cancelled'];

export class Api {
  readonly request: APIRequestContext;

  private constructor(context: APIRequestContext) {
    this.request = context;
  }

  static async signIn(server: Server, account: Account): Promise<Api> {
    // What a browser says of a request made by our own page.
    const extraHTTPHeaders = { 'sec-fetch-site': 'same-origin' };
    // The test's own cookies stay out: signing in again would end their session.
    const storageState = { cookies: [], origins: [] };
    const context = await request.newContext({ baseURL: server.url, extraHTTPHeaders, storageState });
    const form = { name: account.name, password: account.password };
    await accepted(await context.post('/api/action/sign_in', { form }));
    return new Api(context);
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.request.get(path);
    return (await accepted(response)).json() as Promise<T>;
  }

  async create(batch: string): Promise<void> {
    await accepted(await this.request.post('/api/batches', { data: { name: batch, config: CONFIG } }));
  }

  async upload(batch: string, features: readonly Feature[], filename = 'valleys.geojson'): Promise<void> {
    const path = `/api/batches/${batch}/watersheds?filename=${filename}`;
    const headers = { 'content-type': 'application/geo+json' };
    await accepted(await this.request.put(path, { data: collection(features), headers }));
  }

  async template(batch: string, template: string): Promise<void> {
    await accepted(await this.request.post(`/api/batches/${batch}/template`, { data: { template } }));
  }

  /** A batch that only needs Run to be pressed. */
  async readyBatch(batch: string, features: readonly Feature[] = allValleys()): Promise<void> {
    await this.create(batch);
    await this.upload(batch, features);
    await this.template(batch, '{slug(properties.Name)}');
  }

  /** Changes one setting of the base project. */
  async set(batch: string, kind: string, field: string, value: unknown): Promise<void> {
    const path = `/api/batches/${batch}/controls`;
    const documents = await this.json<{ kind: string; version: number; value: Record<string, unknown> }[]>(path);
    const document = documents.find((candidate) => candidate.kind === kind);
    if (!document) throw new Error(`there is no control ${kind}`);
    const headers = { 'if-match': `"${document.version}"` };
    const data = { ...document.value, [field]: value };
    await accepted(await this.request.put(`${path}/${kind}`, { data, headers }));
  }

  /** A batch that runs long enough to be watched and disturbed: much weather. */
  async slowBatch(batch: string, features?: readonly Feature[]): Promise<void> {
    await this.readyBatch(batch, features);
    await this.set(batch, 'climate', 'years', MANY_YEARS);
  }

  /** Number of tasks of a run: a new batch has all of them selected. */
  async taskCount(batch: string): Promise<number> {
    return (await this.tasks(batch)).length;
  }

  private async tasks(batch: string): Promise<string[]> {
    return (await this.json<{ tasks: string[] }>(`/api/batches/${batch}`)).tasks;
  }

  /** Submits every task of every run. */
  async run(batch: string): Promise<void> {
    const tasks = await this.tasks(batch);
    const data = { filter: { kind: 'all' }, tasks, force_rebuild: false };
    await accepted(await this.request.post(`/api/batches/${batch}/run`, { data }));
  }

  async runs(batch: string): Promise<RunRow[]> {
    return (await this.json<{ runs: RunRow[] }>(`/api/batches/${batch}/runs`)).runs;
  }

  /** Waits until nothing of the batch is active. */
  async settled(batch: string): Promise<RunRow[]> {
    const active = async () => (await this.runs(batch)).filter((run) => !run.tasks.every((state) => ENDED.includes(state)));
    await expect.poll(async () => (await active()).length, { timeout: 50_000 }).toBe(0);
    return this.runs(batch);
  }

  async workers(): Promise<WorkerInfo[]> {
    return (await this.json<{ workers: WorkerInfo[] }>('/api/system')).workers;
  }
}

async function accepted(response: APIResponse): Promise<APIResponse> {
  if (!response.ok()) throw new Error(`${response.url()}: ${response.status()} ${await response.text()}`);
  return response;
}
