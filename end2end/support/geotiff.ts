/** Uncompressed single-band GeoTIFFs, written from first principles so that the server reads a stranger's file. */

export interface Placement {
  readonly rows: number;
  readonly cols: number;
  readonly west: number;
  readonly north: number;
  readonly cellSize: number;
  readonly epsg: number;
}

type Samples = Float32Array | Uint8Array;

/** Field types of TIFF 6.0 that are needed here, with their size in bytes. */
const SIZE = { ascii: 1, short: 2, long: 4, double: 8 } as const;
const CODE = { ascii: 2, short: 3, long: 4, double: 12 } as const;

interface Entry {
  readonly tag: number;
  readonly type: keyof typeof SIZE;
  readonly values: readonly number[];
}

/** Bytes of a GeoTIFF with one strip; `samples` are row by row from the north. */
export function geotiff(at: Placement, samples: Samples, nodata: string): Buffer {
  const isFloat = samples instanceof Float32Array;
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const entry = (tag: number, type: Entry['type'], ...values: number[]): Entry => ({ tag, type, values });
  const entries = [
    entry(256, 'long', at.cols),
    entry(257, 'long', at.rows),
    entry(258, 'short', isFloat ? 32 : 8),
    entry(259, 'short', 1),
    entry(262, 'short', 1),
    entry(273, 'long', 8),
    entry(277, 'short', 1),
    entry(278, 'long', at.rows),
    entry(279, 'long', pixels.length),
    entry(339, 'short', isFloat ? 3 : 1),
    entry(33550, 'double', at.cellSize, at.cellSize, 0),
    entry(33922, 'double', 0, 0, 0, at.west, at.north, 0),
    // Projected, pixel is area, this EPSG code.
    entry(34735, 'short', 1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, at.epsg),
    entry(42113, 'ascii', ...Buffer.from(`${nodata}\0`, 'latin1')),
  ];
  const head = Buffer.alloc(8);
  head.write('II', 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([head, pixels, directory(entries, 8 + pixels.length)]);
}

/** The image file directory at `offset`, followed by the values that do not fit into it. */
function directory(entries: readonly Entry[], offset: number): Buffer {
  const table = Buffer.alloc(2 + 12 * entries.length + 4);
  table.writeUInt16LE(entries.length);
  const tail: Buffer[] = [];
  let tailAt = offset + table.length;
  entries.forEach(({ tag, type, values }, position) => {
    const at = 2 + 12 * position;
    table.writeUInt16LE(tag, at);
    table.writeUInt16LE(CODE[type], at + 2);
    table.writeUInt32LE(values.length, at + 4);
    const bytes = encoded(type, values);
    if (bytes.length <= 4) {
      bytes.copy(table, at + 8);
    } else {
      table.writeUInt32LE(tailAt, at + 8);
      tail.push(bytes);
      tailAt += bytes.length;
    }
  });
  return Buffer.concat([table, ...tail]);
}

function encoded(type: Entry['type'], values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * SIZE[type]);
  values.forEach((value, position) => {
    const at = position * SIZE[type];
    if (type === 'double') bytes.writeDoubleLE(value, at);
    else if (type === 'long') bytes.writeUInt32LE(value, at);
    else if (type === 'short') bytes.writeUInt16LE(value, at);
    else bytes.writeUInt8(value, at);
  });
  return bytes;
}
