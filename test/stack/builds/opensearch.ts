/** A node of OpenSearch, from Maven Central: a small program that starts the node without its distribution. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildStep, defineBuild } from './build.ts';

const POM = join(import.meta.dirname, 'opensearch/pom.xml');
const SOURCE = join(import.meta.dirname, 'opensearch/OpenSearchNode.java');
const FETCH_MS = 300_000;
const COMPILE_MS = 60_000;

/** Run it with `java -cp <classes>:<lib>/*`. */
export const opensearch = defineBuild({
  name: 'opensearch',
  inputs: [POM, SOURCE],
  from: 'mvn dependency:copy-dependencies -f test/stack/builds/opensearch/pom.xml',
  debian: { 'openjdk-17-jdk-headless': 'javac', maven: 'mvn' },
  async build(folder) {
    const lib = join(folder, 'lib');
    const classes = join(folder, 'classes');
    await mkdir(classes);
    const fetch = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
    await buildStep('mvn', fetch, FETCH_MS);
    await buildStep('javac', ['-cp', join(lib, '*'), '-d', classes, SOURCE], COMPILE_MS);
  },
});
