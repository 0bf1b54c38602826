"""The training command's input: read whole, split for good, or refused with the way to put it right."""

import json
from pathlib import Path

import numpy as np
import pytest
from sentiment_training.compose import opinions, pairs
from sentiment_training.data import DEV_PERCENT, SOURCES, DataError, Row, read_rows
from sentiment_training.metrics import expected_calibration_error, f1_by_class, macro_f1
from sentiment_training.variants import variants


def write(folder: Path, source: str, *rows: dict[str, str]) -> None:
    (folder / f"{source}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for source in SOURCES:
        write(tmp_path, source, *({"text": f"text {n} of {source}", "label": "neutral"} for n in range(200)))
    return tmp_path


def test_every_source_is_read_and_a_row_stays_on_its_side_of_the_split(folder: Path) -> None:
    rows = read_rows(folder)
    assert {row.source for row in rows} == set(SOURCES)
    assert rows == read_rows(folder)
    for source, percent in DEV_PERCENT.items():
        share = np.mean([row.part == "dev" for row in rows if row.source == source])
        assert share == pytest.approx(percent / 100, abs=0.09)
    assert not any(row.part == "dev" for row in rows if row.source in ("pros_cons", "synthetic_mixed"))


def test_products_are_held_back_whole(folder: Path) -> None:
    write(
        folder,
        "huliu_products",
        {"text": "It leaks.", "label": "negative", "product": "Diaper_Champ"},
        {"text": "It is fast.", "label": "positive", "product": "Hitachi_router"},
    )
    held = {row.text: row.part for row in read_rows(folder) if row.source == "huliu_products"}
    assert held == {"It leaks.": "dev", "It is fast.": "train"}


def test_a_source_left_out_is_not_trained_on_at_all(folder: Path) -> None:
    rows = read_rows(folder, ["crowdflower"])
    assert {row.part for row in rows if row.source == "crowdflower"} == {"left out"}
    assert {row.part for row in rows if row.source == "senti4sd"} == {"train", "dev"}


def test_a_source_to_leave_out_that_does_not_exist_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"no source is named tweets; there are .*crowdflower"):
        read_rows(folder, ["tweets"])


def test_texts_are_cleaned_as_the_classifiers_clean_them(folder: Path) -> None:
    write(folder, "uci_sentences", {"text": "<b>Good</b>   https://a.example", "label": "positive"})
    assert [row.text for row in read_rows(folder) if row.source == "uci_sentences"] == ["Good http"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "senti4sd.jsonl").unlink()
    with pytest.raises(DataError, match=r"lacks senti4sd\.jsonl: see docs/sentiment\.md"):
        read_rows(folder)


@pytest.mark.parametrize(
    "line",
    ["not json", "[1]", "{}", '{"text": 5, "label": "neutral"}', '{"text": "x", "label": "sad"}',
     '{"text": " ", "label": "neutral"}'],
)  # fmt: skip
def test_a_malformed_line_is_named_with_what_was_wanted(folder: Path, line: str) -> None:
    with (folder / "crowdflower.jsonl").open("a") as file:
        file.write(line)
    with pytest.raises(
        DataError, match=r'crowdflower\.jsonl, line 201.*{"text": "…", "label": one of positive'
    ):
        read_rows(folder)


def test_made_texts_are_the_same_for_the_same_seed_and_all_labels_occur() -> None:
    assert list(opinions(40, 3)) == list(opinions(40, 3)) != list(opinions(40, 4))
    assert {label for _, label in opinions(40, 3)} == {"positive", "negative", "neutral", "mixed"}
    assert list(variants(["Good, but slow."], ["bad"], 9, 3)) == list(
        variants(["Good, but slow."], ["bad"], 9, 3)
    )


def test_only_pairs_that_disagree_are_mixed() -> None:
    rows = [Row("praise", "positive", "s", "train"), Row("blame", "negative", "s", "train")]
    for text, label in pairs(rows, 40, 1):
        assert ("praise" in text and "blame" in text) == (label == "mixed")


def test_macro_f1_is_the_mean_over_the_classes_that_occur() -> None:
    labels, predicted = ["positive", "positive", "negative"], ["positive", "negative", "negative"]
    assert f1_by_class(labels, predicted) == pytest.approx({"positive": 200 / 3, "negative": 200 / 3})
    assert macro_f1(labels, ["mixed"] * 3) == 0


def test_calibration_error_is_the_gap_between_confidence_and_share_right() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    assert expected_calibration_error(confidence, np.array([True, True, True, False])) == pytest.approx(0.05)
