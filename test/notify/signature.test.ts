/** Signatures against those who check them: the library of Standard Webhooks, and the vector that the standard publishes. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { signedHeaders } from '../../src/notify/signature.ts';

test('the vector of the standard comes out', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const headers = signedHeaders([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}');
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('whatever is sent, the library of the standard accepts it, and nothing else', () => {
  const [key, other] = [randomBytes(32), randomBytes(24)];
  fc.assert(
    fc.property(fc.json(), fc.string({ minLength: 1 }), (body, name) => {
      const id = `evt_${Buffer.from(name).toString('hex')}`;
      const headers = signedHeaders([key, other], id, Date.now(), body);
      for (const one of [key, other]) {
        const verifier = new Webhook(one.toString('base64'));
        expect(verifier.verify(body, headers)).toEqual(JSON.parse(body));
        expect(() => verifier.verify(`${body} `, headers)).toThrow('No matching signature');
        expect(() => verifier.verify(body, { ...headers, 'webhook-id': 'evt_other' })).toThrow('No matching signature');
      }
      expect(() => new Webhook(randomBytes(32).toString('base64')).verify(body, headers)).toThrow(
        'No matching signature',
      );
    }),
  );
});
