// The table of runs: sorted by any column, a page of rows at a time.

const ROWS_OF_A_PAGE = 100;
const tableView = { sort: null, descending: false, page: 0, rows: [] };

function shownColumns() {
  return report.columns.filter((column) => column.shown);
}

function cellText(column, cell) {
  if (cell === null) return "–";
  if (typeof cell !== "number") return column.key === "started" ? String(cell).replace("T", " ").slice(0, 16) : String(cell);
  if (column.key === "seconds") return shortSeconds(cell);
  return shortNumber(cell);
}

function shortSeconds(seconds) {
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Numbers by size, texts in natural order; what is missing, and NaN, comes last in either direction. */
function compareRows(column, one, other) {
  const [a, b] = column ? [column.cells[one], column.cells[other]] : [report.runs[one].name, report.runs[other].name];
  const rank = (cell) => (cell === null ? 2 : column && column.isNumeric && typeof cell !== "number" ? 1 : 0);
  if (rank(a) || rank(b)) return rank(a) - rank(b);
  const way = tableView.descending ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return way * (a - b);
  return way * TEXT_ORDER.compare(String(a), String(b));
}

const TEXT_ORDER = new Intl.Collator("en", { numeric: true });

function sortRows(rows) {
  if (tableView.sort === null) return rows;
  const column = tableView.sort === "name" ? null : columnsByKey.get(tableView.sort);
  return [...rows].sort((one, other) => compareRows(column, one, other) || one - other);
}

function sortBy(key) {
  const column = columnsByKey.get(key);
  if (tableView.sort === key) tableView.descending = !tableView.descending;
  else tableView.descending = Boolean(column && column.direction === "maximize");
  tableView.sort = key;
  tableView.page = 0;
  drawTable(state.visible);
  document.querySelector(`#table th[data-key="${CSS.escape(key)}"] button`).focus();
}

function makeHeadCell(key, title, isNumeric) {
  const button = make("button", "", title);
  button.type = "button";
  button.addEventListener("click", () => sortBy(key));
  const cell = make("th", isNumeric ? "number" : "", button);
  cell.dataset.key = key;
  cell.scope = "col";
  if (tableView.sort === key) {
    cell.setAttribute("aria-sort", tableView.descending ? "descending" : "ascending");
    button.append(tableView.descending ? " ↓" : " ↑");
  }
  return cell;
}

function makeRow(row, columns, best) {
  const pick = make("input", "");
  pick.type = "checkbox";
  pick.checked = state.selected.has(row);
  pick.setAttribute("aria-label", `select ${report.runs[row].name}`);
  pick.addEventListener("change", () => {
    if (pick.checked) state.selected.add(row);
    else state.selected.delete(row);
    askUpdate();
  });
  const swatch = make("span", "swatch");
  swatch.style.background = runColour(row);
  const name = make("button", "run-name", report.runs[row].name);
  name.type = "button";
  name.addEventListener("click", () => showRun(row, true));
  const line = make("tr", state.selected.has(row) ? "selected" : "", make("td", "pick", pick), make("td", "", swatch, name));
  line.dataset.run = report.runs[row].id;
  for (const column of columns) {
    const cell = column.cells[row];
    const shown = make("td", column.isNumeric ? "number" : "", cellText(column, cell));
    if (cell !== null) shown.title = String(cell);
    if (column.key === "status") shown.classList.add(`status-${cell}`);
    if (cell !== null && best.get(column.key) === cell) shown.classList.add("best");
    line.append(shown);
  }
  return line;
}

/** The best value of each column whose direction is known, among the rows that are visible. */
function findBest(columns, rows) {
  const best = new Map();
  for (const column of columns) {
    if (!column.direction || rows.length < 2) continue;
    const sign = column.direction === "maximize" ? 1 : -1;
    for (const row of rows) {
      const cell = column.cells[row];
      if (typeof cell !== "number") continue;
      if (!best.has(column.key) || sign * cell > sign * best.get(column.key)) best.set(column.key, cell);
    }
  }
  return best;
}

function drawTable(visible) {
  const columns = shownColumns();
  tableView.rows = sortRows(visible);
  const pages = Math.max(Math.ceil(tableView.rows.length / ROWS_OF_A_PAGE), 1);
  tableView.page = Math.min(tableView.page, pages - 1);
  const begin = tableView.page * ROWS_OF_A_PAGE;
  const rows = tableView.rows.slice(begin, begin + ROWS_OF_A_PAGE);
  const all = make("input", "");
  all.type = "checkbox";
  all.setAttribute("aria-label", "select all that are visible");
  all.checked = visible.length > 0 && visible.every((row) => state.selected.has(row));
  all.addEventListener("change", () => {
    for (const row of visible) {
      if (all.checked) state.selected.add(row);
      else state.selected.delete(row);
    }
    askUpdate();
  });
  const head = make("tr", "", make("th", "pick", all), makeHeadCell("name", "name", false));
  head.append(...columns.map((column) => makeHeadCell(column.key, column.title, column.isNumeric)));
  const best = findBest(columns, visible);
  byId("table").tHead.replaceChildren(head);
  byId("table").tBodies[0].replaceChildren(...rows.map((row) => makeRow(row, columns, best)));
  byId("page-now").textContent = rows.length ? `${begin + 1} to ${begin + rows.length} of ${tableView.rows.length}` : "no run";
  byId("page-before").disabled = tableView.page === 0;
  byId("page-after").disabled = tableView.page >= pages - 1;
}

function drawSame() {
  const same = report.columns.filter((column) => column.same && !column.shown && column.cells[0] !== null);
  const texts = same.map((column) => `${column.title}=${cellText(column, column.cells[0])}`);
  byId("same").replaceChildren();
  if (report.runs.length > 1 && texts.length) byId("same").append(make("p", "notes", `The same in all: ${texts.join("  ")}`));
}

function drawColumnChoice() {
  const kinds = [["metric", "metrics"], ["param", "params"], ["tag", "tags"], ["field", "fields"], ["detail", "details"]];
  byId("column-choice").replaceChildren(
    ...kinds.map(([kind, title]) => {
      const own = report.columns.filter((column) => column.kind === kind);
      return own.length ? make("div", "", make("strong", "", title), makeChoice(own, (column) => column.shown, (column, on) => {
        column.shown = on;
        drawTable(state.visible);
        drawSame();
      })) : null;
    }).filter(Boolean),
  );
}

/** Checkboxes for columns. */
function makeChoice(columns, isOn, turn) {
  return make("div", "choice", ...columns.map((column) => {
    const box = make("input", "");
    box.type = "checkbox";
    box.checked = isOn(column);
    box.addEventListener("change", () => turn(column, box.checked));
    return make("label", "", box, ` ${column.title}`);
  }));
}

function startTable() {
  const turn = (by) => () => {
    tableView.page += by;
    drawTable(state.visible);
    byId("table-place").scrollTop = 0;
  };
  byId("page-before").addEventListener("click", turn(-1));
  byId("page-after").addEventListener("click", turn(1));
  drawColumnChoice();
  drawSame();
  watchRuns(drawTable);
  drawTable(report.runs.map((_, row) => row));
  // A table that shrinks while a brush is drawn would take the axis away from under the mouse.
  byId("table-place").style.minHeight = `${byId("table-place").offsetHeight}px`;
}
