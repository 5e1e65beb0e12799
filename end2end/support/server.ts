/** The real server with its private Redis and real workers, in a data folder of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { writeRegion } from './region.ts';

/** Longest wait for the server to say where it listens. */
const START_MS = 30_000;
/** Longest wait for it to end by itself. */
const STOP_MS = 15_000;

/** Cap of a polygon upload, MB. */
export const GEOJSON_MAX_MB = 1;

export interface Account {
  readonly name: string;
  readonly password: string;
}

const ADMIN: Account = { name: 'admin', password: 'correct horse battery' };
const GUEST: Account = { name: 'guest', password: 'only here to look on' };
/** An administrator whose password a test changes. */
const SECOND: Account = { name: 'second', password: 'changed before long' };

export class Server {
  readonly url: string;
  readonly admin = ADMIN;
  readonly guest = GUEST;
  readonly second = SECOND;
  readonly #data: string;
  readonly #process: ChildProcess;

  private constructor(url: string, data: string, process: ChildProcess) {
    this.url = url;
    this.#data = data;
    this.#process = process;
  }

  /** A server of its own data folder; `flags` are further ones of `serve`. */
  static async start(...flags: string[]): Promise<Server> {
    const binary = process.env.HEADWATERS_BIN;
    if (!binary) throw new Error('HEADWATERS_BIN must name the headwaters binary; `cargo xtask test` sets it');
    const data = mkdtempSync(join(tmpdir(), 'headwaters-end2end-'));
    writeRegion(data);
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
    // What the environment says gives way to `flags`.
    const env = {
      ...inherited,
      HEADWATERS_WORKERS: '2',
      BATCH_GEOJSON_MAX_MB: String(GEOJSON_MAX_MB),
    };
    const addUser = (account: Account, ...flags: string[]) =>
      execFileSync(binary, ['user', 'add', account.name, ...flags, '--data', data], { env, input: account.password });
    addUser(ADMIN, '--admin');
    addUser(SECOND, '--admin');
    addUser(GUEST);
    const child = spawn(binary, ['serve', '--data', data, '--port', '0', '--lease-s', '5', ...flags], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
    const address = join(data, 'address');
    const deadline = Date.now() + START_MS;
    while (!existsSync(address) || !readFileSync(address, 'utf8').trim()) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        rmSync(data, { recursive: true, force: true });
        throw new Error(`the server did not start:\n${log}`);
      }
      await pause(50);
    }
    return new Server(readFileSync(address, 'utf8').trim(), data, child);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const killer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(killer);
    }
    rmSync(this.#data, { recursive: true, force: true, maxRetries: 5 });
  }
}
