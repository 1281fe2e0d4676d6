import { type KeyObject, sign } from 'node:crypto';

/** As much of DER (X.690) as a certificate takes. */
const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};

export function der(tag: keyof typeof TAGS | number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([typeof tag === 'number' ? tag : TAGS[tag]]), length(body.length), body]);
}

export const yes = der('boolean', Buffer.from([0xff]));

function text(value: string): Buffer {
  return der('text', Buffer.from(value));
}

/** A bit string of whole bytes. */
function bits(bytes: Buffer): Buffer {
  return der('bits', Buffer.from([0]), bytes);
}

function time(value: Date): Buffer {
  return der('time', Buffer.from(value.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function oid(value: string): Buffer {
  const [first = 0, second = 0, ...rest] = value.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der('oid', Buffer.from([first * 40 + second, ...bytes]));
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  return bytes < 0x100 ? Buffer.from([0x81, bytes]) : Buffer.from([0x82, bytes >> 8, bytes & 0xff]);
}

export interface CertificateFacts {
  readonly name: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Buffer[];
}

const ECDSA_WITH_SHA256 = der('sequence', oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const VERSION_3 = Buffer.from([2]);
const SERIAL = Buffer.from([1]);

/** What of an X.509 certificate is signed. Source: RFC 5280, 4.1. */
export function toBeSigned({ name, issuer, key, from, until, extensions }: CertificateFacts): Buffer {
  return der(
    'sequence',
    der(0xa0, der('integer', VERSION_3)),
    der('integer', SERIAL),
    ECDSA_WITH_SHA256,
    distinguished(issuer),
    der('sequence', time(from), time(until)),
    distinguished(name),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, der('sequence', ...extensions)),
  );
}

/** An X.509 certificate. @param signer EC key of its issuer */
export function certificate(facts: CertificateFacts, signer: KeyObject): Buffer {
  const body = toBeSigned(facts);
  return der('sequence', body, ECDSA_WITH_SHA256, bits(sign('sha256', body, signer)));
}

export function extension(id: string, value: Buffer): Buffer {
  return der('sequence', oid(id), der('octets', value));
}

function distinguished(name: string): Buffer {
  return der('sequence', der('set', der('sequence', COMMON_NAME, text(name))));
}
