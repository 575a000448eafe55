// Two runs side by side: whatever is known of both, and their code.

const SECTION_ORDER = ["run", "params", "metrics", "online", "tags", "data", "code", "environment", "packages", "artifacts", "lineage", "cost"];

function sectionsOf(row) {
  const sections = {};
  for (const name of SECTION_ORDER) sections[name] = sectionOf(row, name);
  sections.packages = report.packages[report.runs[row].packages] || {};
  return sections;
}

function factText(value) {
  if (value === undefined) return "–";
  return typeof value === "number" ? String(value) : value;
}

function deltaText(a, b) {
  if (typeof a !== "number" || typeof b !== "number") return "";
  const delta = b - a;
  return delta === 0 ? "0" : `${delta > 0 ? "+" : ""}${shortNumber(delta)}`;
}

function makeFactRow(name, key, a, b) {
  const delta = make("td", "number", deltaText(a, b));
  const column = name === "metrics" ? columnsByKey.get(`metrics.${key}`) : null;
  if (column && column.direction && typeof a === "number" && typeof b === "number" && a !== b) {
    const isBetter = b > a === (column.direction === "maximize");
    delta.classList.add(isBetter ? "good" : "bad");
    delta.append(isBetter ? " better" : " worse");
  }
  return make("tr", "", make("td", "", key), make("td", "", factText(a)), make("td", "", factText(b)), delta);
}

function makeDifferenceRows(a, b, showEqual) {
  const [one, other] = [sectionsOf(a), sectionsOf(b)];
  const rows = [];
  for (const name of SECTION_ORDER) {
    const keys = [...new Set([...Object.keys(one[name]), ...Object.keys(other[name])])].sort(TEXT_ORDER.compare);
    const differing = keys.filter((key) => one[name][key] !== other[name][key]);
    const shown = showEqual ? keys : differing;
    if (!keys.length) continue;
    const said = differing.length ? `${differing.length} of ${keys.length} differ` : `all ${keys.length} equal`;
    const head = make("td", "group", `${name}: `, make("span", "muted", said));
    head.colSpan = 4;
    rows.push(make("tr", "", head), ...shown.map((key) => makeFactRow(name, key, one[name][key], other[name][key])));
  }
  return rows;
}

/** A patch, each line by what it does. */
function makePatch(diff) {
  const lines = diff.lines.map((line) => {
    const kind = /^(diff |\+\+\+ |--- |index |new file|deleted file|rename |similarity )/.test(line) ? "file"
      : line.startsWith("@@") ? "hunk" : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
    return make("span", kind, line || " ");
  });
  const place = make("pre", "code", ...lines);
  place.tabIndex = 0;
  const cut = diff.cut ? make("p", "notes", `${diff.cut} further bytes of this difference are not in this page.`) : null;
  return make("div", "", place, cut);
}

function findPatch(before, after) {
  return report.code.find((diff) => diff.before === before && diff.after === after);
}

function makeCode(a, b) {
  const [one, other] = [report.runs[a].code, report.runs[b].code];
  if (!one || !other) return make("p", "notes", "The code of one of them is not known.");
  if (one[1] === other[1]) return make("p", "", "The same code ran.");
  const patch = findPatch(one[1], other[1]);
  if (patch) return makePatch(patch);
  const turned = findPatch(other[1], one[1]);
  if (turned) return make("div", "", make("p", "notes", "From B to A:"), makePatch(turned));
  const command = make("code", "", `exp diff ${report.runs[a].id} ${report.runs[b].id} --only code`);
  return make("p", "notes", "The code differs; this page does not hold how: ", command);
}

function drawDifference() {
  const [a, b] = [Number(byId("run-a").value), Number(byId("run-b").value)];
  const names = ["", report.runs[a].name, report.runs[b].name, "B − A"];
  const table = make("table", "data facts", make("thead", "", make("tr", "", ...names.map((name) => make("th", "", name)))));
  table.append(make("tbody", "", ...makeDifferenceRows(a, b, byId("show-equal").checked)));
  byId("difference").replaceChildren(make("div", "scroll", table), make("h3", "", "Code"), makeCode(a, b));
}

function startDifference() {
  if (report.runs.length < 2) return hideSection("two");
  const options = report.runs.map((run, row) => [String(row), run.name]);
  fillSelect(byId("run-a"), options, "1");
  fillSelect(byId("run-b"), options, "0");
  for (const id of ["run-a", "run-b", "show-equal"]) byId(id).addEventListener("change", drawDifference);
  byId("swap").addEventListener("click", () => {
    [byId("run-a").value, byId("run-b").value] = [byId("run-b").value, byId("run-a").value];
    drawDifference();
  });
  watchRuns(() => {
    // Two that are selected are those to be compared.
    if (state.selected.size !== 2) return;
    const [one, other] = [...state.selected].sort((a, b) => a - b);
    if (new Set([byId("run-a").value, byId("run-b").value, String(one), String(other)]).size === 2) return;
    [byId("run-a").value, byId("run-b").value] = [String(other), String(one)];
    drawDifference();
  });
  drawDifference();
}
