import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../lib/http/lambda.ts';
import { appThatIsNotAsked, context, requestOf } from '../../support/lambda-events.ts';

describe('an event of VPC Lattice', () => {
  const asked = {
    method: 'HEAD',
    path: '/api/health/t%2Fu/a',
    query: 'format=text&a=1&a=2',
    headers: { accept: 'text/plain, */*', authorization: 'Bearer x' },
    remainingMs: 12_345,
  };

  it('becomes a request in version 2', async () => {
    const request = await requestOf({
      version: '2.0',
      path: '/api/health/t%2Fu/a',
      method: 'HEAD',
      headers: { Accept: ['text/plain', '*/*'], authorization: ['Bearer x'] },
      queryStringParameters: { format: ['text'], a: ['1', '2'] },
      requestContext: { serviceArn: 'arn:aws:vpc-lattice:x', region: 'eu-central-1', identity: {} },
    });
    expect(request).toEqual(asked);
  });

  it('becomes a request in version 1', async () => {
    const request = await requestOf({
      raw_path: '/api/health/t%2Fu/a',
      method: 'HEAD',
      headers: { Accept: 'text/plain, */*', authorization: 'Bearer x' },
      query_string_parameters: { format: 'text', a: ['1', '2'] },
      is_base64_encoded: false,
    });
    expect(request).toEqual(asked);
  });

  it('may have its query in the path', async () => {
    const request = await requestOf({ raw_path: '/x?format=text&a=b?c', query_string_parameters: { format: 'json' } });
    expect(request).toMatchObject({ path: '/x', query: 'format=text&a=b%3Fc' });
  });

  it('may have nothing but a path', async () => {
    const empty = { method: 'GET', query: '', headers: {} };
    expect(await requestOf({ version: '2.0', path: '/x' })).toMatchObject({ ...empty, path: '/x' });
    expect(await requestOf({ raw_path: '' })).toMatchObject({ ...empty, path: '' });
  });
});

describe('an event that is not a request', () => {
  const throwing = new Proxy({}, { get: () => fail(), ownKeys: () => fail() });
  const unnamed = Object.defineProperty({ a: 1 }, 'version', { get: () => fail() });
  const fields = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${String(index)}`, 1]));

  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['undefined', undefined, 'of the type undefined'],
    ['empty', {}, 'an empty object'],
    ['a text', 'hello', 'a text of 5 characters'],
    ['a number', 5, 'of the type number'],
    ['a list', [{}, {}], 'a list of 2 items'],
    [
      'of a schedule',
      { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
      'of EventBridge, Scheduled Event from aws.events',
    ],
    ['of S3', { Records: [{ eventSource: 'aws:s3', s3: {} }] }, 'records of aws:s3'],
    ['of SQS', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }, 'records of aws:sqs'],
    ['of SNS', { Records: [{ EventSource: 'aws:sns', Sns: {} }] }, 'records of aws:sns'],
    ['of records that say nothing', { Records: [null] }, 'an object with the fields Records'],
    ['of a WebSocket API', { requestContext: { connectionId: 'x' } }, 'an object with the fields requestContext'],
    ['of version 2.0 with nothing else', { version: '2.0' }, 'an object with the fields version'],
    ['of other types than documented', { version: '2.0', rawPath: 5 }, 'an object with the fields version, rawPath'],
    ['custom', { password: 'hunter2', path: 5 }, 'an object with the fields password, path'],
    ['large', fields, 'an object with the fields f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 2 more'],
  ])('is answered 500 and named in the log when it is %s', async (_name, event, said) => {
    const { app, log, lines } = appThatIsNotAsked();
    const answer = await createHandler(app, log)(event, context);
    expect(answer).toMatchObject({ statusCode: 500, body: '{"detail":"Internal server error."}' });
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'error', message: 'an event of no known shape is answered 500', event: said }),
    ]);
  });

  it.each([
    ['everything', throwing],
    ['one field', unnamed],
  ])('is answered 500 with one line in the log when reading %s of it throws', async (_name, event) => {
    const { app, log, lines } = appThatIsNotAsked();
    expect(await createHandler(app, log)(event, context)).toMatchObject({ statusCode: 500 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('an event cannot be read, so it is answered 500');
  });
});

function fail(): never {
  throw new Error('boom');
}
