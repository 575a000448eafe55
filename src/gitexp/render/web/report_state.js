// What the page shows at present: the runs that are left by filter and brushes, and those that are selected.

const report = readEmbedded("report-data");
const RUN_COLOURS = ["#3b7dd8", "#d9622b", "#2f9e67", "#b04fc4", "#c79a00", "#17a2b8", "#d6447f", "#7a8a1f", "#8a6d5a", "#6c74e0"];

const byId = (id) => document.getElementById(id);
const columnsByKey = new Map(report.columns.map((column) => [column.key, column]));
const runNumbers = new Map(report.runs.map((run, number) => [run.id, number]));

for (const column of report.columns) {
  const known = column.cells.filter((cell) => cell !== null);
  // NaN and the infinities are texts among numbers: a column of metrics with one of them is a column of numbers.
  const numbers = known.filter((cell) => typeof cell === "number");
  const odd = (cell) => cell === "NaN" || cell === "inf" || cell === "-inf";
  column.isNumeric = numbers.length > 0 && known.every((cell) => typeof cell === "number" || odd(cell));
}

/** Whether a plot has a place for a value: the range of numbers that are too large is none any more. */
function hasPlace(cell) {
  return typeof cell === "number" && Math.abs(cell) <= 1e150;
}

const state = {
  matches: null, // whether a row passes the search
  selected: new Set(),
  onlySelected: false,
  left: [], // rows that pass all but the brushes
  visible: [], // rows that pass everything
  watchers: [],
  brushes: null, // the view whose brushes count
};

/** Calls back whenever other runs are visible or selected; `draw` is told what rows are visible. */
function watchRuns(draw) {
  state.watchers.push(draw);
}

function updateRuns() {
  const rows = report.runs.map((_, row) => row);
  state.left = rows.filter(
    (row) => (!state.matches || state.matches(row)) && (!state.onlySelected || state.selected.has(row)),
  );
  const brushed = state.brushes && state.brushes.isBrushed;
  state.visible = brushed ? state.left.filter((row) => state.brushes.passes(row)) : state.left;
  const selected = state.selected.size ? `, ${state.selected.size} selected` : "";
  byId("count").textContent = `${state.visible.length} of ${report.runs.length} runs${selected}`;
  for (const draw of state.watchers) draw(state.visible);
}

let updateAsked = false;

/** Updates once before the next frame, however often it is asked for: a brush that is drawn moves at every pixel. */
function askUpdate() {
  if (updateAsked) return;
  updateAsked = true;
  requestAnimationFrame(() => {
    updateAsked = false;
    updateRuns();
  });
}

function runColour(row) {
  const group = report.runs[row].group;
  return RUN_COLOURS[(group === null ? row : group) % RUN_COLOURS.length];
}

/** A text for Plotly, which takes a few tags and what stands between dollars for markup. */
function plotText(text, most = 60) {
  const letters = Array.from(text);
  const cut = letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
  return cut.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
}

function sectionOf(row, name) {
  const place = report.runs[row].sections[name];
  return place === undefined ? {} : report.pool[place];
}

function fillSelect(select, options, chosen) {
  select.replaceChildren(
    ...options.map(([value, text]) => {
      const option = make("option", "", text);
      option.value = value;
      option.selected = value === chosen;
      return option;
    }),
  );
}

function hideSection(id) {
  byId(id).hidden = true;
}
