import { $, explain, get, make, say } from './common.js';

try {
  const { encoders } = await get('about');
  for (const one of encoders) {
    $('encoders').append(make('tr', {}, make('td', {}, one.name), make('td', {}, one.architecture),
      make('td', { class: 'n' }, String(one.width)), make('td', { class: 'n' }, one.images.toLocaleString('en'))));
  }
  if (encoders.length === 0) say('No encoder is served: only runs can be looked at.');
} catch (error) {
  explain(error);
}
