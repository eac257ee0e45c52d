import { expect, test } from 'vitest';
import { quicker } from '../../../infra/quicker-loading.ts';

test.each([
  ['names', 'import{readFile as r,stat}from"node:fs";', 'const {readFile:r,stat}=require("node:fs");'],
  ['a module as a whole', 'import*as t from"tls";', 'const t=require("tls");'],
  ['its default', 'import n from"node:net";', 'const n=require("node:net");'],
  ['both', 'import n,{isIP as i}from"node:net";', 'const n=require("node:net"),{isIP:i}=require("node:net");'],
  ['a module when it is used', 'import("node:https")', 'Promise.resolve(require("node:https"))'],
])('takes %s of Node.js by require', (_what, code, expected) => {
  expect(quicker(code)).toBe(expected);
});

test.each(['import{a as b}from"./chunk-X.js";', 'import("./pg-X.js")', 'import{x}from"pg";'])(
  'leaves %s as it is',
  (code) => {
    expect(quicker(code)).toBe(code);
  },
);

test('has the functions around CommonJS modules compiled at once', () => {
  const code = 'var a=w((e,t)=>{t.exports=1}),b=w(e=>{e.x=2});var c=w(()=>{});export{a,b,c};';
  expect(quicker(code)).toBe(
    'var a=w((function(e,t){t.exports=1})),b=w((function(e){e.x=2}));var c=w((function(){}));export{a,b,c};',
  );
});

test.each(['var a=w(async e=>{});', 'var a=w(e=>e+1);', 'var a=w(function(e){});', 'var a=e=>{};', 'w(e=>{});'])(
  'leaves %s as it is',
  (code) => {
    expect(quicker(code)).toBe(code);
  },
);
