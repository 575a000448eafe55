// Curves of the runs that are visible.

const MOST_CURVES = 60;
const curvesByMetric = new Map();

for (const curve of report.curves) {
  if (!curvesByMetric.has(curve.metric)) curvesByMetric.set(curve.metric, new Map());
  curvesByMetric.get(curve.metric).set(curve.run, curve);
}

/** A moving average without the bias towards its start at 0; gaps stay gaps. */
function smoothValues(values, weight) {
  if (!weight) return values;
  let last = 0;
  let left = 1;
  return values.map((value) => {
    if (value === null) return null;
    last = last * weight + (1 - weight) * value;
    left *= weight;
    return last / (1 - left);
  });
}

function makeLine(row, x, y, width, more) {
  return {
    type: "scatter",
    mode: x.length <= 30 ? "lines+markers" : "lines",
    x,
    y,
    name: plotText(report.runs[row].name),
    line: { color: runColour(row), width },
    marker: { color: runColour(row), size: 4 },
    ...more,
  };
}

function drawCurves(visible) {
  const metric = byId("curve-metric").value;
  const weight = Number(byId("curve-smoothing").value);
  const curves = curvesByMetric.get(metric) || new Map();
  const chosen = visible.filter((row) => state.selected.size === 0 || state.selected.has(row));
  const there = sortRows(chosen).filter((row) => curves.has(row));
  const isGrouped = byId("curve-groups").checked && report.groups.length > 0;
  const rows = isGrouped ? there : there.slice(0, MOST_CURVES);
  const data = isGrouped ? makeBands(rows, curves, weight) : [];
  for (const row of isGrouped ? [] : rows) {
    const { x, y } = curves.get(row);
    if (weight && rows.length <= 12) data.push(makeLine(row, x, y, 1, { opacity: 0.25, showlegend: false, hoverinfo: "skip" }));
    data.push(makeLine(row, x, smoothValues(y, weight), 2, {
      customdata: x.map(() => report.runs[row].id),
      hovertemplate: "%{fullData.name}<br>step %{x}: %{y}<extra></extra>",
    }));
  }
  const log = byId("curve-log").checked;
  drawFigure(byId("curve-figure"), {
    data,
    layout: {
      margin: { l: 60, r: 20, t: 15, b: 45 },
      height: 440,
      hovermode: "closest",
      showlegend: data.length > 1 && (isGrouped || rows.length <= 20),
      legend: { orientation: "h", y: -0.16, yanchor: "top" },
      xaxis: { title: { text: "step" }, automargin: true },
      yaxis: { title: { text: plotText(metric) }, automargin: true, type: log ? "log" : "linear", exponentformat: "power" },
    },
  });
  tellCurves(metric, chosen, there, rows, curves, log);
}

function tellCurves(metric, chosen, there, rows, curves, log) {
  const said = [];
  const without = chosen.length - there.length;
  if (without) said.push(`${without} ${without === 1 ? "run has" : "runs have"} no curve of ${metric}.`);
  if (rows.length < there.length) {
    said.push(`The first ${rows.length} of ${there.length} curves in the order of the table: sort, filter or select runs for others.`);
  }
  const lost = log ? rows.reduce((count, row) => count + curves.get(row).y.filter((value) => value !== null && value <= 0).length, 0) : 0;
  if (lost) said.push(`${lost} points are not above zero and have no place on a log scale.`);
  const gaps = rows.reduce((count, row) => count + curves.get(row).y.filter((value) => value === null).length, 0);
  if (gaps) said.push(`${gaps} ${gaps === 1 ? "point is" : "points are"} NaN, infinite or beyond 1e150: a gap.`);
  byId("curve-told").textContent = said.join(" ");
  byId("curve-figure").dataset.runs = String(rows.length);
}

function startCurves() {
  if (!curvesByMetric.size) return hideSection("curves");
  fillSelect(byId("curve-metric"), [...curvesByMetric.keys()].map((metric) => [metric, metric]));
  byId("curve-groups-label").hidden = report.groups.length === 0;
  byId("curve-groups").checked = report.groups.length > 0;
  const draw = () => drawCurves(state.visible);
  for (const id of ["curve-metric", "curve-log", "curve-groups"]) byId(id).addEventListener("change", draw);
  byId("curve-smoothing").addEventListener("input", (event) => {
    byId("curve-smoothing-now").textContent = event.target.value;
    draw();
  });
  watchRuns(drawCurves);
}
