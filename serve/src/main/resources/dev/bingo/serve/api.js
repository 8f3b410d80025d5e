import { $, explain, get, make } from './common.js';

try {
  const document = await get('openapi.json');
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, one] of Object.entries(methods)) {
      const takes = [...(one.parameters ?? []).map(p => `${p.name}${p.required ? '' : '?'}: ${p.description}`),
        ...Object.keys(one.requestBody?.content ?? {}).map(type => `body: ${type}`)];
      $('paths').append(make('tr', {}, make('td', {}, make('code', {}, `${method.toUpperCase()} ${path}`)), make('td', {}, one.summary),
        make('td', {}, ...takes.map(text => make('div', {}, text))),
        make('td', {}, ...Object.entries(one.responses).map(([status, answer]) => make('div', {}, `${status} ${answer.description}`)))));
    }
  }
} catch (error) {
  explain(error);
}
