import { expect, test } from 'vitest';
import { bundleOptions } from '../../../infra/bundle.ts';
import { quicker } from '../../../infra/quicker-loading.ts';

test.each([
  ['named exports', 'import{readFile as r,stat}from"node:fs";', 'const {readFile:r,stat}=require("node:fs");'],
  ['a whole module', 'import*as t from"tls";', 'const t=require("tls");'],
  ['a default export', 'import n from"node:net";', 'const n=require("node:net");'],
  ['a default export by its name', 'import{default as n}from"node:net";', 'const n=require("node:net");'],
  [
    'a default export and a named one',
    'import n,{isIP as i}from"node:net";',
    'const n=require("node:net"),{isIP:i}=require("node:net");',
  ],
  ['a module without its exports', 'import"node:net";', 'require("node:net");'],
  ['a module that is imported when it is used', 'import("node:https")', 'Promise.resolve(require("node:https"))'],
  ['a module in a template', 'x=`a${import("tls")}`', 'x=`a${Promise.resolve(require("tls"))}`'],
])("the bundle loads Node's own modules with require: %s", (_what, code, expected) => {
  expect(quicker(code)).toBe(expected);
});

test.each(['import{a as b}from"./chunk-X.js";', 'import("./pg-X.js")', 'import{x}from"pg";', 'import(name)'])(
  'the bundle keeps %s, which is not a module of Node',
  (code) => {
    expect(quicker(code)).toBe(code);
  },
);

test('the bundle keeps the import that defines require', () => {
  const { js } = bundleOptions.banner;
  expect(quicker(`${js}\nimport"node:fs";`)).toBe(`${js}\nrequire("node:fs");`);
});

test.each([
  ['a string', `x='import a from"node:fs";import("node:fs")';`],
  ['a template', 'x=`import a from"node:fs";import("node:fs")`;'],
  ['a regular expression', 'x=/import a from"node:fs";import("node:fs")/;'],
  ['a comment', '/* import a from"node:fs";import("node:fs") */x=1;'],
])('the bundle keeps the text of an import in %s', (_where, code) => {
  expect(quicker(code)).toBe(code);
});

test('the bundle has V8 compile the functions around CommonJS modules eagerly', () => {
  const code = 'var a=w((e,t)=>{t.exports=1}),b=w(e=>{e.x=2});var c=w(()=>{});export{a,b,c};';
  expect(quicker(code)).toBe(
    'var a=w((function(e,t){t.exports=1})),b=w((function(e){e.x=2}));var c=w((function(){}));export{a,b,c};',
  );
});

test('the bundle replaces imports inside the functions around CommonJS modules', () => {
  expect(quicker('var a=w(e=>{e.x=import("tls")});')).toBe(
    'var a=w((function(e){e.x=Promise.resolve(require("tls"))}));',
  );
});

test.each([
  'var a=w(async e=>{});',
  'var a=w(e=>e+1);',
  'var a=w((e=1)=>{});',
  'var a=w(function(e){});',
  'var a=e=>{};',
  'w(e=>{});',
])('the bundle keeps %s, which is not a function around a CommonJS module', (code) => {
  expect(quicker(code)).toBe(code);
});
