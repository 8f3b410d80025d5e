/**
 * What was done and is not yet on the server's disk. It is kept in the browser's own storage until
 * the server has said that it is: neither a server that is killed nor a page that is closed loses
 * it. Each event has an id, so that one that was sent twice is taken once.
 */
import { post, sleep } from './common.js';

const KEY = `bingo-outbox-${location.host}`;

export class Outbox {
  #events = JSON.parse(localStorage.getItem(KEY) ?? '[]');
  #sending = false;
  #changed;

  /** @param changed is told how many wait, and why they do, if not for the moment alone */
  constructor(changed) {
    this.#changed = changed;
    this.#send();
  }

  get size() { return this.#events.length; }

  /** Images that something was done to, and the server does not know it yet. */
  get images() { return new Set(this.#events.map(event => event.image)); }

  add(...events) {
    this.#events.push(...events.map(event => ({ id: crypto.randomUUID?.() ?? fallbackId(), ...event })));
    this.#keep();
    this.#send();
  }

  #keep() {
    localStorage.setItem(KEY, JSON.stringify(this.#events));
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    let pause = 250;
    while (this.#events.length > 0) {
      const some = this.#events.slice(0, 500);
      try {
        await post('labels', { events: some });
        this.#events.splice(0, some.length);
        this.#keep();
        pause = 250;
        this.#changed(this.size, '');
      } catch (error) {
        this.#changed(this.size, error.status ? error.message : 'The server can\u2019t be reached.');
        await sleep(pause);
        pause = Math.min(5000, 2 * pause);
      }
    }
    this.#sending = false;
    this.#changed(0, '');
  }
}

/** Where a page was not opened by HTTPS or on this machine, browsers have no randomUUID. */
function fallbackId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
}
