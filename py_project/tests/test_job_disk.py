"""`match_parquet` and the disk: what is its own, what it opens, what it refuses at once."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from jobs import EXPECTED, MAX_DIST, big_job, refused, run

import poly_match as pm
from poly_match import _plugin
from poly_match.info import describe

MANIFEST = Path(".out.poly_match.jsonl")


def job(output: str = "out", **options: Any) -> pm.Summary:
    given: dict[str, Any] = {"max_dist": MAX_DIST, "progress": False, **options}
    return pm.match_parquet("points", "zones.parquet", output, **given)


def mode(path: str | Path) -> int:
    return stat.S_IMODE(Path(path).lstat().st_mode)


@pytest.fixture
def many(place: Path) -> Path:
    """A folder `points` of two files."""
    for name in ("a", "b"):
        path = place / "points" / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        pl.read_parquet("points.parquet").write_parquet(path)
    return place


@pytest.fixture(scope="module")
def left_by_a_killed_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary file as a job leaves it that is killed."""
    folder = tmp_path_factory.mktemp("killed")
    before = Path.cwd()
    os.chdir(folder)
    try:
        big_job(2_000_000)
        pl.DataFrame({"x": [[0, 1, 1]], "y": [[0, 0, 1]]}).write_parquet("zones.parquet")
    finally:
        os.chdir(before)
    words = ["match", "points.parquet", "zones.parquet", "-o", "out.parquet", "--max-dist", "5"]
    words += ["--compression", "brotli:9", "--quiet"]
    process = subprocess.Popen([sys.executable, "-m", "poly_match", *words], cwd=folder)
    while not (left := list(folder.glob(".poly-match-*"))):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert left[0].exists()
    return left[0]


# What is ours


@pytest.mark.usefixtures("many")
def test_files_that_are_not_ours_stay() -> None:
    """However much like ours they are called."""
    Path("out").mkdir()
    names = [
        ".poly-match-notes.md",
        ".poly-match-Ab12Cd.tmp",
        ".poly-match-.tmp",
        ".poly-match-0123456789abcdef0123456789abcdef.tmp",
        ".poly-match-0123456789abcdef0123456789abcdef.tmp.md",
    ]
    for name in names:
        for folder in (".", "out"):
            Path(folder, name).write_text("mine")
    with refused(FileExistsError, "out/.poly-match-"):
        job()
    for options in ({"overwrite": True}, {"resume": True}):
        job(**options)
        for name in names:
            for folder in (".", "out"):
                assert Path(folder, name).read_text() == "mine"
    # As a single file's neighbors.
    run()
    assert all(Path(name).read_text() == "mine" for name in names)


@pytest.mark.usefixtures("many")
def test_what_a_killed_job_has_left(left_by_a_killed_job: Path) -> None:
    """Is removed by the next, unless a process holds it, or it is a link or a directory."""
    name = left_by_a_killed_job.name
    Path("out").mkdir()
    Path("notes").write_text("mine")
    for folder in (".", "out"):
        Path(folder, name).write_bytes(left_by_a_killed_job.read_bytes())
    job()
    assert not Path(name).exists()
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.parquet", "b.parquet"]

    held = Path("out", name)
    held.touch()
    with held.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        job(overwrite=True)
    assert held.exists()
    held.unlink()
    held.symlink_to("../notes")
    job(overwrite=True)
    assert held.is_symlink()
    assert Path("notes").read_text() == "mine"
    held.unlink()
    held.mkdir()
    job(overwrite=True)
    assert held.is_dir()


@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
@pytest.mark.parametrize("to", ["foreign", "nothing", "manifest", "folder"])
@pytest.mark.usefixtures("many")
def test_a_manifest_is_not_written_through_a_link(to: str, options: dict[str, Any]) -> None:
    """Wherever it leads: to a file of someone else, nowhere, or to a manifest."""
    Path("foreign").write_text("mine")
    Path("folder").mkdir()
    job("manifest")
    Path(".manifest.poly_match.jsonl").rename("manifest.jsonl")
    MANIFEST.symlink_to("manifest.jsonl" if to == "manifest" else to)
    before = Path("manifest.jsonl").read_bytes()
    with refused(FileExistsError, f"{MANIFEST}: is a symbolic link: the manifest of the output"):
        job(**options)
    assert MANIFEST.is_symlink()
    assert Path("foreign").read_text() == "mine"
    assert Path("manifest.jsonl").read_bytes() == before


@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
@pytest.mark.parametrize(
    "text", ["", "mine\n", "{}\n", '{"a": 1}\n', '{"poly_match": 1}\n', "[1]\n", '"poly_match"']
)
@pytest.mark.usefixtures("many")
def test_a_manifest_replaces_no_other_file(text: str, options: dict[str, Any]) -> None:
    """A file of its name that does not begin as one."""
    MANIFEST.write_text(text)
    with refused(FileExistsError, f"{MANIFEST}: is no manifest of a job: "):
        job(**options)
    assert MANIFEST.read_text() == text


@pytest.mark.usefixtures("many")
def test_a_manifest_that_is_no_file() -> None:
    """Is refused without waiting for it."""
    for make, what in ((os.mkfifo, "a FIFO"), (os.mkdir, "a directory")):
        make(MANIFEST)
        with refused(FileExistsError, f"{MANIFEST}: is {what}: the manifest of the output"):
            job(resume=True)
        MANIFEST.rmdir() if MANIFEST.is_dir() else MANIFEST.unlink()
    job()
    job(resume=True)


# What is opened


@contextmanager
def other_kinds() -> Iterator[list[tuple[str, str]]]:
    """Names of what is no regular file, with what errors say of it."""
    os.mkfifo("fifo")
    Path("link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        yield [("fifo", "a FIFO"), ("link", "a FIFO"), ("socket", "a socket")]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow", "geojson"])
@pytest.mark.usefixtures("place")
def test_only_regular_files_are_read(suffix: str) -> None:
    """A FIFO, a socket or a device is an error that names it, and waits for nothing."""
    read = pm.Polygons.from_geojson if suffix == "geojson" else pm.Polygons.from_geoparquet
    with other_kinds() as kinds:
        for name, what in [*kinds, ("/dev/zero", "a device")]:
            path = name if name.startswith("/") else f"{name}.{suffix}"
            if path != name:
                Path(path).symlink_to(name)
            text = f"{path}: is {what}: expected a regular file"
            if suffix != "geojson":
                with refused(OSError, text):
                    run(path, output=f"o.{suffix}")
            if suffix in ("parquet", "geojson"):
                with refused(OSError, text):
                    run(polygons=path)
                with refused(OSError, text):
                    read(path)
                with refused(OSError, text):
                    describe(path)


@pytest.mark.usefixtures("many")
def test_folders_of_points_with_other_kinds() -> None:
    """An error, or a file that is left out; hidden ones are none of ours to look at."""
    os.mkfifo("points/.hidden.parquet")
    os.mkfifo("points/c.parquet")
    with refused(OSError, "points/c.parquet: is a FIFO: expected a regular file"):
        job()
    with refused(OSError, "points/c.parquet: is a FIFO: expected a regular file"):
        pm.match_parquet("points/*.parquet", "zones.parquet", "out", max_dist=1.0, progress=False)
    summary = job(on_error="skip-file")
    assert [left.file for left in summary.skipped] == ["points/c.parquet"]
    assert summary.files == 2


@pytest.mark.usefixtures("many")
def test_outputs_of_other_kinds() -> None:
    """Are refused, and not waited for."""
    Path("out").mkdir()
    os.mkfifo("out/.poly-match-x.tmp")
    with refused(FileExistsError, "out/.poly-match-x.tmp: is there already"):
        job()
    job(overwrite=True)
    assert Path("out/.poly-match-x.tmp").is_fifo()
    Path("out/a.parquet").unlink()
    os.mkfifo("out/a.parquet")
    with refused(ValueError, "output: out/a.parquet is no ordinary file"):
        job(overwrite=True)
    Path("out/a.parquet").unlink()
    Path("out/a.parquet").mkdir()
    with refused(ValueError, "output: out/a.parquet is a directory: expected a file name"):
        job(overwrite=True)


# What is replaced


@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644, 0o444, 0o666])
@pytest.mark.parametrize("form", ["copied", "written anew", "through a link", "in a folder"])
@pytest.mark.usefixtures("many")
def test_modes_are_kept(form: str, bits: int) -> None:
    """Of what is replaced; a new file has the usual one."""
    former = {"in a folder": "out/a.parquet", "through a link": "target"}.get(form, "out.parquet")
    Path(former).parent.mkdir(exist_ok=True)
    Path(former).write_text("former")
    Path(former).chmod(bits)
    if form == "in a folder":
        job(overwrite=True)
        usual = mode("out/b.parquet")
    else:
        if form == "through a link":
            Path("out.parquet").symlink_to("target")
        run(counts="counts.csv", **{"row_group_size": 2} if form == "written anew" else {})
        usual = mode("counts.csv")
    assert mode(former) == bits
    assert pl.read_parquet(former)["polygon"].to_list() == EXPECTED
    mask = os.umask(0)
    os.umask(mask)
    assert usual == 0o666 & ~mask


@pytest.mark.usefixtures("place")
def test_modes_of_counts_and_pictures_are_kept() -> None:
    """And of the manifest."""
    for name in ("counts.csv", "picture.png"):
        Path(name).touch()
        Path(name).chmod(0o600)
    Path("link.csv").symlink_to("counts.csv")
    run(counts="link.csv", picture="picture.png")
    assert Path("link.csv").is_symlink()
    assert (mode("counts.csv"), mode("picture.png")) == (0o600, 0o600)
    assert pl.read_csv("counts.csv").height == 4


@pytest.mark.usefixtures("place")
def test_what_is_written_is_not_readable_before() -> None:
    """By more than could read what it replaces."""
    big_job(500_000)
    seen = set()

    def look(_: pm.Progress) -> None:
        seen.update(mode(path) for path in Path().glob(".poly-match-*"))

    for bits in (0o600, 0o400):
        Path("out.parquet").touch()
        Path("out.parquet").chmod(bits)
        run(progress=look, compression="brotli:4")
        assert mode("out.parquet") == bits
    assert seen == {0o600}


@pytest.mark.usefixtures("place")
def test_owners_are_kept() -> None:
    """As far as whoever runs the job may set them."""
    Path("out.parquet").touch()
    # Only root may give files away.
    owner = (12_345, 23_456) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown("out.parquet", *owner)
    Path("out.parquet").chmod(0o640)
    run()
    found = Path("out.parquet").stat()
    assert (found.st_uid, found.st_gid, mode("out.parquet")) == (*owner, 0o640)


@pytest.mark.usefixtures("many")
def test_a_link_that_leads_nowhere() -> None:
    """Is written through, if it may be replaced; as a folder it is refused."""
    Path("deep").mkdir()
    Path("out.parquet").symlink_to("deep/next")
    Path("deep/next").symlink_to("target.parquet")
    with refused(FileExistsError, "out.parquet: is there already: not overwritten"):
        run(overwrite=False)
    run()
    assert Path("out.parquet").is_symlink()
    assert Path("deep/next").is_symlink()
    assert pl.read_parquet("deep/target.parquet")["polygon"].to_list() == EXPECTED
    Path("lost.parquet").symlink_to("no/target.parquet")
    with refused(FileNotFoundError, "/no: "):
        run(output="lost.parquet")
    Path("round.parquet").symlink_to("round.parquet")
    with refused(OSError, "round.parquet: "):
        run(output="round.parquet")
    Path("out").symlink_to("nowhere")
    with refused(ValueError, "output: out is a link that leads nowhere: expected a directory"):
        job(overwrite=True)
    Path("points2.parquet").symlink_to("points.parquet")
    with refused(ValueError, "output: points2.parquet is one of the inputs"):
        run(output="points2.parquet")


# What is refused before the work


@contextmanager
def no_work(kind: type[BaseException], text: str) -> Iterator[None]:
    """It is refused before any file of points or polygons is read: both are broken."""
    for path in ["points.parquet", "zones.parquet", *Path("points").glob("*.parquet")]:
        Path(path).write_text("broken")
    with refused(kind, text):
        yield


@pytest.mark.parametrize("parameter", ["counts", "picture", "output"])
@pytest.mark.usefixtures("many")
def test_outputs_that_cannot_be_written(parameter: str) -> None:
    """Are refused before any work: a folder that is missing or read-only, a directory, a FIFO."""
    suffix = {"counts": "csv", "picture": "png", "output": "parquet"}[parameter]
    Path("folder." + suffix).mkdir()
    os.mkfifo("fifo." + suffix)
    Path("file").touch()
    long = "a" * 300
    for name, kind, text in (
        (f"nodir/c.{suffix}", FileNotFoundError, "nodir: "),
        (f"file/c.{suffix}", NotADirectoryError, "file"),
        (f"/proc/c.{suffix}", OSError, f"/proc/c.{suffix}: "),
        (f"folder.{suffix}", ValueError, f"{parameter}: folder.{suffix} is a directory"),
        (f"fifo.{suffix}", ValueError, f"{parameter}: fifo.{suffix} is no ordinary file"),
        (f"{long}.{suffix}", OSError, f"{long}.{suffix}: "),
    ):
        options: dict[str, Any] = {parameter: name}
        with no_work(kind, text):
            run(**options)
    if parameter == "output":
        with no_work(ValueError, "output: new/ is a directory: expected a file name"):
            run(output="new/")
        for name, text in (("/proc/out", "/proc"), ("file/out", "file"), ("/sys/out", "/sys")):
            with no_work(OSError, text):
                job(name)


@pytest.mark.usefixtures("many")
def test_counts_and_pictures_in_the_way() -> None:
    """Of inputs, outputs, the manifest or one another: refused, whatever may be replaced."""
    frame = Path("points/a.parquet").read_bytes()
    Path("link.csv").symlink_to("points/a.parquet")
    for counts, text in (
        ("points/a.parquet", "is another file of the job"),
        ("./points/../points/a.parquet", "is another file of the job"),
        ("out/b.parquet", "is another file of the job"),
        ("zones.parquet", "is another file of the job"),
        ("link.csv", "is another file of the job"),
        ("points/counts.csv", "would be among the points the next time"),
    ):
        with refused(ValueError, f"counts: {counts} {text}"):
            job(counts=counts, overwrite=True)
    assert Path("points/a.parquet").read_bytes() == frame
    with refused(ValueError, "counts: points/c.parquet would be among the points the next time"):
        pm.match_parquet(
            "points/*.parquet",
            "zones.parquet",
            "out",
            max_dist=1.0,
            counts="points/c.parquet",
            progress=False,
        )
    with refused(FileExistsError, "counts.csv: is there already: not overwritten"):
        Path("counts.csv").touch()
        try:
            job(counts="counts.csv")
        finally:
            Path("counts.csv").unlink()
    # In the folder that the job makes.
    job(counts="out/counts.csv")
    assert pl.read_csv("out/counts.csv").height == 4


def test_a_small_file_is_written_whole(tmp_path: Path) -> None:
    """Or not at all."""
    path = tmp_path / "file"
    _plugin.write_whole(str(path), b"one", False)
    with pytest.raises(FileExistsError):
        _plugin.write_whole(str(path), b"two", False)
    assert path.read_bytes() == b"one"
    _plugin.write_whole(str(path), b"two", True)
    assert path.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Patterns


@pytest.mark.usefixtures("many")
def test_folders_with_brackets_in_their_names() -> None:
    """Are folders, wherever they are in a pattern."""
    for folder in ("data [2024]", "data 2", "lake/data [2024]", "lake/[a]"):
        Path(folder).mkdir(parents=True)
        Path(folder, "a.parquet").write_bytes(Path("points/a.parquet").read_bytes())
    for at, (pattern, files) in enumerate(
        [
            ("data [2024]/*.parquet", ["a.parquet"]),
            ("data [2024]", ["a.parquet"]),
            ("data [29]/*.parquet", ["data 2/a.parquet"]),
            ("lake/*/a.parquet", ["[a]/a.parquet", "data [2024]/a.parquet"]),
            ("*/data [2024]/*.parquet", ["lake/data [2024]/a.parquet"]),
            ("lake/[a]/*", ["a.parquet"]),
        ]
    ):
        given: dict[str, Any] = {"max_dist": MAX_DIST, "progress": False}
        out = Path(f"outs/{at}")
        pm.match_parquet(pattern, "zones.parquet", out, **given)
        assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*.parquet")) == files
    with refused(ValueError, "data [2024]/out/a.parquet would be matched by data [2024]/**/*.par"):
        pm.match_parquet("data [2024]/**/*.parquet", "zones.parquet", "data [2024]/out", **given)
