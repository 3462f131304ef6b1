#!/usr/bin/python3
"""Reads the statements of an export with cbor2: statements.py FOLDER

Every item must be a tagged COSE_Sign1 message whose entry (SHA-256 of its bytes) stands in the
entry bundle, whose protected header has the four labels and whose parts cbor2 encodes again to
the same bytes. Prints `statements=N seals=N`."""
import hashlib
import io
import os
import struct
import sys

try:
    import cbor2
except ImportError:
    sys.exit(77)


def files(folder, kind):
    """Files of a kind in the order of leaves."""
    found = []
    top = os.path.join(folder, kind)
    for here, _, names in os.walk(top):
        for name in names:
            path = os.path.relpath(os.path.join(here, name), top)
            parts = path.split('/')
            if len(parts) > 1 and parts[-2].endswith('.p'):
                parts = parts[:-2] + [parts[-2][:-2]]
            found.append((int(''.join(p.lstrip('x') for p in parts)), os.path.join(here, name)))
    return [path for _, path in sorted(found)]


def entries(path):
    with open(path, 'rb') as file:
        data = file.read()
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from('>H', data, at)
        yield data[at + 2:at + 2 + size]
        at += 2 + size


def again(value):
    """Encoded by the bytewise order of keys, which cbor2's own canonical form does not have."""
    if isinstance(value, dict):
        pairs = sorted((again(k), again(v)) for k, v in value.items())
        return head(5, len(pairs)) + b''.join(k + v for k, v in pairs)
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b''.join(again(v) for v in value)
    return cbor2.dumps(value)


def head(major, count):
    first = bytearray(cbor2.dumps(count))
    first[0] |= major << 5
    return bytes(first)


def wrong(why):
    print('wrong:', why)
    sys.exit(1)


def judge(raw, message, position):
    if not isinstance(message, cbor2.CBORTag) or message.tag != 18 or len(message.value) != 4:
        wrong('position %d is no COSE_Sign1' % position)
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    body = cbor2.loads(payload)
    if unprotected != {} or len(signature) != 64 or sorted(header) != [1, 4, 15, 16]:
        wrong('position %d: the headers' % position)
    if again(header) != protected or again(body) != payload:
        wrong('position %d: cbor2 encodes it otherwise' % position)
    if head(6, 18) + again([protected, {}, payload, signature]) != raw:
        wrong('position %d: cbor2 encodes the message otherwise' % position)
    return header[16]


def main(folder):
    position = seals = 0
    for statements, bundle in zip(files(folder, 'statements'), files(folder, 'tile/entries')):
        with open(statements, 'rb') as file:
            stream = io.BytesIO(file.read())
        for entry in entries(bundle):
            start = stream.tell()
            message = cbor2.load(stream)
            raw = stream.getvalue()[start:stream.tell()]
            if hashlib.sha256(raw).digest() != entry:
                wrong('position %d: another entry' % position)
            seals += judge(raw, message, position) == 'assay-seal+cose'
            position += 1
        if stream.read(1):
            wrong('%s: more than its leaves' % statements)
    print('statements=%d seals=%d' % (position, seals))


main(sys.argv[1])
