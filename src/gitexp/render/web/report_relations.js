// How values of runs belong together: parallel coordinates, whose brushes filter all, and trade-offs.

const MOST_AXES = 12;
const MOST_OF_AN_AXIS = 30;

/** An axis for a column: numbers as they are, texts as categories in natural order; null where there are too many. */
function makeAxis(column) {
  if (column.isNumeric) {
    const places = column.cells.map((cell) => (hasPlace(cell) ? cell : null));
    return { key: column.key, title: column.title, places, categories: [], log: column.log };
  }
  const categories = [...new Set(column.cells.filter((cell) => cell !== null).map(String))].sort(TEXT_ORDER.compare);
  if (categories.length > MOST_OF_AN_AXIS) return null;
  const numbers = new Map(categories.map((text, number) => [text, number]));
  const places = column.cells.map((cell) => (cell === null ? null : numbers.get(String(cell))));
  return { key: column.key, title: column.title, places, categories, log: false };
}

function startParallel() {
  const able = report.columns.filter((column) => !column.same && column.kind !== "detail" && !["id", "started", "snapshot", "command", "commit"].includes(column.key));
  const axes = new Map(able.map((column) => [column.key, makeAxis(column)]).filter(([, axis]) => axis));
  if (report.runs.length < 2 || axes.size < 2) return hideSection("parallel");
  const worth = (column) => (column.kind === "param" ? 0 : column.direction ? 1 : column.kind === "metric" ? 2 : 3);
  const told = able.filter((column) => axes.has(column.key) && (column.kind === "param" || column.kind === "metric"));
  const metrics = told.filter((column) => column.kind === "metric" && (column.shown || column.direction)).sort((one, other) => worth(one) - worth(other)).slice(0, 4);
  const params = told.filter((column) => column.kind === "param" && !/(^|[._-])seed$/i.test(column.title)).slice(0, MOST_AXES - metrics.length);
  const chosen = new Set([...params, ...metrics].map((column) => column.key));
  if (chosen.size < 2) [...axes.keys()].slice(0, 4).forEach((key) => chosen.add(key));
  const view = new ParallelView(byId("parallel-place"), askUpdate);
  const colours = able.filter((column) => column.isNumeric && axes.has(column.key));
  const first = metrics[0] || colours[0];
  fillSelect(byId("parallel-colour"), [["", "none"], ...colours.map((column) => [column.key, column.title])], first ? first.key : "");
  const show = () => {
    const keys = [...axes.keys()].filter((key) => chosen.has(key));
    const colour = byId("parallel-colour").value;
    if (colour && !chosen.has(colour)) keys.push(colour);
    // A column of its colour alone is an axis, too: what the colour means is then to be seen.
    view.show({ runs: report.runs, axes: keys.map((key) => axes.get(key)), colour: colour || null }, new Set(state.left));
  };
  byId("parallel-colour").addEventListener("change", () => { show(); askUpdate(); });
  byId("parallel-clear").addEventListener("click", () => view.clear());
  byId("parallel-axes").append(makeChoice(able.filter((column) => axes.has(column.key)), (column) => chosen.has(column.key), (column, on) => {
    if (on) chosen.add(column.key);
    else chosen.delete(column.key);
    show();
    askUpdate();
  }));
  state.brushes = view;
  state.left = report.runs.map((_, row) => row);
  show();
  watchRuns(() => view.leave(new Set(state.left)));
}

/** For each row the row of the front that dominates it, or null; values are turned so that less is better. */
function findDominators(rows, across, up) {
  const sorted = [...rows].sort((one, other) => across(one) - across(other) || up(one) - up(other));
  const found = new Map();
  let best = null;
  for (const row of sorted) {
    const isWorse = best !== null && up(best) <= up(row) && (up(best) < up(row) || across(best) < across(row));
    found.set(row, isWorse ? best : null);
    if (!isWorse) best = row;
  }
  return found;
}

function drawPareto(visible) {
  const [x, y] = [columnsByKey.get(byId("pareto-x").value), columnsByKey.get(byId("pareto-y").value)];
  const [signX, signY] = [-Number(byId("pareto-x-way").value), -Number(byId("pareto-y-way").value)];
  const rows = visible.filter((row) => hasPlace(x.cells[row]) && hasPlace(y.cells[row]));
  const dominators = findDominators(rows, (row) => signX * x.cells[row], (row) => signY * y.cells[row]);
  const front = [...dominators.keys()].filter((row) => dominators.get(row) === null);
  const rest = rows.filter((row) => dominators.get(row) !== null);
  const tell = (row) => {
    const by = dominators.get(row);
    const lines = [report.runs[row].name, `${x.title}: ${shortNumber(x.cells[row])}`, `${y.title}: ${shortNumber(y.cells[row])}`];
    if (by !== null) lines.push(`dominated by ${report.runs[by].name}`);
    return lines.map((line) => plotText(line)).join("<br>");
  };
  const trace = (own, name, more) => ({
    type: "scatter", mode: "markers", name: `${name} (${own.length})`, x: own.map((row) => x.cells[row]), y: own.map((row) => y.cells[row]),
    text: own.map(tell), customdata: own, hovertemplate: "%{text}<extra></extra>", ...more,
  });
  const figure = byId("pareto-figure");
  drawFigure(figure, {
    data: [
      trace(rest, "dominated", { marker: { size: 7, opacity: 0.55, color: "#8d949e" } }),
      trace(front, "Pareto front", { mode: "lines+markers", line: { width: 1, dash: "dot", color: "#3b7dd8" }, marker: { size: 11, symbol: "diamond", color: front.map(runColour) } }),
    ].filter((one) => one.x.length),
    layout: {
      margin: { l: 60, r: 20, t: 15, b: 45 }, height: 420, hovermode: "closest", showlegend: true, legend: { orientation: "h", y: -0.18, yanchor: "top" },
      xaxis: { title: { text: plotText(x.title) }, automargin: true, type: x.log ? "log" : "linear", exponentformat: "power" },
      yaxis: { title: { text: plotText(y.title) }, automargin: true, type: y.log ? "log" : "linear", exponentformat: "power" },
    },
  }).then(() => {
    figure.removeAllListeners("plotly_click");
    figure.on("plotly_click", (event) => showRun(event.points[0].customdata, true));
  });
  const without = visible.length - rows.length;
  const names = front.slice(0, 8).map((row) => report.runs[row].name).join(", ");
  byId("pareto-told").textContent = `On the front: ${names}${front.length > 8 ? ` and ${front.length - 8} more` : ""}.`
    + (without ? ` ${without} ${without === 1 ? "run has" : "runs have"} not both values.` : "");
}

function startPareto() {
  const numeric = report.columns.filter((column) => column.isNumeric && !column.same && column.kind !== "detail" || column.key.startsWith("cost.") && column.isNumeric);
  const metrics = numeric.filter((column) => column.kind === "metric");
  if (report.runs.length < 2 || numeric.length < 2 || !metrics.length) return hideSection("pareto");
  const up = metrics.find((column) => column.direction) || metrics.find((column) => column.shown) || metrics[0];
  const across = ["cost.amount", "cost.seconds", "seconds"].map((key) => numeric.find((column) => column.key === key)).find(Boolean) || numeric.find((column) => column !== up);
  const options = numeric.map((column) => [column.key, column.title]);
  fillSelect(byId("pareto-x"), options, across.key);
  fillSelect(byId("pareto-y"), options, up.key);
  byId("pareto-y-way").value = up.direction === "minimize" ? "-1" : "1";
  for (const axis of ["x", "y"]) {
    byId(`pareto-${axis}`).addEventListener("change", (event) => {
      const column = columnsByKey.get(event.target.value);
      if (column.direction) byId(`pareto-${axis}-way`).value = column.direction === "maximize" ? "1" : "-1";
      drawPareto(state.visible);
    });
    byId(`pareto-${axis}-way`).addEventListener("change", () => drawPareto(state.visible));
  }
  watchRuns(drawPareto);
}
