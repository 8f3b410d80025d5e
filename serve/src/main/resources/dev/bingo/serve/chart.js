/** Lines over a common axis, as SVG. */
const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 520, HEIGHT = 240, LEFT = 52, RIGHT = 12, TOP = 10, BOTTOM = 30;
const MOST = 600;

function svg(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Few enough to draw: of more, the mean of each stretch. */
function thinned(points) {
  if (points.length <= MOST) return points;
  const size = Math.ceil(points.length / MOST), out = [];
  for (let i = 0; i < points.length; i += size) {
    const some = points.slice(i, i + size);
    out.push([some[some.length - 1][0], some.reduce((sum, p) => sum + p[1], 0) / some.length]);
  }
  return out;
}

const short = value => Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();

/** @param lines {name, colour, points: [[x, y], ...]} each */
export function chart(title, across, lines) {
  const drawn = lines.map(line => ({ ...line, points: thinned(line.points.filter(p => Number.isFinite(p[0]) && Number.isFinite(p[1]))) }))
    .filter(line => line.points.length > 0);
  const figure = document.createElement('figure');
  figure.className = 'card chart';
  figure.style.margin = '0';
  const caption = document.createElement('figcaption');
  caption.textContent = title;
  figure.append(caption);
  const xs = drawn.flatMap(line => line.points.map(p => p[0])), ys = drawn.flatMap(line => line.points.map(p => p[1]));
  const low = (values, otherwise) => values.reduce((a, b) => Math.min(a, b), values.length ? Infinity : otherwise);
  const high = (values, otherwise) => values.reduce((a, b) => Math.max(a, b), values.length ? -Infinity : otherwise);
  const x0 = low(xs, 0), x1 = Math.max(high(xs, 1), x0 + 1e-9), y0 = low(ys, 0), y1 = Math.max(high(ys, 1), y0 + 1e-9);
  const x = value => LEFT + (value - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
  const y = value => HEIGHT - BOTTOM - (value - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
  const image = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}: ${drawn.map(l => `${l.name} ${short(l.points[l.points.length - 1][1])}`).join(', ')}` });
  for (const part of [0, .5, 1]) {
    const at = y0 + part * (y1 - y0);
    image.append(svg('line', { class: 'axis', x1: LEFT, x2: WIDTH - RIGHT, y1: y(at), y2: y(at) }),
      svg('text', { x: LEFT - 6, y: y(at) + 4, 'text-anchor': 'end' }, short(at)));
  }
  image.append(svg('text', { x: LEFT, y: HEIGHT - 8 }, short(x0)), svg('text', { x: WIDTH - RIGHT, y: HEIGHT - 8, 'text-anchor': 'end' }, `${across} ${short(x1)}`));
  for (const line of drawn) {
    const points = line.points.length > 1 ? line.points : [...line.points, ...line.points];
    image.append(svg('path', { class: `c${line.colour % 10}`, 'stroke-linecap': 'round', d: `M${points.map(p => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join('L')}` }));
  }
  figure.append(image);
  return figure;
}

/** A dot of a line's colour. */
export function dot(colour) {
  const image = svg('svg', { viewBox: '0 0 11 11', 'aria-hidden': 'true' });
  image.append(svg('path', { class: `c${colour % 10} dot`, d: 'M5.5,5.5h0' }));
  return image;
}
