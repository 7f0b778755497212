"""Ratios, tables and records say what was measured."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ladder import kernels, record, table
from ladder.results import Point, Results
from ladder.timing import Timing

SIZES = {"points": 100, "polygons": 1000}


@pytest.fixture
def results() -> Results:
    """Return made-up results: two versions, one of them in both forms."""
    made = Results.of("match", kernels.part("match", "versions"), {"cpu": "made up"})
    for version, form, seconds in (
        ("v1", "cached", [0.1, 0.1, 0.4]),
        ("v1", "fresh", [0.2, 0.2]),
        ("v6-oneshot", "fresh", [0.0002]),
    ):
        made.timings[version, form] = Timing(version, form, SIZES, seconds)
    made.missing["v2"] = "v2 cannot run here: it is made up"
    made.scale += [
        Point("v1.6-blocks", 1000, 30.0, 5),
        Point("v6-prepared", 1000, 0.01, 5),
        Point("v1.6-blocks", 2000, reason="would take about 3 hours"),
    ]
    return made


def test_timing_averages() -> None:
    timing = Timing("v1", "cached", SIZES, [0.1, 0.1, 0.4])
    assert timing.mean_ms == pytest.approx(200.0)
    assert (timing.median_ms, timing.best_ms, timing.iterations) == (100.0, 100.0, 3)
    timing.extend(Timing("v1", "cached", SIZES, [0.1]))
    assert timing.iterations == 4


def test_ratios_are_of_medians_in_named_forms(results: Results) -> None:
    assert results.speed_up("v6-oneshot", "fresh", "v1", "cached") == pytest.approx(500.0)
    assert results.speed_up("v6-oneshot", "fresh", "v1", "fresh") == pytest.approx(1000.0)
    assert results.speed_up("v6-oneshot", "cached", "v1", "cached") is None


def test_published_figures(results: Results) -> None:
    published = {name: results.published_ms(version) for name, version in results.versions.items()}
    assert published["v1"] == pytest.approx(293.41)
    assert published["v5"] == pytest.approx(0.81, abs=0.005)
    assert published["v6-oneshot"] is None


def test_the_table_has_every_version_and_what_is_missing(results: Results) -> None:
    text = table.ladder(results)
    lines = text.splitlines()
    assert [line.split()[1] for line in lines[2 : 2 + len(results.versions)]] == list(
        results.versions
    )
    assert len({len(line) for line in lines[: 2 + len(results.versions)]}) == 1
    assert "100 (200)" in lines[2]
    assert "not run: v2 cannot run here: it is made up" in text
    assert "v6-oneshot (fresh): 500x v1 cached" in text
    assert "v6-oneshot (fresh): 1,000x v1 fresh" in text


def test_the_table_of_scale_has_gaps_with_reasons(results: Results) -> None:
    text = table.scale(results)
    assert "v1.6-blocks at 2,000 points: would take about 3 hours" in text
    assert "v6-prepared: 3,000x v1.6-blocks at 1,000 points" in text


def test_records_can_be_read_back(results: Results, tmp_path: Path) -> None:
    record.write_csv(results, tmp_path / "made.csv")
    with (tmp_path / "made.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [(line["version"], line["form"]) for line in lines] == list(results.timings)
    assert lines[0]["median_ms"] == "100.0"
    assert lines[0]["published_speed_up"] == "1.0"

    record.write_json(results, tmp_path / "made.json")
    document = json.loads((tmp_path / "made.json").read_text())
    assert document["machine"] == {"cpu": "made up"}
    assert document["scale"][2]["reason"] == "would take about 3 hours"
    assert document["missing"] == results.missing
