#!/usr/bin/env python3
"""Basins of `headwaters bench terrain` against those of GRASS r.watershed on the same cases.

    pip install numpy rasterio
    apt install grass-core
    python3 crates/bench/peers/basins.py --bench target/debug/examples/bench --cases DIR

GRASS routes the raw DEM by its own least-cost search (r.watershed -s), without conditioning. For every watershed
the cell of GRASS's drainage is taken, of ours and its eight neighbours, whose accumulation is nearest to our basin, and
the basins upstream of the two cells are compared (IoU). Cases without DEM are left out.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile

import numpy
import rasterio
from rasterio.merge import merge

# r.watershed's drainage directions, counter-clockwise from north-east, as (row, column) steps.
STEPS = {1: (-1, 1), 2: (-1, 0), 3: (-1, -1), 4: (0, -1), 5: (1, -1), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


def dem_of(folder, shape, scratch):
    """The case's DEM with the shape of our basins, tiles joined; `None` when there is none."""
    files = sorted(f for f in os.listdir(folder) if f.lower().endswith((".tif", ".tiff")))
    for name in files:
        with rasterio.open(os.path.join(folder, name)) as source:
            if source.shape == shape and not re.search("d8|fdr|fac|acc", name.lower()):
                return os.path.join(folder, name)
    tiles = [os.path.join(folder, f) for f in files if not re.search("d8|fdr|fac|acc", f.lower())]
    if not tiles:
        return None
    joined, transform = merge(tiles)
    if joined.shape[1:] != shape:
        return None
    path = os.path.join(scratch, "joined.tif")
    with rasterio.open(tiles[0]) as first:
        profile = first.profile | {"height": shape[0], "width": shape[1], "transform": transform}
    with rasterio.open(path, "w", **profile) as output:
        output.write(joined)
    return path


def grass_flow(dem, scratch):
    """Drainage directions and accumulation, in cells."""
    location = os.path.join(scratch, "location")
    shutil.rmtree(location, ignore_errors=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    subprocess.run(["grass", "-c", dem, location, "-e"], **quiet)
    files = [os.path.join(scratch, name) for name in ("drainage.tif", "accumulation.tif")]
    script = (
        f"r.in.gdal -o input={dem} output=dem --q; g.region raster=dem;"
        "r.watershed -s -a elevation=dem accumulation=acc drainage=dir --q;"
        f"r.out.gdal -c -f input=dir output={files[0]} type=Int16 nodata=-99 --q --o;"
        f"r.out.gdal -c -f input=acc output={files[1]} type=Float64 nodata=-1 --q --o"
    )
    run = ["grass", os.path.join(location, "PERMANENT"), "--exec", "bash", "-c", script]
    subprocess.run(run, **quiet)
    result = []
    for path in files:
        with rasterio.open(path) as source:
            result.append(source.read(1))
    return result


def basin(drainage, outlet):
    rows, cols = drainage.shape
    inside = numpy.zeros(drainage.shape, bool)
    inside[outlet] = True
    waiting = [outlet]
    while waiting:
        row, col = waiting.pop()
        for code, (down, right) in STEPS.items():
            r, c = row - down, col - right
            if 0 <= r < rows and 0 <= c < cols and drainage[r, c] == code and not inside[r, c]:
                inside[r, c] = True
                waiting.append((r, c))
    return inside


def nearest(accumulation, row, col, cells):
    """The cell of the 3 × 3 around ours whose accumulation is nearest to our basin's size."""
    rows, cols = accumulation.shape
    around = [
        (r, c)
        for r in range(max(row - 1, 0), min(row + 2, rows))
        for c in range(max(col - 1, 0), min(col + 2, cols))
    ]
    return min(around, key=lambda cell: abs(accumulation[cell] - cells))


def case(folder, records, written, scratch):
    flow = None
    lines = []
    for record in records:
        if record["outlet_row"] is None:
            continue
        name = f"{record['case']}-watersheds-{record['watershed']}"
        path = os.path.join(written, re.sub(r"[^\w.-]", "_", name) + ".tif")
        if not os.path.exists(path):
            continue
        with rasterio.open(path) as source:
            ours = source.read(1) == 1
        if flow is None:
            dem = dem_of(folder, ours.shape, scratch)
            if dem is None:
                return lines
            flow = grass_flow(dem, scratch)
        drainage, accumulation = flow
        row, col = record["outlet_row"], record["outlet_col"]
        cell = nearest(accumulation, row, col, record["basin_cells"])
        theirs = basin(drainage, cell)
        iou = (ours & theirs).sum() / (ours | theirs).sum()
        apart = max(abs(cell[0] - row), abs(cell[1] - col))
        lines.append((record["case"], record["watershed"], record["status"], record["iou_polygon"], iou, apart))
    return lines


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bench", required=True, help="the built example `bench` of headwaters-bench")
    arguments.add_argument("--cases", required=True)
    given = arguments.parse_args()
    bench = os.path.abspath(given.bench)
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        written = os.path.join(scratch, "basins")
        run = [bench, "terrain", "--cases", given.cases, "--json", "--write-basins", written]
        records = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        for name in sorted({record["case"] for record in records}):
            folder = os.path.join(given.cases, name)
            folder = folder if os.path.isdir(folder) else given.cases
            if any(f.lower().endswith((".tif", ".tiff")) for f in os.listdir(folder)):
                own = [record for record in records if record["case"] == name]
                lines += case(folder, own, written, scratch)
    for line in lines:
        print("{:<16} {:<28} {:<13} polygon {:.4f}  GRASS {:.4f}  apart {}".format(*line))
    print("\n| case | watersheds | GRASS IoU least | median | ≥ 0.99 |\n|---|---|---|---|---|")
    for name in sorted({line[0] for line in lines}):
        ious = numpy.array([line[4] for line in lines if line[0] == name])
        print(f"| {name} | {len(ious)} | {ious.min():.4f} | {numpy.median(ious):.4f} | {(ious >= 0.99).sum()} |")


if __name__ == "__main__":
    main()
