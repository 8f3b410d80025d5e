/** What every page needs: requests, elements, pictures. */
for (const link of document.querySelectorAll('nav a')) {
  const here = location.pathname === '/' ? '/index.html' : location.pathname;
  if (link.getAttribute('href') === here.slice(1)) link.setAttribute('aria-current', 'page');
}

/** A refusal of the server, with its words. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(`${problem.detail}. ${problem.remedy}`);
    this.status = status;
  }
}

async function answer(response) {
  if (response.ok) return response;
  let problem = { detail: `the server answered ${response.status}`, remedy: 'Reload the page.' };
  try { problem = await response.json(); } catch { /* no problem document: said as above */ }
  throw new Refusal(response.status, problem);
}

export async function get(path) {
  return (await answer(await fetch(path))).json();
}

export async function getBytes(path) {
  return (await answer(await fetch(path))).arrayBuffer();
}

export async function post(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  return (await answer(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))).json();
}

export async function postFile(path, file) {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return (await answer(await fetch(path, { method: 'POST', headers, body: file }))).json();
}

export const $ = id => document.getElementById(id);

/** An element; text is set as text, never as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export function say(text, bad = false) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', bad);
}

/** What a page says where what it is about is not there. */
export function explain(error, missing) {
  say(error.status === 404 && missing ? missing : error.message, true);
}

export const pictureOf = (id, side = 256) => `image?image=${encodeURIComponent(id)}&side=${side}`;

/** A picture that can be pressed. */
export function picture(id, caption, pressed, kind = '') {
  const image = make('img', { src: pictureOf(id), alt: id, loading: 'lazy', width: 256, height: 256 });
  return make('li', { class: `picture ${kind}` },
    make('button', { type: 'button', click: pressed, title: id }, image),
    caption ? make('b', { class: 'n' }, caption) : null, make('span', {}, id));
}

export const sleep = millis => new Promise(done => setTimeout(done, millis));
