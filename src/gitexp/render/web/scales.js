// Where values stand on an axis, and which of them are written beside it.

/** A number in a few digits, as people read it. */
function shortNumber(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) {
    return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
  }
  return String(Number(value.toPrecision(size >= 1 ? 5 : 4)));
}

function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return size * ([1, 2, 2.5, 5].find((factor) => size * factor >= rough * 0.999) || 10);
}

function numberTicks(low, high, most) {
  const step = niceStep((high - low) / most);
  const ticks = [];
  for (let count = Math.ceil(low / step - 1e-9); count <= high / step + 1e-9; count += 1) {
    ticks.push({ at: count * step, text: shortNumber(Number((count * step).toPrecision(12))) });
  }
  return ticks;
}

function logTicks(low, high, most) {
  const whole = [];
  for (let power = Math.ceil(low); power <= Math.floor(high); power += 1) whole.push(power);
  if (whole.length < 2) {
    return [low, (low + high) / 2, high].map((at) => ({ at, text: shortNumber(Number((10 ** at).toPrecision(3))) }));
  }
  const stride = Math.ceil(whole.length / most);
  return whole.filter((_, place) => place % stride === 0).map((at) => ({ at, text: shortNumber(Number((10 ** at).toPrecision(3))) }));
}

/** The scale of an axis over places from 0 (low) to 1 (high); a row without a value stands at 0, beneath the others. */
function makeScale(axis) {
  const scaled = axis.places.map((place) =>
    place === null || place === undefined || (axis.log && place <= 0) ? null : axis.log ? Math.log10(place) : place,
  );
  let low = Infinity;
  let high = -Infinity;
  for (const value of scaled) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (axis.categories.length) [low, high] = [0, axis.categories.length - 1];
  const hasValues = low <= high;
  if (!hasValues) [low, high] = [0, 1];
  const isFlat = low === high;
  const [from, to] = isFlat ? [low - 0.5, high + 0.5] : [low, high];
  const lacks = scaled.includes(null);
  const floor = lacks ? 0.12 : 0;
  const place = (value) => (value === null ? 0 : floor + ((value - from) / (to - from)) * (1 - floor));
  let ticks = [];
  if (axis.categories.length) ticks = axis.categories.map((text, at) => ({ at, text }));
  else if (hasValues && isFlat) ticks = [{ at: low, text: shortNumber(axis.log ? 10 ** low : low) }];
  else if (hasValues) ticks = axis.log ? logTicks(from, to, 6) : numberTicks(from, to, 6);
  const marks = ticks.map((tick) => ({ at: place(tick.at), text: tick.text }));
  if (lacks) marks.unshift({ at: 0, text: "none" });
  return { rows: scaled.map(place), marks: thinMarks(marks) };
}

/** At most two dozen marks: more would stand on each other. */
function thinMarks(marks) {
  const stride = Math.ceil(marks.length / 24);
  return marks.filter((_, place) => place % stride === 0);
}

const RAMP = [
  [68, 70, 160],
  [49, 118, 182],
  [33, 158, 145],
  [95, 190, 88],
  [222, 190, 46],
];

/** A colour for a place between 0 and 1: dark to bright, to be told apart without seeing red or green. */
function rampColour(place) {
  const at = Math.min(Math.max(place, 0), 1) * (RAMP.length - 1);
  const under = Math.min(Math.floor(at), RAMP.length - 2);
  const share = at - under;
  const mixed = RAMP[under].map((one, part) => Math.round(one + (RAMP[under + 1][part] - one) * share));
  return `rgb(${mixed.join(",")})`;
}
