"""Records against their schemas: ours against man/onpath-event.schema.json, eve against Suricata's where it can be had."""
import json
import os

# First: it puts pcaps/ on the path.
from tap import PCAPS, ROOT, ROOTS, Skip, main, onpath, test

try:
    import jsonschema
except ImportError:
    jsonschema = None

SHARED = os.environ.get("ONPATH_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
OURS = os.path.join(ROOT, "man", "onpath-event.schema.json")


def validate(schema, *options):
    """Every record of every sample, and the statistics."""
    if jsonschema is None:
        raise Skip("no python3-jsonschema")
    if not os.path.exists(schema):
        raise Skip(f"no {os.path.basename(schema)}")
    with open(schema, encoding="utf-8") as file:
        content = json.load(file)
    kind = jsonschema.validators.validator_for(content)
    kind.check_schema(content)
    validator = kind(content)
    run = onpath("--roots", ROOTS, "--stats", "1000000", *options, "-r", PCAPS)
    events = run.events()
    assert len(events) > 30, run
    for event in events:
        errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(event)]
        assert not errors, (errors, event)
    return validator, events


@test
def ours():
    """json fits the schema that we install, and the schema forbids what it does not know"""
    validator, events = validate(OURS, "-o", "json")
    assert {"connection", "stats"} <= {event["event"] for event in events}
    assert not validator.is_valid({**events[0], "no_such_key": 1})


@test
def ours_with_chains():
    """and with certificates in it"""
    _, events = validate(OURS, "-o", "json,chain")
    assert any(one.get("chain") and one["chain"][0].get("der") for one in events)


@test
def suricata():
    """eve fits Suricata's schema"""
    _, events = validate(os.path.join(SHARED, "eve", "schema.json"), "-o", "eve")
    assert {"tls", "quic", "alert", "stats"} <= {event["event_type"] for event in events}


if __name__ == "__main__":
    main()
