/**
 * Points on a canvas, written pixel by pixel: a hundred thousand take some milliseconds on any
 * machine, with or without a graphics processor.
 */
export class Plot {
  #canvas; #context; #image; #pixels; #frame = 0;
  x; y; colours; scale = 1; left = 0; top = 0; width = 0; height = 0;
  frames = 0;

  /** @param x, y places, Float32Array each; colours, a Uint32Array of ABGR */
  constructor(canvas, x, y, colours) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
    this.x = x;
    this.y = y;
    this.colours = colours;
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
    this.reset();
  }

  resize() {
    const ratio = devicePixelRatio || 1, before = this.width;
    this.width = Math.max(1, Math.round(this.#canvas.clientWidth * ratio));
    this.height = Math.max(1, Math.round(this.#canvas.clientHeight * ratio));
    this.#canvas.width = this.width;
    this.#canvas.height = this.height;
    this.#image = new ImageData(this.width, this.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    if (before && before !== this.width) this.reset(); else this.draw();
  }

  /** All points in view. */
  reset() {
    let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
    for (let i = 0; i < this.x.length; i++) {
      x0 = Math.min(x0, this.x[i]); x1 = Math.max(x1, this.x[i]);
      y0 = Math.min(y0, this.y[i]); y1 = Math.max(y1, this.y[i]);
    }
    const span = Math.max((x1 - x0) / this.width, (y1 - y0) / this.height) || 1e-6;
    this.scale = .94 / span;
    this.left = (x0 + x1) / 2 - this.width / this.scale / 2;
    this.top = (y0 + y1) / 2 - this.height / this.scale / 2;
    this.draw();
  }

  /** Zooms about a point of the canvas, in its pixels. */
  zoom(factor, px, py) {
    const x = this.left + px / this.scale, y = this.top + py / this.scale;
    this.scale *= factor;
    this.left = x - px / this.scale;
    this.top = y - py / this.scale;
    this.draw();
  }

  move(dx, dy) {
    this.left -= dx / this.scale;
    this.top -= dy / this.scale;
    this.draw();
  }

  draw() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.paint(); });
  }

  paint() {
    const { x, y, colours, scale, left, top, width, height } = this, pixels = this.#pixels;
    const size = Math.max(2, Math.min(9, Math.round(Math.sqrt(width * height / x.length) / 6))), half = size >> 1;
    pixels.fill(0);
    for (let i = 0; i < x.length; i++) {
      const px = ((x[i] - left) * scale | 0) - half, py = ((y[i] - top) * scale | 0) - half;
      if (px < 0 || py < 0 || px + size > width || py + size > height) continue;
      for (let r = 0; r < size; r++) {
        const at = (py + r) * width + px;
        for (let c = 0; c < size; c++) pixels[at + c] = colours[i];
      }
    }
    this.#context.putImageData(this.#image, 0, 0);
    this.frames++;
  }

  /** The point nearest to a place on the canvas, within so many pixels; −1: none. */
  nearest(px, py, within) {
    const x = this.left + px / this.scale, y = this.top + py / this.scale;
    let best = (within / this.scale) ** 2, found = -1;
    for (let i = 0; i < this.x.length; i++) {
      const far = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (far < best) { best = far; found = i; }
    }
    return found;
  }

  /** Points inside of a polygon of canvas pixels, [[x, y], ...]. */
  inside(polygon) {
    const found = [];
    for (let i = 0; i < this.x.length; i++) {
      const px = (this.x[i] - this.left) * this.scale, py = (this.y[i] - this.top) * this.scale;
      let odd = false;
      for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
        const [ax, ay] = polygon[a], [bx, by] = polygon[b];
        if ((ay > py) !== (by > py) && px < (bx - ax) * (py - ay) / (by - ay) + ax) odd = !odd;
      }
      if (odd) found.push(i);
    }
    return found;
  }
}
