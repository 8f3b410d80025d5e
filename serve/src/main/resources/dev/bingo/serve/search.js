import { $, explain, get, make, picture, pictureOf, postFile, say } from './common.js';

const K = 24;
const NO_INDEX = 'There are no images to search: start the server with some, bingo serve ENCODER DATA.';
let shown = null;
let latest = 0;

const { encoders } = await get('about');
const sides = encoders.filter(one => one.images > 0).map(one => {
  const list = make('ul', { class: 'pictures' });
  $('sides').append(make('section', { class: 'card' }, make('h2', {}, one.name), list));
  return list;
});
if (sides.length === 0) say(NO_INDEX, true);

async function search(asked) {
  const mine = ++latest;
  say('Searching \u2026');
  try {
    const found = await Promise.all(sides.map((_, i) => asked(i)));
    if (mine !== latest) return;
    found.forEach(({ hits }, i) => sides[i].replaceChildren(...hits.map(hit =>
      picture(hit.image, hit.cosine.toFixed(4) + (hit.label ? ` ${hit.label}` : ''), () => byImage(hit.image)))));
    say(`${K} nearest each, by the cosine of their vectors. Press one for what resembles it.`);
  } catch (error) {
    if (mine === latest) explain(error);
  }
}

function showQuery(address, name) {
  if (shown) URL.revokeObjectURL(shown);
  shown = address.startsWith('blob:') ? address : null;
  $('query').src = address;
  $('query').alt = name;
  $('query').hidden = false;
}

function byFile(file) {
  if (!file) return;
  history.replaceState(null, '', location.pathname);
  showQuery(URL.createObjectURL(file), file.name);
  search(i => postFile(`similar?encoder=${i}&k=${K}`, file));
}

function byImage(id) {
  history.replaceState(null, '', `?image=${encodeURIComponent(id)}`);
  showQuery(pictureOf(id), id);
  search(i => get(`similar?encoder=${i}&k=${K}&image=${encodeURIComponent(id)}`));
  scrollTo({ top: 0 });
}

$('choose').addEventListener('click', event => { event.stopPropagation(); $('file').click(); });
$('drop').addEventListener('click', () => $('file').click());
$('drop').addEventListener('keydown', event => { if (event.target === $('drop') && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); $('file').click(); } });
$('file').addEventListener('click', event => event.stopPropagation());
$('file').addEventListener('change', () => byFile($('file').files[0]));
for (const kind of ['dragenter', 'dragover']) {
  document.addEventListener(kind, event => { event.preventDefault(); $('drop').classList.add('over'); });
}
document.addEventListener('dragleave', event => { if (!event.relatedTarget) $('drop').classList.remove('over'); });
document.addEventListener('drop', event => {
  event.preventDefault();
  $('drop').classList.remove('over');
  byFile(event.dataTransfer.files[0]);
});
const wanted = new URLSearchParams(location.search).get('image');
if (wanted && sides.length > 0) byImage(wanted);
