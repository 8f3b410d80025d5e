import { $, explain, get, make, picture, say } from './common.js';

const NO_BAGS = 'There are no bags of these images: start the server with a run that has some, or with --bags FILE.';
let seed = 0;

function pictures(anchor, list) {
  return make('ul', { class: 'pictures' }, ...list.map(one => {
    const other = anchor.label && one.label && anchor.label !== one.label;
    return picture(one.image, null, () => show(`image=${encodeURIComponent(one.image)}`), other ? 'other' : one.both ? 'same' : '');
  }));
}

async function show(which) {
  try {
    const got = await get(`bags?${which}`);
    $('purity').textContent = got.purity
      ? `${(100 * got.purity.share).toFixed(1)} % of ${got.purity.pairs.toLocaleString('en')} mates are of their anchor\u2019s class.`
      : 'No classes are known, so purity is not.';
    $('bags').replaceChildren(...got.anchors.map(anchor => make('section', { class: 'card bag' },
      picture(anchor.image, anchor.label, () => { location.href = `search.html?image=${encodeURIComponent(anchor.image)}`; }),
      make('div', {}, make('h3', {}, `Mates, by the teacher (${anchor.both} of ${anchor.mates.length} are this encoder\u2019s too)`), pictures(anchor, anchor.mates),
        make('h3', {}, 'Nearest, by this encoder'), pictures(anchor, anchor.near)))));
    say('');
  } catch (error) {
    explain(error, NO_BAGS);
  }
}

$('more').addEventListener('click', () => show(`seed=${++seed}`));
show(`seed=${seed}`);
