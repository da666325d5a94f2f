#!/usr/bin/env python3
"""Judges records by a JSON schema: schema.py SCHEMA [EVENT...] < records.json

Every line of standard input must be one JSON object in strict UTF-8 that the schema accepts; events named behind the
schema (values of "event" or "event_type") must occur. Exit status 0 if all is well, 1 if not, 77 without jsonschema.
"""
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)


def refuse(name):
    raise ValueError('%s is no JSON' % name)


def unique(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError('a key stands twice')
    return dict(pairs)


def main():
    with open(sys.argv[1], encoding='utf-8') as f:
        schema = json.load(f)
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    kind.check_schema(schema)
    validator = kind(schema)
    missing = set(sys.argv[2:])
    count = bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        count += 1
        try:
            record = json.loads(line.decode('utf-8'), parse_constant=refuse, object_pairs_hook=unique)
            problem = jsonschema.exceptions.best_match(validator.iter_errors(record))
            if not line.endswith(b'\n'):
                problem = 'no line feed at the end'
            missing.discard(record.get('event') or record.get('event_type'))
        except ValueError as e:
            problem = e
        if problem is not None:
            bad += 1
            if bad <= 10:
                where = '/'.join(str(p) for p in getattr(problem, 'absolute_path', ()))
                print('line %d: %s: %s' % (number, where, str(getattr(problem, 'message', problem))[:300]))
    for event in sorted(missing):
        print('no %s event' % event)
    print('%d records, %d bad' % (count, bad))
    return bad > 0 or count == 0 or bool(missing)


if __name__ == '__main__':
    sys.exit(main())
