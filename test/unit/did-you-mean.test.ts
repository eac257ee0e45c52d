import { expect, it } from 'vitest';
import { didYouMean } from '../../lib/did-you-mean.ts';

const NAMES = [
  'json',
  'text',
  'html',
  'openmetrics',
  'url',
  'tcp',
  'port',
  'postgres',
  'prometheus-rules',
  'depends_on',
];

it.each([
  ['jsno', 'json'],
  ['jsn', 'json'],
  ['ulr', 'url'],
  ['tpc', 'tcp'],
  ['htm', 'html'],
  ['prto', 'port'],
  ['postgress', 'postgres'],
  ['prometheus', 'prometheus-rules'],
  ['promethues-rules', 'prometheus-rules'],
  ['open-metrics', 'openmetrics'],
  ['dependsOn', 'depends_on'],
])('takes %s for %s', (given, meant) => {
  expect(didYouMean(given, NAMES)).toBe(`; did you mean ${meant}?`);
});

it.each(['yaml', 'xml', 'csv', 'docx', 'x', '', 'mongodb', 'host', 'poet-laureate', 'a'.repeat(41)])(
  'takes %j for no other name',
  (given) => {
    expect(didYouMean(given, NAMES)).toBe('');
  },
);
