"""Small files in the shapes that evaluation harnesses write, and what the client reads of them."""

import json
from pathlib import Path
from typing import Any

from catalogue_client.formats import FORMATS
from catalogue_client.items import Found, Item, Options, Record, Refused, Skipped
from catalogue_client.reading import Gathered, files_in, gather

Json = dict[str, Any]
EEE_SCHEMA: Json = json.loads(
    (Path(__file__).parent / "schemas" / "every_eval_ever-0.3.0.json").read_text(encoding="utf-8")
)
"""Every Eval Ever's own, of its package (MIT)."""


def write(path: Path, value: Any) -> Path:
    """As JSON, unless it is text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def read(form: str, path: Path, **options: Any) -> list[Item]:
    return list(FORMATS[form].read(path, Options(**options)))


def events(form: str, path: Path, **options: Any) -> list[Json]:
    """As they would be sent."""
    return [item.event.as_json() for item in read(form, path, **options) if isinstance(item, Found)]


def rows(form: str, path: Path, **options: Any) -> list[Json]:
    return [dict(item.fields) for item in read(form, path, **options) if isinstance(item, Record)]


def skipped(form: str, path: Path, **options: Any) -> list[str]:
    return [item.reason for item in read(form, path, **options) if isinstance(item, Skipped)]


def refused(form: str, path: Path, **options: Any) -> list[str]:
    return [item.reason for item in read(form, path, **options) if isinstance(item, Refused)]


def gathered(form: str, *paths: Path, **options: Any) -> Gathered:
    files = list(files_in(paths, FORMATS[form]))
    return gather(files, FORMATS[form], Options(**options), lambda: None)


def lm_eval_results(**changes: Any) -> Json:
    """Of one task with two metrics, as lm-evaluation-harness 0.4 writes them."""
    return {
        "results": {
            "arc_easy": {
                "alias": "arc_easy",
                "acc,none": 0.61,
                "acc_stderr,none": 0.01,
                "acc_norm,none": 0.57,
                "acc_norm_stderr,none": "N/A",
            }
        },
        "configs": {"arc_easy": {"task": "arc_easy", "dataset_name": "ARC-Easy", "repeats": 1}},
        "versions": {"arc_easy": 1.0},
        "n-shot": {"arc_easy": 5},
        "higher_is_better": {"arc_easy": {"acc": True, "acc_norm": True}},
        "n-samples": {"arc_easy": {"original": 2376, "effective": 100}},
        "config": {"model": "hf", "model_args": "pretrained=lab/small,dtype=float16", "limit": 100.0},
        "date": 1737000000.25,
        "lm_eval_version": "0.4.9",
        "model_name": "lab/small",
        **changes,
    }


def inspect_log(**changes: Any) -> Json:
    """Of one scorer, as inspect_ai writes it without its samples."""
    scores = [
        {
            "name": "choice",
            "scorer": "choice",
            "metrics": {
                "accuracy": {"name": "accuracy", "value": 0.5},
                "stderr": {"name": "stderr", "value": 0.1},
            },
        }
    ]
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": "abc",
            "created": "2025-07-03T23:30:00-02:00",
            "task": "lab_evals/quiz",
            "dataset": {"name": "lab/quiz", "samples": 500},
            "model": "openai/azure/gpt-4o-mini",
            "model_generate_config": {"temperature": 0.0},
            "config": {"limit": 20, "epochs": 1},
            "packages": {"inspect_ai": "0.3.108"},
        },
        "results": {"total_samples": 20, "completed_samples": 20, "scores": scores},
        **changes,
    }


def eee_record(**changes: Any) -> Json:
    """With one result, as Every Eval Ever has them."""
    return {
        "schema_version": "0.3.0",
        "evaluation_id": "board/lab_small/1",
        "evaluation_timestamp": "1750000000",
        "retrieved_timestamp": "1760000000",
        "source_metadata": {
            "source_name": "A board",
            "source_organization_name": "Boards Inc",
            "source_organization_url": "https://board.example/",
            "evaluator_relationship": "third_party",
        },
        "eval_library": {"name": "inspect_ai", "version": "unknown"},
        "model_info": {"id": "lab/small", "name": "Small", "inference_platform": "unknown"},
        "evaluation_results": [eee_result()],
        **changes,
    }


def eee_result(**changes: Any) -> Json:
    return {
        "evaluation_name": "Quiz",
        "source_data": {"dataset_name": "Quiz", "hf_repo": "lab/quiz"},
        "metric_config": {
            "metric_id": "error_rate",
            "lower_is_better": True,
            "score_type": "continuous",
            "min_score": 0,
            "max_score": 1,
        },
        "score_details": {
            "score": 0.25,
            "uncertainty": {
                "standard_error": {"value": 0.02},
                "confidence_interval": {"lower": 0.21, "upper": 0.29, "confidence_level": 0.95},
                "num_samples": 400,
            },
        },
        "generation_config": {"generation_args": {"temperature": 0.0, "prompt_template": "x" * 1000}},
        **changes,
    }


def helm_run(folder: Path, stats: list[Json], **spec: Any) -> Path:
    """A run's folder."""
    adapter = {"method": "multiple_choice_joint", "model": "lab/small", "temperature": 0.0}
    whole = {
        "name": "mmlu:subject=law,model=lab_small",
        "scenario_spec": {"class_name": "MMLUScenario", "args": {"subject": "law"}},
        "adapter_spec": adapter,
        "data_augmenter_spec": {"perturbation_specs": [{"class_name": "Typos"}]},
        **spec,
    }
    write(folder / "run_spec.json", whole)
    write(folder / "stats.json", stats)
    return folder


def helm_stat(metric: str, mean: float | None, perturbation: Json | None = None, **changes: Any) -> Json:
    name = {"name": metric, "split": "test", **({"perturbation": perturbation} if perturbation else {})}
    return {"name": name, "count": 1, "sum": mean, "mean": mean, "stddev": 0.0, **changes}
