"use strict";
// Figures on a page: colours of the page's scheme are put in where Plotly cannot inherit them.

const drawnFigures = new Set();
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

function schemeColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { text: read("--text"), grid: read("--grid"), line: read("--line"), ground: read("--ground") };
}

function dressLayout(layout, colours) {
  const dressed = { ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  dressed.font = { color: colours.text, size: 12, family: "system-ui, sans-serif", ...layout.font };
  dressed.hoverlabel = { align: "left", namelength: -1 };
  dressed.modebar = { bgcolor: "rgba(0,0,0,0)", color: colours.line, activecolor: colours.text };
  for (const axis of ["xaxis", "yaxis"]) {
    if (layout[axis]) {
      dressed[axis] = { gridcolor: colours.grid, linecolor: colours.line, zerolinecolor: colours.line, ...layout[axis] };
    }
  }
  return dressed;
}

function dressTrace(trace, colours) {
  if (trace.type === "heatmap") return { ...trace, textfont: { color: colours.text } };
  if (trace.error_x) return { ...trace, error_x: { ...trace.error_x, color: colours.text } };
  return trace;
}

const FIGURE_CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
};

/** Draws a figure into an element, anew where one is there. Resolves when it is drawn. */
function drawFigure(element, figure) {
  drawnFigures.add(element);
  element.figure = figure;
  element.style.height = `${figure.layout.height || 400}px`;
  const colours = schemeColours();
  const data = figure.data.map((trace) => dressTrace(trace, colours));
  return Plotly.react(element, data, dressLayout(figure.layout, colours), FIGURE_CONFIG);
}

function redrawFigures() {
  for (const element of drawnFigures) {
    if (element.isConnected && element.figure) drawFigure(element, element.figure);
  }
}

darkScheme.addEventListener("change", redrawFigures);
// Paper is light whatever the screen is.
window.matchMedia("print").addEventListener("change", redrawFigures);

/** An element with a class, texts and children: the one way by which data gets into the page. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const child of children) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/** A table of texts. */
function makeTable(columns, rows) {
  const table = make("table", "data");
  const head = make("tr", "", ...columns.map((name) => make("th", "", name)));
  table.append(make("thead", "", head));
  table.append(make("tbody", "", ...rows.map((row) => make("tr", "", ...row.map((text) => make("td", "", text))))));
  return make("div", "scroll", table);
}

/** Notes beneath a figure: what is left out of it. */
function makeNotes(notes) {
  return notes.length ? make("ul", "notes", ...notes.map((text) => make("li", "", text))) : null;
}

/** The values that are embedded under an id. */
function readEmbedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
