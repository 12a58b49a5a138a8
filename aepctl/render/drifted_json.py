"""What has drifted as JSON. See drift_documents for what it is."""

from aepctl.plan.drift import Drift, Drifted
from aepctl.plan.plan import FieldDiff
from aepctl.render.documents import FORMAT
from aepctl.render.drift_documents import COUNTED, DriftData, DriftedData, DriftFieldData
from aepctl.render.drifted import Where, advice, count, warnings
from aepctl.render.json import document, target_data


def drift_json(drift: Drift, where: Where) -> str:
    """Each audience of which there is something to be told, the counts, and what was ignored."""
    data: DriftData = {
        "format": FORMAT,
        "environment": where.environment,
        "target": target_data(where.target),
        "targets": list(drift.asked.targets),
        "drift": drift.is_any,
        "audiences": [_data(one, where) for one in drift.found],
        "ignored": [str(one) for one in drift.asked.ignores],
        "warnings": list(warnings(drift)),
        "summary": {
            "compared": drift.compared,
            "inStep": drift.in_step,
            "retained": drift.retained,
            **{name: count(drift, kind) for name, kind in COUNTED.items()},
        },
        "error": None,
    }
    return document(data)


def _data(one: Drifted, where: Where) -> DriftedData:
    source = one.source
    return {
        "key": one.key,
        "kind": one.kind,
        "drift": one.is_drift,
        "audienceId": one.audience_id,
        "audience": one.audience.fields(),
        "lifecycle": one.lifecycle,
        "fields": [_field(each) for each in one.fields],
        "source": {"file": source.file, "line": source.line} if source else None,
        "wanted": one.is_wanted,
        "oldHalf": one.old_half,
        "like": one.like,
        "next": advice(one, where),
    }


def _field(one: FieldDiff) -> DriftFieldData:
    return {
        "field": one.field,
        "manifest": one.wanted,
        "state": one.known,
        "platform": one.observed,
    }
