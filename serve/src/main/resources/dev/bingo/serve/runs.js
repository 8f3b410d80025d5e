import { $, explain, get, make, post, say, sleep } from './common.js';
import { chart, dot } from './chart.js';

const NO_RUNS = 'There are no runs to look at: start the server with some, bingo serve runs.';
const FIGURES = [['loss', 'Loss'], ['knn_top1', 'kNN top-1, %'], ['linear_top1', 'Linear probe top-1, %'], ['images_per_second', 'Images a second']];
const metrics = new Map();   // run → {next, lines}
let compared = null;         // names, in the order of the table
let listed = [];

async function follow(name) {
  const mine = metrics.get(name) ?? { next: 0, lines: [] };
  for (;;) {
    const got = await get(`runs/metrics?run=${encodeURIComponent(name)}&from=${mine.next}`);
    if (got.next < mine.next) mine.lines = []; // it went back to a checkpoint
    mine.lines.push(...got.lines);
    const more = got.lines.length > 0 && got.next > mine.next;
    mine.next = got.next;
    metrics.set(name, mine);
    if (!more) return;
  }
}

const ago = seconds => seconds < 90 ? `${seconds} s ago` : seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : seconds < 172800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86400)} days ago`;

async function stop(name) {
  if (!confirm(`Stop ${name} after its step, with a checkpoint?`)) return;
  try {
    await post('runs/stop', { run: name });
    say(`${name} was asked to stop. It takes the request within a second, if it runs.`);
    refresh();
  } catch (error) {
    explain(error);
  }
}

function drawTable() {
  const focused = document.activeElement?.id;
  $('runs').replaceChildren(...listed.map((run, i) => make('tr', {},
    make('td', {}, make('input', { type: 'checkbox', id: `run-${i}`, checked: compared.has(run.name), 'aria-label': `Compare ${run.name}`,
      change: event => { if (event.target.checked) compared.add(run.name); else compared.delete(run.name); refresh(); } })),
    make('td', {}, make('span', { class: 'legend' }, compared.has(run.name) ? dot(i) : null, run.name)),
    make('td', { class: run.state === 'running' ? 'good' : '' }, run.state === 'silent' ? 'silent: ended, or very slow' : run.state),
    make('td', {}, run.method), make('td', { class: 'n' }, `${run.done} of ${run.epochs}`),
    make('td', { class: 'n' }, ago(run.quietSeconds)), make('td', { class: 'n' }, String(run.badImages)),
    make('td', {}, run.state === 'done' ? null : make('button', { type: 'button', id: `stop-${i}`, click: () => stop(run.name) }, 'Stop')))));
  if (focused) document.getElementById(focused)?.focus();
}

function drawCharts() {
  const shown = listed.map((run, i) => ({ run, i })).filter(({ run }) => compared.has(run.name));
  const charts = FIGURES.map(([key, title]) => {
    const lines = shown.map(({ run, i }) => ({ name: run.name, colour: i,
      points: (metrics.get(run.name)?.lines ?? []).filter(line => typeof line[key] === 'number').map(line => [line.step, line[key]]) }));
    return lines.some(line => line.points.length > 0) ? chart(title, 'step', lines) : null;
  }).filter(one => one);
  $('charts').replaceChildren(...charts);
  const runs = shown.map(({ run }) => run);
  const keys = [...new Set(runs.flatMap(run => Object.keys(run.settings)))].filter(key => new Set(runs.map(run => run.settings[key])).size > 1);
  $('settings').replaceChildren(make('thead', {}, make('tr', {}, make('th', {}, 'Setting'), ...runs.map(run => make('th', {}, run.name)))),
    make('tbody', {}, ...keys.map(key => make('tr', {}, make('td', {}, key), ...runs.map(run => make('td', {}, run.settings[key] ?? '\u2013'))))));
  const log = $('log'), below = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  log.textContent = runs.map(run => `${run.name}\n${(metrics.get(run.name)?.lines ?? []).slice(-40).map(line => `  ${JSON.stringify(line)}`).join('\n')}`).join('\n');
  if (below) log.scrollTop = log.scrollHeight;
}

async function refresh() {
  listed = (await get('runs')).runs;
  compared ??= new Set(listed.slice(-4).map(run => run.name));
  drawTable();
  await Promise.all(listed.filter(run => compared.has(run.name)).map(run => follow(run.name)));
  drawCharts();
}

for (;;) {
  try {
    await refresh();
    if ($('status').classList.contains('bad')) say('');
  } catch (error) {
    explain(error, NO_RUNS);
    if (error.status === 404) break;
  }
  await sleep(document.hidden ? 10000 : 2000);
}
