// The axes of parallel coordinates, and their brushes.

const BRUSH_WIDTH = 22;

ParallelView.prototype.drawAxes = function drawAxes() {
  this.axes.replaceChildren();
  this.bars = new Map();
  this.value.axes.forEach((axis, place) => this.axes.append(this.makeAxis(axis, place)));
  this.placeBrushes();
};

ParallelView.prototype.makeAxis = function makeAxis(axis, place) {
  const group = makeSvg("g", { transform: `translate(${this.across(place)},0)`, class: "parallel-axis", tabindex: "0" });
  group.dataset.key = axis.key;
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", `${axis.title}: arrow keys move a brush, with Shift its upper end, Escape lets go`);
  const longest = this.value.axes.length > 8 ? 13 : 20;
  const shown = axis.title.length > longest ? `…${axis.title.slice(1 - longest)}` : axis.title;
  const title = makeSvg("text", { y: place % 2 && this.value.axes.length > 5 ? 18 : 38, class: "parallel-title" }, shown);
  title.append(makeSvg("title", {}, axis.title));
  group.append(title, makeSvg("line", { y1: this.down(0), y2: this.down(1), class: "parallel-line" }));
  for (const mark of this.scales[place].marks) {
    const y = this.down(mark.at);
    group.append(makeSvg("line", { x1: -4, x2: 0, y1: y, y2: y, class: "parallel-line" }));
    const text = mark.text.length > 12 ? `${mark.text.slice(0, 11)}…` : mark.text;
    group.append(makeSvg("text", { x: -7, y: y + 4, class: "parallel-mark" }, text));
  }
  const bar = makeSvg("rect", { x: -BRUSH_WIDTH / 2, width: BRUSH_WIDTH, class: "parallel-brush" });
  const room = makeSvg("rect", {
    x: -BRUSH_WIDTH / 2 - 4,
    width: BRUSH_WIDTH + 8,
    y: this.down(1) - 8,
    height: this.down(0) - this.down(1) + 16,
    class: "parallel-room",
  });
  group.append(bar, room);
  this.bars.set(axis.key, bar);
  this.followPointer(room, axis.key);
  group.addEventListener("keydown", (event) => this.moveByKey(event, axis.key));
  return group;
};

ParallelView.prototype.placeBrushes = function placeBrushes() {
  for (const [key, bar] of this.bars || []) {
    const brush = this.brushes.get(key);
    bar.setAttribute("visibility", brush ? "visible" : "hidden");
    if (!brush) continue;
    bar.setAttribute("y", this.down(brush[1]) - 2);
    bar.setAttribute("height", this.down(brush[0]) - this.down(brush[1]) + 4);
  }
};

ParallelView.prototype.followPointer = function followPointer(room, key) {
  const place = (event) => {
    const y = event.clientY - this.axes.getBoundingClientRect().top;
    return (this.down(0) - y) / (this.down(0) - this.down(1));
  };
  let start = null;
  let moved = false;
  room.addEventListener("pointerdown", (event) => {
    start = place(event);
    moved = false;
    room.setPointerCapture(event.pointerId);
    event.preventDefault();
    room.parentNode.focus({ preventScroll: true });
  });
  room.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const now = place(event);
    moved = moved || Math.abs(now - start) > 0.01;
    if (moved) this.setBrush(key, start, now);
  });
  const end = () => {
    if (start !== null && !moved) this.setBrush(key, null);
    start = null;
  };
  room.addEventListener("pointerup", end);
  room.addEventListener("pointercancel", () => {
    start = null;
  });
};

ParallelView.prototype.moveByKey = function moveByKey(event, key) {
  const way = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
  if (event.key === "Escape") this.setBrush(key, null);
  else if (way === undefined) return;
  else {
    const [low, high] = this.brushes.get(key) || [0, 1];
    const grown = [event.shiftKey ? low : Math.min(Math.max(low + way, 0), 1), Math.min(Math.max(high + way, 0), 1)];
    if (event.shiftKey || this.brushes.has(key)) this.setBrush(key, Math.min(...grown), Math.max(...grown));
    else this.setBrush(key, way > 0 ? 0.5 : 0, way > 0 ? 1 : 0.5);
  }
  event.preventDefault();
};
