// docs/differences-from-evolution.md says all that the golden replay lists, and names settings that exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './support/server.mjs';

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/differences-from-evolution.md');
/** Rows of the tables as lists of cells. */
const rows = page.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
const numbers = new Set(rows.flatMap(([first]) => first.split(', ')));

describe('the table of differences', () => {
  it('has each number that the golden replay lists', () => {
    const listed = JSON.parse(read('tests/golden/evolution/differences.json')).flatMap(({ reason }) => /^([A-E]\d*):/.exec(reason ?? '')?.[1] ?? []);
    assert.ok(new Set(listed).size > 10);
    assert.deepEqual([...new Set(listed)].filter((number) => !numbers.has(number)), []);
  });

  it('has every known defect of access and events that is dealt with here', () => {
    const access = [...Array(15).keys()].map((i) => `A${i + 1}`).concat('A17', 'A18');
    const events = ['B1', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B17', 'B18', 'B19', 'B20'];
    assert.deepEqual([...access, ...events].filter((number) => !numbers.has(number)), []);
  });

  it('names settings that exist', async () => {
    const { output } = await runToEnd(['--print-env-example']);
    const existing = new Set([...output.matchAll(/^#?\s*([A-Z0-9_]+)=/gm)].map(([, name]) => name));
    assert.ok(existing.size > 40, output);
    const named = [...page.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(([, name]) => name);
    const others = ['APPLICATION_STARTUP', 'CONTACTS_SET', 'GROUP_UPDATE', 'GROUPS_UPDATE'];
    assert.ok(named.includes('WEBSOCKET_KEYLESS'));
    assert.deepEqual(named.filter((name) => !existing.has(name) && !others.includes(name)), []);
  });
});
