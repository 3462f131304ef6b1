#!/usr/bin/python3
"""Makes tests/vectors/proof.json: what ledger/proof must read and make, byte for byte, built by
other implementations (python3-cbor2, python3-cryptography) from the essays in its headers."""
import base64
import hashlib
import json
import struct

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "trial.example/0123456789abcdef0123456789abcdef"


def key(number):
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return private, public


def dumps(item):
    """cbor2's canonical mode puts shorter keys first, as RFC 7049; the maps here have integer keys
    for which that gives other orders than RFC 8949 only between 24.. and -1..; so sort here."""
    if isinstance(item, dict):
        pairs = sorted((dumps(k), dumps(v)) for k, v in item.items())
        head = bytes([0xA0 + len(pairs)])
        assert len(pairs) < 24
        return head + b"".join(k + v for k, v in pairs)
    if isinstance(item, list):
        assert len(item) < 24
        return bytes([0x80 + len(item)]) + b"".join(dumps(v) for v in item)
    if isinstance(item, cbor2.CBORTag):
        return bytes([0xC0 + item.tag]) + dumps(item.value)
    return cbor2.dumps(item)


def kid(public):
    return hashlib.sha256(dumps({1: 1, -1: 6, -2: public})).digest()


def sign1(private, protected, payload, unprotected=None, detached=False):
    signed = dumps(["Signature1", protected, b"", payload])
    return dumps(cbor2.CBORTag(18, [protected, unprotected or {}, None if detached else payload,
                                    private.sign(signed)]))


def envelope(private, public, typ, sub, payload):
    protected = dumps({1: -8, 4: kid(public), 15: {1: "acute.example", 2: sub, 3: ORIGIN}, 16: typ})
    return sign1(private, protected, dumps(payload))


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(root(leaves[:k]), root(leaves[k:]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return path(index, leaves[:k]) + [root(leaves[k:])]
    return path(index - k, leaves[k:]) + [root(leaves[:k])]


def b64(data):
    return base64.b64encode(data).decode()


def note_id(name, typ, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([typ]) + public).digest()[:4]


def vkey(name, typ, public):
    return f"{name}+{note_id(name, typ, public).hex()}+{b64(bytes([typ]) + public)}"


def line(name, typ, public, signature):
    return f"\u2014 {name} {b64(note_id(name, typ, public) + signature)}\n"


def cosign(private, time, body):
    message = f"cosignature/v1\ntime {time}\n{body}".encode()
    return struct.pack(">Q", time) + private.sign(message)


def hchacha20(secret, nonce):
    def rotate(value, by):
        return ((value << by) | (value >> (32 - by))) & 0xFFFFFFFF

    def quarter(x, a, b, c, d):
        for first, second, third, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[first] = (x[first] + x[second]) & 0xFFFFFFFF
            x[third] = rotate(x[third] ^ x[first], by)

    x = list(struct.unpack("<16I", b"expand 32-byte k" + secret + nonce))
    for _ in range(10):
        for column in range(4):
            quarter(x, column, 4 + column, 8 + column, 12 + column)
        for d in range(4):
            quarter(x, d, 4 + (d + 1) % 4, 8 + (d + 2) % 4, 12 + (d + 3) % 4)
    return struct.pack("<8I", *(x[0:4] + x[12:16]))


def attachment(author_kid, sequence, content_key, media, content):
    header = b"ASYA" + bytes([1, 4, 10, 0])
    nonce = bytes(range(24))
    boxes = bytes(4 * 80)
    body = dumps([media, content])
    plain = body + bytes(1024 - len(body))
    data = header + author_kid + struct.pack(">Q", sequence)
    sealed = ChaCha20Poly1305(hchacha20(content_key, nonce[:16])).encrypt(
        bytes(4) + nonce[16:], plain, data)
    return header + nonce + boxes + sealed


def main():
    private, public = key(1)
    log, log_public = key(2)
    witnesses = [key(3), key(4), key(5)]
    content_key = bytes(range(100, 132))
    sealed = attachment(kid(public), 7, content_key, "application/xml", b"<EPCISDocument/>")
    commitment = hashlib.sha256(b"assay/att/1" + content_key).digest()
    record = [hashlib.sha256(sealed).digest(), 10, commitment]
    statement = envelope(private, public, "assay-statement+cose", "lot-open", {
        1: 33, 2: 7, 3: 1795000000000, 4: "maker.example", 5: {1: "a", -1: [b"\1", True, None]},
        6: [record]})
    plain = envelope(private, public, "assay-statement+cose", "note", {1: 40, 2: 0, 3: 0, 5: {}})
    seal = envelope(private, public, "assay-seal+cose", "seal",
                    {1: 1, 2: 8, 3: 1795000000000, 5: {1: 2}})
    entry = hashlib.sha256(statement).digest()
    promise = envelope(private, public, "assay-promise+cose", "promise",
                       {1: entry, 2: 1795000060000, 3: 4})
    refusal = envelope(private, public, "assay-refusal+cose", "refusal",
                       {1: entry, 2: 12, 3: 501, 4: 9, 5: 4})
    leaves = [leaf(hashlib.sha256(bytes([i])).digest()) for i in range(2)]
    leaves += [leaf(entry)] + [leaf(hashlib.sha256(bytes([i])).digest()) for i in range(3, 7)]
    top, proof = root(leaves), path(2, leaves)
    body = f"{ORIGIN}\n{len(leaves)}\n{b64(top)}\n"
    checkpoint = body + "\n" + line(ORIGIN, 1, log_public, log.sign(body.encode()))
    policy = f"log {vkey(ORIGIN, 1, log_public)}\n"
    for number, (secret, shown) in enumerate(witnesses, 1):
        name = f"voter{number}.example"
        policy += f"witness cosigner-{number} {vkey(name, 4, shown)}\n"
        if number < 3:
            checkpoint += line(name, 4, shown, cosign(secret, 1795000000 + number, body))
    policy += "group cosigners 2 cosigner-1 cosigner-2 cosigner-3\nquorum cosigners\n"
    receipt = "c2sp.org/tlog-proof@v1\nindex 2\n" + "".join(b64(h) + "\n" for h in proof)
    receipt += "\n" + checkpoint
    protected = dumps({1: -8, 4: kid(log_public), 395: 1, 16: "assay-receipt+cose",
                       15: {1: "acute.example", 2: "receipt", 3: ORIGIN, -65537: len(leaves)}})
    cose_receipt = sign1(log, protected, top, {396: {-1: [dumps([len(leaves), 2, proof])]}}, True)
    json.dump({
        "source": "made by tests/vectors/proof.py with python3-cbor2 5.4.6 and "
                  "python3-cryptography 38.0.4; private keys are 32 times 01 (author), 02 (log), "
                  "03, 04, 05 (voters)",
        "origin": ORIGIN, "public": public.hex(), "kid": kid(public).hex(),
        "statement": statement.hex(), "plain": plain.hex(), "seal": seal.hex(),
        "entry": entry.hex(), "promise": promise.hex(), "refusal": refusal.hex(),
        "root": top.hex(), "body": body, "checkpoint": checkpoint, "policy": policy,
        "receipt": receipt, "log_public": log_public.hex(), "cose_receipt": cose_receipt.hex(),
        "sealed": sealed.hex(), "content_key": content_key.hex(), "commitment": commitment.hex(),
    }, open("tests/vectors/proof.json", "w"), indent=1)


main()
