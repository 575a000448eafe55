// The mean of the curves of each group, and one standard deviation on both sides.

const PLACES_OF_A_BAND = 150;

/** The value of a curve at a place between two of its points; null outside of it and at a gap. */
function valueAt(x, y, place, from) {
  let at = from;
  while (at + 1 < x.length && x[at + 1] < place) at += 1;
  if (place < x[0] || place > x[x.length - 1]) return [null, at];
  const next = Math.min(at + 1, x.length - 1);
  if (x[at] === place || next === at || x[next] === x[at]) return [x[at] === place ? y[at] : y[next], at];
  if (y[at] === null || y[next] === null) return [null, at];
  return [y[at] + ((y[next] - y[at]) * (place - x[at])) / (x[next] - x[at]), at];
}

function makeBand(lines) {
  const begins = lines.map((line) => line.x[0]);
  const ends = lines.map((line) => line.x[line.x.length - 1]);
  const [low, high] = [Math.min(...begins), Math.max(...ends)];
  const all = [...new Set(lines.flatMap((line) => line.x))].sort((one, other) => one - other);
  const places = all.length <= PLACES_OF_A_BAND
    ? all
    : Array.from({ length: PLACES_OF_A_BAND }, (_, place) => low + ((high - low) * place) / (PLACES_OF_A_BAND - 1));
  const reached = lines.map(() => 0);
  const band = { places, mean: [], low: [], high: [] };
  for (const place of places) {
    const values = [];
    lines.forEach((line, number) => {
      const [value, at] = valueAt(line.x, line.y, place, reached[number]);
      reached[number] = at;
      if (value !== null) values.push(value);
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1));
    band.mean.push(values.length ? mean : null);
    band.low.push(values.length ? mean - spread : null);
    band.high.push(values.length ? mean + spread : null);
  }
  return band;
}

function makeBands(rows, curves, weight) {
  const groups = new Map();
  for (const row of rows) {
    const group = report.runs[row].group;
    const { x, y } = curves.get(row);
    // A step may come again or go backwards, as in a run that was resumed: between two places there is one order only.
    const order = x.map((_, place) => place).sort((one, other) => x[one] - x[other]);
    const smooth = smoothValues(y, weight);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push({ x: order.map((place) => x[place]), y: order.map((place) => smooth[place]) });
  }
  return [...groups.keys()].sort((one, other) => one - other).flatMap((group) => {
    const lines = groups.get(group);
    const band = makeBand(lines);
    const colour = RUN_COLOURS[group % RUN_COLOURS.length];
    const name = `${plotText(report.groups[group] || "all")} (n = ${lines.length})`;
    const edge = { type: "scatter", mode: "lines", x: band.places, line: { width: 0, color: colour }, legendgroup: name, showlegend: false, hoverinfo: "skip" };
    return [
      { ...edge, y: band.low },
      { ...edge, y: band.high, fill: "tonexty", fillcolor: `${colour}33` },
      { ...edge, y: band.mean, name, line: { width: 2, color: colour }, showlegend: true, hoverinfo: "all", hovertemplate: "%{fullData.name}<br>step %{x}: mean %{y}<extra></extra>" },
    ];
  });
}
