import { $, explain, get, getBytes, make, picture, say, sleep } from './common.js';
import { Plot } from './plot.js';
import { dot } from './chart.js';

const NO_INDEX = 'There are no images to show: start the server with some, bingo serve ENCODER DATA.';
const SHOWN = 200;

async function made() {
  for (;;) {
    try {
      return await get('map');
    } catch (error) {
      if (error.status !== 409) throw error;
      say('The map is being made \u2026');
      await sleep(700);
    }
  }
}

/** The page's own colours, as the canvas wants them. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const number = name => {
    const [r, g, b] = style.getPropertyValue(name).trim().match(/[0-9a-f]{2}/gi).map(part => parseInt(part, 16));
    return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  };
  return { classes: Array.from({ length: 10 }, (_, i) => number(`--class-${i}`)), none: number('--muted') };
}

async function begin() {
  const about = await made();
  const view = new DataView(await getBytes('map/points'));
  const n = view.byteLength / 12;
  const x = new Float32Array(n), y = new Float32Array(n), classes = new Int16Array(n), clusters = new Int16Array(n);
  for (let i = 0; i < n; i++) {
    x[i] = view.getFloat32(12 * i, true);
    y[i] = view.getFloat32(12 * i + 4, true);
    classes[i] = view.getInt16(12 * i + 8, true);
    clusters[i] = view.getInt16(12 * i + 10, true);
  }
  const plot = new Plot($('points'), x, y, new Uint32Array(n));
  say(`${n.toLocaleString('en')} images along ${about.by}. Near points may be far apart in other directions.`);
  $('by').value = about.classes.length > 0 ? 'class' : 'cluster';
  window.bingoPlot = plot; // for whoever measures it

  function colour() {
    const by = $('by').value === 'class' ? classes : clusters, { classes: colours, none } = palette();
    for (let i = 0; i < n; i++) plot.colours[i] = by[i] < 0 ? none : colours[by[i] % 10];
    const names = $('by').value === 'class' ? about.classes : Array.from({ length: about.clusters }, (_, i) => `cluster ${i + 1}`);
    $('legend').replaceChildren(...names.slice(0, 60).map((name, i) => make('li', {}, dot(i), name)),
      names.length > 10 ? make('li', { class: 'muted' }, 'Every tenth has the same colour.') : '');
    plot.draw();
  }
  colour();
  $('by').addEventListener('change', colour);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', colour);
  interact(plot);
}

function interact(plot) {
  const box = $('plot'), over = $('over'), tip = $('tip');
  let lasso = false, from = null, polygon = null, hovered = -1;
  const at = event => {
    const place = box.getBoundingClientRect(), ratio = devicePixelRatio || 1;
    return [(event.clientX - place.left) * ratio, (event.clientY - place.top) * ratio];
  };

  function drawLasso() {
    over.width = plot.width;
    over.height = plot.height;
    if (!polygon) return;
    const context = over.getContext('2d');
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--key');
    context.lineWidth = 2 * (devicePixelRatio || 1);
    context.beginPath();
    polygon.forEach(([px, py], i) => i ? context.lineTo(px, py) : context.moveTo(px, py));
    context.closePath();
    context.stroke();
  }

  async function hover(px, py, event) {
    const row = plot.nearest(px, py, 14 * (devicePixelRatio || 1));
    if (row < 0) { tip.hidden = true; hovered = -1; return; }
    const place = box.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX - place.left + 14, place.width - 160)}px`;
    tip.style.top = `${Math.min(event.clientY - place.top + 14, Math.max(0, place.height - 210))}px`;
    if (row === hovered) return;
    hovered = row;
    tip.querySelector('img').src = `image?row=${row}&side=256`;
    tip.hidden = false;
    const { names } = await get(`map/names?rows=${row}`);
    if (row === hovered) tip.querySelector('span').textContent = names[0].image + (names[0].label ? `: ${names[0].label}` : '');
  }

  box.addEventListener('pointerdown', event => {
    box.setPointerCapture(event.pointerId);
    from = at(event);
    if (lasso) polygon = [from];
  });
  box.addEventListener('pointermove', event => {
    const [px, py] = at(event);
    if (!from) { hover(px, py, event); return; }
    tip.hidden = true;
    if (lasso) { polygon.push([px, py]); drawLasso(); }
    else { plot.move(px - from[0], py - from[1]); from = [px, py]; }
  });
  box.addEventListener('pointerup', () => {
    from = null;
    if (lasso && polygon && polygon.length > 2) choose(plot.inside(polygon));
    polygon = null;
  });
  box.addEventListener('pointerleave', () => { tip.hidden = true; hovered = -1; });
  box.addEventListener('wheel', event => {
    event.preventDefault();
    plot.zoom(Math.exp(-event.deltaY / 300), ...at(event));
  }, { passive: false });
  box.addEventListener('keydown', event => {
    const step = 60, keys = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (keys[event.key]) plot.move(...keys[event.key]);
    else if (event.key === '+' || event.key === '-') plot.zoom(event.key === '+' ? 1.3 : 1 / 1.3, plot.width / 2, plot.height / 2);
    else return;
    event.preventDefault();
  });
  const toggle = () => { lasso = !lasso; $('lasso').setAttribute('aria-pressed', String(lasso)); };
  $('lasso').addEventListener('click', toggle);
  $('reset').addEventListener('click', () => plot.reset());
  document.addEventListener('keydown', event => {
    if (event.target.matches('select, input')) return;
    if (event.key === 'l') toggle();
    else if (event.key === '0') plot.reset();
  });
}

async function names(rows) {
  const all = [];
  for (let i = 0; i < rows.length; i += 500) all.push(...(await get(`map/names?rows=${rows.slice(i, i + 500).join(',')}`)).names);
  return all;
}

async function choose(rows) {
  $('chosen').hidden = false;
  $('count').textContent = `${rows.length.toLocaleString('en')} images` + (rows.length > SHOWN ? `, ${SHOWN} of them shown` : '');
  const open = id => { location.href = `search.html?image=${encodeURIComponent(id)}`; };
  const shown = rows.length ? await names(rows.slice(0, SHOWN)) : [];
  $('pictures').replaceChildren(...shown.map(one => picture(one.image, one.label, () => open(one.image))));
  $('list').onclick = async () => {
    const text = (await names(rows)).map(one => one.image + '\n').join('');
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/plain' })), download: 'images.txt' });
    link.click();
    URL.revokeObjectURL(link.href);
  };
}

begin().catch(error => explain(error, NO_INDEX));
