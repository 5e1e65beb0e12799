/**
 * A small region for the suite: parallel valleys that drain into a trunk stream, as files a user would have.
 *
 * The polygons are plain rectangles in the grid's own coordinates, so that every upload is reprojected as well.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { geotiff, type Placement } from './geotiff.ts';

const VALLEY_COLS = 35;
/** Valleys, which are also watersheds. */
export const VALLEYS = 4;
const OUTLET_ROW = 90;
const TRUNK_ROW = 96;
const EPSG = 32610;
const AT: Placement = {
  rows: 110,
  cols: VALLEYS * VALLEY_COLS,
  west: 500_010,
  north: 4_500_030,
  cellSize: 30,
  epsg: EPSG,
};

/** Name of the config that reads the region. */
export const CONFIG = 'valleys';

function elevation(row: number, col: number): number {
  if (row >= OUTLET_ROW + 2) return 400 - 0.4 * col + 4 * Math.abs(row - TRUNK_ROW);
  const valley = Math.floor(col / VALLEY_COLS);
  const across = Math.abs(col - (valley * VALLEY_COLS + Math.floor(VALLEY_COLS / 2)));
  // A wave along the valley makes side valleys, so that there is more than one channel.
  const sides = 3 * Math.sin(row / 9) * Math.min(across / 6, 1);
  return 424 + 3 * (OUTLET_ROW - row) + 5 * across + sides;
}

function cells(value: (row: number, col: number) => number): number[] {
  return Array.from({ length: AT.rows * AT.cols }, (_, at) => value(Math.floor(at / AT.cols), at % AT.cols));
}

/** Writes rasters, a weather station and the config into a data folder. */
export function writeRegion(data: string): void {
  const folder = join(data, CONFIG);
  mkdirSync(join(folder, 'stations'), { recursive: true });
  mkdirSync(join(data, 'configs'), { recursive: true });
  const raster = (name: string, samples: Float32Array | Uint8Array, nodata: string) =>
    writeFileSync(join(folder, name), geotiff(AT, samples, nodata));
  raster('dem.tif', Float32Array.from(cells(elevation)), '-9999');
  // Forest, shrubs and grass by their NLCD codes.
  raster('landcover.tif', Uint8Array.from(cells((row) => [42, 52, 71][Math.floor(row / 20) % 3] ?? 42)), '0');
  raster('burn_severity.tif', Uint8Array.from(cells((row) => 1 + (Math.floor(row / 20) % 4))), '0');
  copyFileSync(join(import.meta.dirname, '../region/valleys.par'), join(folder, 'stations/valleys.par'));
  writeFileSync(join(data, 'configs', `${CONFIG}.toml`), CONFIG_TEXT);
  writeFileSync(join(data, 'configs', 'broken.toml'), BROKEN_CONFIG_TEXT);
}

const CONFIG_TEXT = `description = "Test valleys"
cell_size_m = 30
[dem]
path = "valleys/dem.tif"
[landcover]
path = "valleys/landcover.tif"
[burn_severity]
path = "valleys/burn_severity.tif"
[climate]
stations = "valleys/stations"
[controls.sbs]
mode = "config"
[controls.channels]
critical_source_area_ha = 8.0
[controls.soils]
mode = "single"
single_soil = "clay loam"
[controls.climate]
years = 2
`;

const BROKEN_CONFIG_TEXT = `description = "Names a file that does not exist"
cell_size_m = 30
[dem]
path = "valleys/no-such-dem.tif"
`;

type Position = readonly [number, number];

export interface Feature {
  readonly type: 'Feature';
  readonly id: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly geometry: { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] };
}

function feature(id: number, name: string, ring: readonly Position[]): Feature {
  return {
    type: 'Feature',
    id,
    properties: { Name: name, Order: id, Region: 'Valleys' },
    geometry: { type: 'Polygon', coordinates: [ring] },
  };
}

function rectangle(west: number, south: number, east: number, north: number): Position[] {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** The watershed of one valley, named `Valley <n>`. */
export function valley(n: number): Feature {
  const x = (col: number) => AT.west + col * AT.cellSize;
  const y = (row: number) => AT.north - row * AT.cellSize;
  const west = n * VALLEY_COLS;
  return feature(n, `Valley ${n}`, rectangle(x(west + 1), y(OUTLET_ROW - 1), x(west + VALLEY_COLS - 1), y(1)));
}

/** A watershed far outside the elevation model. */
export function outside(id: number, name: string): Feature {
  return feature(id, name, rectangle(600_000, 4_700_000, 601_000, 4_702_000));
}

/** One of many small squares side by side, without a thought of the elevation model. */
export function square(n: number): Feature {
  const [west, south] = [AT.west + (n % 100) * 1000, AT.north + Math.floor(n / 100) * 1000];
  return feature(n, `Creek ${n}`, rectangle(west, south, west + 900, south + 900));
}

/** A ring that crosses itself so that no repair can tell what was meant. */
export function crossed(id: number, name: string): Feature {
  const [x, y] = [AT.west + 300, AT.north - 2400];
  return feature(id, name, [[x, y], [x + 600, y + 600], [x + 600, y], [x, y + 600], [x, y]]);
}

/** Text of an upload. */
export function collection(features: readonly Feature[]): string {
  const crs = { type: 'name', properties: { name: `urn:ogc:def:crs:EPSG::${EPSG}` } };
  return JSON.stringify({ type: 'FeatureCollection', crs, features });
}

/** All valleys. */
export function allValleys(): Feature[] {
  return Array.from({ length: VALLEYS }, (_, n) => valley(n));
}
