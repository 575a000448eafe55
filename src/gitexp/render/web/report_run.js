// One run: all that is known of it, what it logged, what was said of it.

const RUN_SECTIONS = [...SECTION_ORDER];

/** A run by its id as a button where it is in this page, else as text. */
function makeRunLink(text) {
  const row = runNumbers.get(text);
  if (row === undefined) return text;
  const button = make("button", "run-name", `${report.runs[row].name} (${text})`);
  button.type = "button";
  button.addEventListener("click", () => showRun(row, true));
  return button;
}

function makeFacts(name, facts) {
  const rows = Object.keys(facts).map((key) => {
    const value = factText(facts[key]);
    return make("tr", "", make("td", "", key), make("td", "", name === "lineage" ? makeRunLink(value) : value));
  });
  const table = make("table", "data facts", make("tbody", "", ...rows));
  return make("div", "", make("h3", "", name[0].toUpperCase() + name.slice(1)), make("div", "scroll", table));
}

function makePackages(row) {
  const list = report.packages[report.runs[row].packages];
  if (!list) return null;
  const names = Object.keys(list).sort(TEXT_ORDER.compare);
  const text = names.map((name) => `${name} ${list[name]}`).join("\n");
  return make("details", "", make("summary", "", `${names.length} packages`), make("pre", "code", make("span", "", text)));
}

function makeSaid(said) {
  const items = said.map((one) => {
    const item = make("li", one.kind === "warning" ? "bad" : "", `${one.kind}: `);
    if (one.kind === "link" && /^(https?|mailto):/i.test(one.url)) {
      const link = make("a", "", one.lines[0]);
      link.href = one.url;
      link.rel = "noreferrer noopener";
      link.target = "_blank";
      item.append(link);
    } else {
      one.lines.forEach((line, place) => item.append(...(place ? [make("br", ""), line] : [line])));
    }
    if (one.at) item.append(make("span", "muted", ` ${one.by}, ${one.at.replace("T", " ").slice(0, 16)}`));
    return item;
  });
  return items.length ? make("ul", "said", ...items) : null;
}

function makePictures(id) {
  const figures = report.pictures.filter((picture) => picture.run === id).map((picture) => {
    const image = make("img", "");
    image.src = picture.source;
    image.alt = picture.path;
    image.loading = "lazy";
    return make("figure", "", image, make("figcaption", "", picture.path));
  });
  return figures.length ? make("div", "", make("h3", "", "Pictures"), make("div", "pictures", ...figures)) : null;
}

function makeUncommitted(row) {
  const code = report.runs[row].code;
  if (!code || !code[0] || code[0] === code[1]) return null;
  const patch = findPatch(code[0], code[1]);
  const shown = patch ? makePatch(patch) : make("p", "notes", "This page does not hold what was not committed.");
  return make("div", "", make("h3", "", "Not committed"), shown);
}

/** What resumes, reproduces or was forked from this run. */
function makeChildren(row) {
  const id = report.runs[row].id;
  const items = report.runs.flatMap((run, other) =>
    Object.entries(sectionOf(other, "lineage")).filter(([key, value]) => value === id && key !== "stands for").map(([key]) => {
      return make("li", "", makeRunLink(run.id), ` ${key} this run`);
    }),
  );
  return items.length ? make("ul", "said", ...items) : null;
}

function showRun(row, isAsked) {
  byId("run-one").value = String(row);
  const run = report.runs[row];
  const place = byId("run-place");
  const sections = sectionsOf(row);
  delete sections.packages;
  const facts = RUN_SECTIONS.filter((name) => sections[name] && Object.keys(sections[name]).length).map((name) => makeFacts(name, sections[name]));
  place.replaceChildren(make("h3", "", `${run.name} (${run.id})`));
  for (const part of [makeSaid(run.said), makeChildren(row), make("div", "columns", ...facts), makePackages(row), makeUncommitted(row), makePictures(run.id)]) {
    if (part) place.append(part);
  }
  for (const plot of report.tables.filter((one) => one.run === run.id)) {
    place.append(make("h3", "", plot.heading));
    if (plot.table) place.append(makeTable(plot.table.columns, plot.table.rows));
    else {
      const figure = make("div", "figure");
      place.append(figure);
      drawFigure(figure, plot.figure);
    }
    const notes = makeNotes(plot.notes);
    if (notes) place.append(notes);
  }
  if (isAsked) byId("one").scrollIntoView();
}

function startRun() {
  if (!report.runs.length) return hideSection("one");
  fillSelect(byId("run-one"), report.runs.map((run, row) => [String(row), run.name]), "0");
  byId("run-one").addEventListener("change", (event) => showRun(Number(event.target.value), false));
  showRun(0, false);
}
