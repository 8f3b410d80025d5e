import { $, explain, get, make, picture, pictureOf, post, say, sleep } from './common.js';
import { Outbox } from './outbox.js';

const NO_LABELS = 'There is nothing to label here: start the server with images, bingo serve ENCODER DATA.';

let state = null;
let queue = [];        // what to label, as the server chose it
let current = null;
let done = [];         // groups of what was done, for undo
let group = null;      // images of the group that is shown, or null
let excluded = new Set();
let added = [];        // classes that no image has yet
let asked = 0;

const outbox = new Outbox((waiting, why) => {
  if (waiting > 0 && why) say(`${waiting} not saved yet, and kept in this browser: ${why}`, true);
  else if (waiting === 0) { say(''); refresh(); }
});
addEventListener('beforeunload', event => { if (outbox.size > 0) event.preventDefault(); });

function classes() {
  const known = state ? state.classes : [];
  const names = new Set(known.map(one => one.name));
  return [...known, ...added.filter(name => !names.has(name)).map(name => ({ name, images: 0 }))];
}

/** Fetches how things stand; of several at once the last counts. */
async function refresh() {
  const mine = ++asked;
  try {
    const next = await get('labels');
    if (mine !== asked) return;
    state = next;
    const waiting = outbox.images;
    const known = new Set(queue.map(one => one.image));
    if (current) known.add(current.image);
    queue.push(...state.next.filter(one => !known.has(one.image) && !waiting.has(one.image)));
    if (!current) advance();
    draw();
    if (!current && state.choosing) { await sleep(400); refresh(); }
  } catch (error) {
    if (error.status) explain(error, NO_LABELS);
    else { say('The server can\u2019t be reached; trying again.', true); await sleep(1000); refresh(); }
  }
}

function advance() {
  const waiting = outbox.images;
  do { current = queue.shift() ?? null; } while (current && waiting.has(current.image));
  show();
  if (queue[0]) new Image().src = pictureOf(queue[0].image, 1024);
}

function show() {
  group = null;
  excluded = new Set();
  $('grid').setAttribute('aria-pressed', 'false');
  $('one').hidden = false;
  $('group').hidden = true;
  if (current) {
    $('image').src = pictureOf(current.image, 1024);
    $('image').alt = current.image;
    $('image').hidden = false;
  } else {
    $('image').hidden = true;
    $('image').alt = '';
  }
}

function draw() {
  const all = classes();
  $('progress').textContent = `${state.labelled.toLocaleString('en')} of ${state.images.toLocaleString('en')} labelled`
    + (state.skipped ? `, ${state.skipped.toLocaleString('en')} skipped` : '')
    + (state.elsewhere ? `; ${state.elsewhere} labels are of images that are not in the set any more` : '');
  $('bar').max = state.images;
  $('bar').value = state.labelled;
  $('classes').replaceChildren(...all.map((one, i) => make('li', {},
    make('button', { type: 'button', click: () => label(one.name), class: current?.predicted === one.name ? 'guess' : '', 'data-class': one.name },
      i < 9 ? make('kbd', {}, String(i + 1)) : null, make('span', { class: 'name' }, one.name), make('small', { class: 'n' }, String(one.images))))));
  if ($('strategy').childElementCount === 0) {
    $('strategy').append(...state.strategies.map(name => make('option', { value: name }, name)));
  }
  $('strategy').value = state.strategy;
  $('why').textContent = current ? `${current.image}: ${current.why}`
    : state.choosing ? 'Choosing what to label \u2026' : state.trouble || 'Nothing is left to label.';
  $('round').textContent = (state.round ? `Round ${state.round}, by ${state.chosen_by}. ` : '')
    + (state.choosing && current ? 'The next are being chosen.' : '') + (current ? ` ${queue.length} more in this round.` : '');
  $('audit').textContent = state.audit
    ? `${state.audit.seen} ${state.audit.advice}` + (state.audit.skipped ? ` ${state.audit.skipped} of the audit were skipped: if they are hard, this is too high.` : '')
    : 'Accuracy is known once some images that were drawn at random have labels.';
  $('undo').disabled = done.length === 0;
  for (const id of ['skip', 'grid']) $(id).disabled = !current;
  $('accept').disabled = !current?.predicted || group !== null;
}

function chosenImages() {
  return group ? [current.image, ...group.map(one => one.image)].filter(id => !excluded.has(id)) : [current.image];
}

function finish(events) {
  done.push({ item: current, events });
  if (done.length > 500) done.shift();
  outbox.add(...events);
  if (!group || !excluded.has(current.image)) advance(); else show();
  draw();
}

function label(name) {
  if (!current) return;
  const images = chosenImages();
  if (images.length === 0) { say('No image of the group is chosen.', true); return; }
  finish(images.map(image => ({ image, what: 'label', label: name })));
}

function skip() {
  if (current) { group = null; finish([{ image: current.image, what: 'skip' }]); }
}

/** Takes the last back, and shows it again. */
function undo() {
  const last = done.pop();
  if (!last) return;
  if (current) queue.unshift(current);
  current = last.item;
  outbox.add(...last.events.map(event => ({ image: event.image, what: 'clear' })));
  show();
  draw();
}

async function toggleGroup() {
  if (!current) return;
  if (group) { show(); draw(); return; }
  const of = current;
  try {
    const { alike } = await get(`labels/alike?image=${encodeURIComponent(of.image)}`);
    if (of !== current) return;
    group = alike;
    const items = [{ image: of.image, cosine: 1 }, ...alike];
    $('group').replaceChildren(...items.map(one => {
      const item = picture(one.image, one.cosine.toFixed(3), event => {
        const button = event.currentTarget;
        const off = button.getAttribute('aria-pressed') === 'true';
        button.setAttribute('aria-pressed', String(!off));
        if (off) excluded.add(one.image); else excluded.delete(one.image);
      });
      item.querySelector('button').setAttribute('aria-pressed', 'true');
      return item;
    }));
    $('one').hidden = true;
    $('group').hidden = false;
    $('grid').setAttribute('aria-pressed', 'true');
    draw();
  } catch (error) {
    explain(error);
  }
}

document.addEventListener('keydown', event => {
  if (event.target.matches('input, select') || event.ctrlKey || event.metaKey || event.altKey) return;
  const number = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
  if (number) { const one = classes()[number - 1]; if (one) label(one.name); else say(`No class has the key ${number}.`); }
  else if (event.key === 'u' || event.key === 'Backspace') undo();
  else if (event.key === 's') skip();
  else if (event.key === 'g') toggleGroup();
  else if (event.key === 'Enter' && !event.target.matches('button, a') && current?.predicted && !group) label(current.predicted);
  else return;
  event.preventDefault();
});
$('undo').addEventListener('click', undo);
$('skip').addEventListener('click', skip);
$('grid').addEventListener('click', toggleGroup);
$('accept').addEventListener('click', () => { if (current?.predicted) label(current.predicted); });
$('add').addEventListener('submit', event => {
  event.preventDefault();
  const name = $('name').value.trim();
  if (name && !classes().some(one => one.name === name)) added.push(name);
  $('name').value = '';
  $('name').blur();
  if (state) draw();
});
$('strategy').addEventListener('change', async () => {
  try {
    await post('labels/strategy', { strategy: $('strategy').value });
    queue = [];
    current = null;
    show();
    $('strategy').blur();
    refresh();
  } catch (error) {
    explain(error);
  }
});
$('image').addEventListener('error', () => { if (current) say(`${current.image} can\u2019t be shown; skip it.`, true); });
refresh();
