#!/usr/bin/env python3
"""Fill, D8 and accumulation of other programs beside `headwaters bench terrain`, on the same generated DEM.

    pip install whitebox-workflows py-richdem topotoolbox pyflwdir numpy rasterio
    apt install grass-core
    python3 crates/bench/peers/speed.py --bench target/debug/examples/bench [--whitebox-tools PATH]

Every peer runs in a process of its own; what is not installed is left out. Times are CPU seconds (user and system, of
all threads) of the best of --repeats, reading and writing excluded where the peer works in memory. The ratio
is the peer's CPU time over ours in the same run. Peers solve the same task only roughly; the notes say where not.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

CELL_M = 10.0


def cpu(who=resource.RUSAGE_SELF):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def timed(steps, name, work):
    before, wall = cpu(), time.monotonic()
    result = work()
    steps[name] = {"cpu": cpu() - before, "wall": time.monotonic() - wall}
    return result


def read(path):
    import rasterio

    with rasterio.open(path) as source:
        return source.read(1)


def whitebox_workflows(path, steps):
    import whitebox_workflows

    environment = whitebox_workflows.WbEnvironment()
    environment.verbose = False
    dem = environment.read_raster(path)
    hydrology = environment.hydrology
    filled = timed(steps, "fill", lambda: hydrology.fill_depressions(dem=dem))
    pointers = timed(steps, "D8", lambda: hydrology.d8_pointer(dem=filled))
    accumulate = lambda: hydrology.d8_flow_accum(raster=pointers, input_is_pointer=True)
    timed(steps, "accumulation", accumulate)


def richdem(path, steps):
    import richdem as rd

    dem = rd.rdarray(read(path), no_data=-9999)
    dem.geotransform = [0, CELL_M, 0, 0, 0, -CELL_M]
    filled = timed(steps, "fill", lambda: rd.FillDepressions(dem, epsilon=True, in_place=False))
    timed(steps, "accumulation", lambda: rd.FlowAccumulation(filled, method="D8"))


def topotoolbox(path, steps):
    import topotoolbox as tt

    dem = tt.read_tif(path)
    filled = timed(steps, "fill", lambda: dem.fillsinks())
    flow = timed(steps, "D8", lambda: tt.FlowObject(filled))
    timed(steps, "accumulation", lambda: flow.flow_accumulation())


def pyflwdir(path, steps):
    import numpy
    import pyflwdir as flow

    dem = read(path)
    flow.from_dem(dem[:64, :64].copy(), nodata=-9999.0).upstream_area()
    network = timed(steps, "fill", lambda: flow.from_dem(dem, nodata=-9999.0))
    area = timed(steps, "accumulation", lambda: network.upstream_area())
    assert numpy.isfinite(area).all()


def grass(path, steps):
    folder = tempfile.mkdtemp()
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        location = os.path.join(folder, "location")
        subprocess.run(["grass", "-c", path, location, "-e"], **quiet)
        script = "g.region raster=dem; r.watershed -s -a elevation=dem accumulation=acc drainage=dir --q"
        run = ["grass", os.path.join(location, "PERMANENT"), "--exec", "bash", "-c"]
        subprocess.run([*run, f"r.in.gdal -o input={path} output=dem --q"], **quiet)
        before, wall = cpu(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([*run, script], **quiet)
        after = cpu(resource.RUSAGE_CHILDREN)
        steps["all in one"] = {"cpu": after - before, "wall": time.monotonic() - wall}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def whitebox_tools(path, steps):
    """The command-line tools, reading and writing included; a tool that crashes is tried again."""
    program = os.environ["WHITEBOX_TOOLS"]
    folder = tempfile.mkdtemp()
    try:
        tools = [
            ("fill", ["-r=FillDepressions", f"--dem={path}", "--output=filled.tif", "--fix_flats"]),
            ("D8", ["-r=D8Pointer", "--dem=filled.tif", "--output=d8.tif"]),
            ("accumulation", ["-r=D8FlowAccumulation", "--input=d8.tif", "--pntr", "--output=acc.tif"]),
        ]
        for name, arguments in tools:
            output = next(a for a in arguments if a.startswith("--output=")).split("=")[1]
            for _ in range(10):
                before, wall = cpu(resource.RUSAGE_CHILDREN), time.monotonic()
                command = [program, *arguments, f"--wd={folder}", "--compress_rasters=true"]
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                spent = cpu(resource.RUSAGE_CHILDREN) - before
                if os.path.exists(os.path.join(folder, output)):
                    steps[name] = {"cpu": spent, "wall": time.monotonic() - wall}
                    break
            else:
                raise RuntimeError(f"{name} crashed ten times")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


PEERS = {
    "whitebox-workflows": (whitebox_workflows, "in memory"),
    "py-richdem": (richdem, "epsilon fill; accumulation includes its D8"),
    "topotoolbox": (topotoolbox, "D8 is its FlowObject"),
    "pyflwdir": (pyflwdir, "D8 from the flood order, in the fill"),
    "GRASS r.watershed": (grass, "no filling; its own raster files"),
    "WhiteboxTools": (whitebox_tools, "with reading and writing"),
}

CORE = ("fill", "D8", "accumulation", "fill and D8 in one")


def ours(bench, repeats):
    """Steps of the 16.8 Mcell DEM on one thread, as `bench terrain` prints them."""
    best = {}
    line = re.compile(r"^\s*16\.8M\s+1\s+(.+?)\s+([\d.]+)\s+([\d.]+)\s+[\d.]+\s+\S+\s*$")
    for _ in range(repeats):
        printed = subprocess.run([bench, "terrain"], check=True, capture_output=True, text=True).stdout
        for match in filter(None, map(line.match, printed.splitlines())):
            step = {"wall": float(match[2]), "cpu": float(match[3])}
            if match[1] in CORE and step["cpu"] < best.get(match[1], step)["cpu"] + 1e-9:
                best[match[1]] = step
    return best


def peer(name, path, repeats):
    """Best CPU seconds of every step, each repeat in a fresh process; `None` when the peer does not run."""
    best = {}
    for _ in range(repeats):
        command = [sys.executable, __file__, "--peer", name, "--dem", path]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{name} left out: {(done.stderr.strip().splitlines() or ['?'])[-1]}", file=sys.stderr)
            return None
        for step, spent in json.loads(done.stdout.splitlines()[-1]).items():
            if step not in best or spent["cpu"] < best[step]["cpu"]:
                best[step] = spent
    return best


def uncompressed(path, folder):
    """A copy every peer can read."""
    import rasterio

    plain = os.path.join(folder, "dem.tif")
    with rasterio.open(path) as source:
        profile = source.profile | {"compress": None, "predictor": 1, "tiled": False, "nodata": -9999.0}
        for key in ("blockxsize", "blockysize", "interleave"):
            profile.pop(key, None)
        with rasterio.open(plain, "w", **profile) as copy:
            copy.write(source.read())
    return plain


def table(rows, own):
    print("| program | fill | D8 | accumulation | sum, CPU s | sum, wall s | CPU ratio to ours | remark |")
    print("|---|---|---|---|---|---|---|---|")
    for name, steps, remark in rows:
        cell = lambda step: f"{steps[step]['cpu']:.2f}" if step in steps else "–"
        total = sum(step["cpu"] for step in steps.values())
        wall = sum(step["wall"] for step in steps.values())
        first = cell("fill") if "fill" in steps else cell("fill and D8 in one")
        print(
            f"| {name} | {first} | {cell('D8')} | {cell('accumulation')} | {total:.2f} | {wall:.2f} "
            f"| {total / own:.1f} | {remark} |"
        )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bench", help="the built example `bench` of headwaters-bench")
    arguments.add_argument("--whitebox-tools", help="the built `whitebox_tools`")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--side", type=int, default=4096)
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    arguments.add_argument("--dem", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.peer:
        steps = {}
        PEERS[given.peer][0](given.dem, steps)
        print(json.dumps(steps))
        return
    if not given.bench:
        arguments.error("--bench is needed")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    if given.whitebox_tools:
        os.environ["WHITEBOX_TOOLS"] = os.path.abspath(given.whitebox_tools)
    with tempfile.TemporaryDirectory() as folder:
        written = os.path.join(folder, "written.tif")
        bench = os.path.abspath(given.bench)
        subprocess.run([bench, "terrain", "--write-dem", written, "--side", str(given.side)], check=True)
        dem = uncompressed(written, folder)
        own = ours(bench, given.repeats)
        rows = [("Headwaters, one thread", own, "in memory")]
        for name, (_, remark) in PEERS.items():
            steps = peer(name, dem, given.repeats)
            if steps:
                rows.append((name, steps, remark))
    table(rows, sum(step["cpu"] for step in own.values()))


if __name__ == "__main__":
    main()
