/** What is done to the code that esbuild makes, so that Node.js loads it sooner: a cold start loads more than it runs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { parse } from 'acorn';
import type { Plugin } from 'esbuild';

export const quickerLoading: Plugin = {
  name: 'quicker-loading',
  setup(build) {
    build.initialOptions.write = false;
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const { path, contents } of outputFiles) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, /\.m?js$/.test(path) ? quicker(Buffer.from(contents).toString()) : contents);
      }
    });
  },
};

/** @param code ECMAScript module, minified by esbuild. */
export function quicker(code: string): string {
  return compileAtOnce(requireBuiltins(code));
}

/** `import a, { b as c } from "node:x"` and its other forms, as esbuild minifies them. */
const IMPORT = /\bimport ?(?:\* ?as )?([\w$]+)?,?(\{[^}]*\})? ?from ?"([^"]+)";/g;
const DYNAMIC_IMPORT = /\bimport\("([^"]+)"\)/g;

/**
 * Loads Node's own modules by `require`. An `import` of `node:http` asks for everything that it exports, which loads WebSocket and
 * undici along with it, and one of `node:crypto` WebCrypto: under Node.js 24 this was half of the time that the function took to load.
 */
function requireBuiltins(code: string): string {
  const declare = (statement: string, whole: string | undefined, names: string | undefined, module: string) => {
    if (!isBuiltin(module)) return statement;
    const taken = [whole, names?.replaceAll(' as ', ':')].filter((it) => it !== undefined);
    return `const ${taken.map((it) => `${it}=require("${module}")`).join(',')};`;
  };
  const resolve = (call: string, module: string) =>
    isBuiltin(module) ? `Promise.resolve(require("${module}"))` : call;
  return code.replaceAll(IMPORT, declare).replaceAll(DYNAMIC_IMPORT, resolve);
}

/**
 * Turns the functions around CommonJS modules, which esbuild writes as `var x = wrapper((exports, module) => {…})`, into
 * `(function (exports, module) {…})`. V8 compiles what looks so when it first reads it, and otherwise reads it twice:
 * https://v8.dev/blog/preparser#pife
 */
function compileAtOnce(code: string): string {
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  let quicker = '';
  let read = 0;
  for (const statement of body) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { init } of statement.declarations) {
      const [wrapped] = init?.type === 'CallExpression' ? init.arguments : [];
      if (wrapped?.type !== 'ArrowFunctionExpression' || wrapped.async || wrapped.body.type !== 'BlockStatement')
        continue;
      const names = wrapped.params.map(({ start, end }) => code.slice(start, end)).join(',');
      const block = code.slice(wrapped.body.start, wrapped.body.end);
      quicker += `${code.slice(read, wrapped.start)}(function(${names})${block})`;
      read = wrapped.end;
    }
  }
  return quicker + code.slice(read);
}
