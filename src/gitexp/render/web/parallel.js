// Parallel coordinates: lines on a canvas, axes over them that can be brushed by mouse, finger and keyboard.

const SVG_SPACE = "http://www.w3.org/2000/svg";
const PARALLEL_TOP = 58;
const PARALLEL_BOTTOM = 22;
const PARALLEL_HEIGHT = 420;
const AXIS_ROOM = 92;
const END_SNAP = 0.015;

function makeSvg(tag, attributes, text) {
  const element = document.createElementNS(SVG_SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * Parallel coordinates in an element. `show` takes the value to draw and, optionally, the set of rows that are left by
 * other filters; `onBrush` is called when a brush was moved, and `passes` says whether a row is within all brushes.
 */
class ParallelView {
  constructor(element, onBrush) {
    this.element = element;
    this.onBrush = onBrush || (() => {});
    this.brushes = new Map();
    this.canvas = make("canvas", "parallel-lines");
    this.axes = makeSvg("svg", { class: "parallel-axes" });
    this.told = make("p", "notes parallel-told");
    this.told.setAttribute("aria-live", "polite");
    this.frame = make("div", "parallel-frame", this.canvas, this.axes);
    element.classList.add("parallel");
    element.replaceChildren(make("div", "scroll", this.frame), this.told);
    this.width = 0;
    new ResizeObserver(() => this.resize()).observe(element);
    darkScheme.addEventListener("change", () => this.draw());
  }

  show(value, left) {
    this.value = value;
    this.left = left || null;
    this.scales = value.axes.map(makeScale);
    const keys = new Set(value.axes.map((axis) => axis.key));
    for (const key of this.brushes.keys()) if (!keys.has(key)) this.brushes.delete(key);
    this.resize(true);
  }

  /** Draws anew with other rows left. */
  leave(left) {
    this.left = left;
    this.draw();
  }

  get isBrushed() {
    return this.brushes.size > 0;
  }

  passes(row) {
    return this.value.axes.every((axis, place) => {
      const brush = this.brushes.get(axis.key);
      const at = this.scales[place].rows[row];
      return !brush || (at >= brush[0] - 1e-9 && at <= brush[1] + 1e-9);
    });
  }

  clear() {
    this.brushes.clear();
    this.changeBrush();
  }

  setBrush(key, low, high) {
    if (low === null) this.brushes.delete(key);
    else {
      // Within a few pixels of an end of the axis the end is meant: the best run stands there, more often than not.
      const snap = (at) => (at < END_SNAP ? 0 : at > 1 - END_SNAP ? 1 : at);
      this.brushes.set(key, [snap(Math.min(low, high)), snap(Math.max(low, high))]);
    }
    this.changeBrush();
  }

  changeBrush() {
    this.placeBrushes();
    this.onBrush();
    this.draw();
  }

  resize(force) {
    if (!this.value) return;
    const width = Math.max(this.element.clientWidth, this.value.axes.length * AXIS_ROOM);
    if (!width || (width === this.width && !force)) return;
    this.width = width;
    const scale = window.devicePixelRatio || 1;
    this.frame.style.width = `${width}px`;
    this.frame.style.height = `${PARALLEL_HEIGHT}px`;
    this.canvas.width = width * scale;
    this.canvas.height = PARALLEL_HEIGHT * scale;
    this.axes.setAttribute("width", width);
    this.axes.setAttribute("height", PARALLEL_HEIGHT);
    this.drawAxes();
    this.draw();
  }

  across(place) {
    const count = this.value.axes.length;
    const margin = AXIS_ROOM / 2;
    return count < 2 ? this.width / 2 : margin + (place * (this.width - 2 * margin)) / (count - 1);
  }

  down(at) {
    return PARALLEL_HEIGHT - PARALLEL_BOTTOM - at * (PARALLEL_HEIGHT - PARALLEL_TOP - PARALLEL_BOTTOM);
  }

  draw() {
    if (!this.value || !this.width) return;
    const scale = window.devicePixelRatio || 1;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.width, PARALLEL_HEIGHT);
    const rows = this.value.runs.map((_, row) => row);
    const shown = rows.filter((row) => (!this.left || this.left.has(row)) && this.passes(row));
    const colour = this.value.axes.findIndex((axis) => axis.key === this.value.colour);
    const isFew = shown.length < rows.length;
    pen.lineWidth = 1;
    if (isFew) {
      pen.strokeStyle = schemeColours().line;
      pen.globalAlpha = 0.18;
      for (const row of rows) this.strokeRow(pen, row);
    }
    pen.globalAlpha = Math.min(Math.max(60 / Math.max(shown.length, 1), 0.25), 0.9);
    pen.lineWidth = shown.length < 60 ? 1.8 : 1.2;
    for (const row of shown) {
      pen.strokeStyle = colour < 0 ? "#3b7dd8" : rampColour(this.scales[colour].rows[row]);
      this.strokeRow(pen, row);
    }
    const by = colour < 0 ? "" : `; the colour is ${this.value.axes[colour].title}, from dark (low) to bright (high)`;
    this.told.textContent = `${shown.length} of ${rows.length} runs${by}. Drag along an axis to brush it; click it to let go.`;
    this.frame.dataset.shown = String(shown.length);
  }

  strokeRow(pen, row) {
    pen.beginPath();
    this.scales.forEach((scale, place) => {
      const [x, y] = [this.across(place), this.down(scale.rows[row])];
      if (place === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    });
    pen.stroke();
  }
}
