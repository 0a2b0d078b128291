// Asks the library in a browser's form and the native one the same random questions and compares the answers byte for
// byte: node .ci/wasm.mjs LIBRARY.wasm NATIVE_EXAMPLE [QUESTIONS]. Exits with 1 where two differ.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';

const [library, native, count = '50'] = process.argv.slice(2);

// The same questions every time.
let state = 1507;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[whole(0, list.length - 1)];

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const folder = (path) => readdirSync(new URL(`../${path}`, import.meta.url)).filter((name) => name.endsWith('.toml'));
const shipped = ['scenarios', 'scenarios/cases'].flatMap((path) => folder(path).map((name) => read(`${path}/${name}`)));
const northDakota = read('tests/hearing/north-dakota.toml');

const amounts = () => Array.from({ length: 3 }, () => (random() * 900).toFixed(1)).join(', ');
const instruments = [
  () => `kind = "cluster_grant"\nper_pupil = [${amounts()}]\nmin_members = 2`,
  () => `kind = "merger_grant"\nper_pupil = [${amounts()}]`,
  () => `kind = "general_aid"\nper_pupil = [${amounts()}]`,
  () => `kind = "levy_relief"\nmills = [2.0, 1.5, ${random().toFixed(3)}]`,
];

function ownScenario() {
  const figures = [
    `districts = ${whole(2, 60)}`,
    `median_pupils = ${whole(40, 900)}`,
    `trend = ${(-0.04 * random()).toFixed(4)}`,
    `redraw = ${random() < 0.5}`,
  ];
  const policies = Array.from({ length: whole(1, 3) }, (_, nth) => {
    const own = Array.from({ length: nth && whole(0, 2) }, (_, place) => {
      return `[[policy.instrument]]\nname = "i${place}"\n${pick(instruments)()}`;
    });
    return [`[[policy]]\nname = "p${nth}"`, ...own].join('\n');
  });
  return [`years = ${whole(1, 25)}\n[region]`, ...figures, ...policies].join('\n');
}

// A mistake that a reader must tell alike in both.
function broken(text) {
  const lines = text.split('\n');
  const at = whole(0, lines.length - 1);
  lines[at] = pick(['yeers = 3', lines[at].replace('=', ''), lines[at].toUpperCase(), '[region', `${lines[at]} é`]);
  return lines.join('\n');
}

function question() {
  const kind = random();
  let scenario = kind < 0.3 ? pick(shipped) : ownScenario();
  if (kind > 0.9) scenario = broken(scenario);
  const asked = { scenario, replicates: whole(1, 6), seed: whole(0, 2 ** 40) };
  if (kind > 0.3 && kind < 0.4) asked.region = northDakota;
  if (kind > 0.88 && kind < 0.92) asked.replicates = pick([0, -1, 'many', 1.5]);
  return JSON.stringify(asked);
}

const questions = Array.from({ length: Number(count) }, question);

const bytes = readFileSync(library);
const { memory, alloc, free, ask } = (await WebAssembly.instantiate(bytes)).instance.exports;
function answered(text) {
  const sent = new TextEncoder().encode(text);
  const asked = alloc(sent.length);
  new Uint8Array(memory.buffer, asked, sent.length).set(sent);
  const answer = ask(asked, sent.length);
  const length = new DataView(memory.buffer).getUint32(answer, true);
  const told = new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
  free(asked, sent.length);
  free(answer, 4 + length);
  return told;
}

let from = performance.now();
const here = questions.map(answered);
const seconds = (performance.now() - from) / 1000;
from = performance.now();
const run = spawnSync(native, { input: `${questions.join('\n')}\n`, encoding: 'utf8', maxBuffer: 2 ** 30 });
const nativeSeconds = (performance.now() - from) / 1000;
if (run.status !== 0) throw new Error(`the native example failed: ${run.error ?? run.stderr}`);
const there = run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));

const differing = questions.flatMap((text, nth) => (here[nth] === there[nth] ? [] : [nth]));
for (const nth of differing.slice(0, 3)) {
  console.error(`question ${nth}: ${questions[nth]}\nwasm:\n${here[nth]?.slice(0, 2000)}\nnative:\n${there[nth]?.slice(0, 2000)}`);
}
const refused = here.filter((answer) => 'problems' in JSON.parse(answer)).length;
const kilobytes = (size) => `${Math.round(size / 1000)} kB`;
console.log(
  `${questions.length - differing.length} of ${questions.length} answers the same, ${refused} of them problems; ` +
    `wasm ${seconds.toFixed(1)} s, native ${nativeSeconds.toFixed(1)} s; ` +
    `${kilobytes(statSync(library).size)}, ${kilobytes(gzipSync(bytes, { level: 9 }).length)} compressed`,
);
if (differing.length || there.length !== questions.length) process.exit(1);
