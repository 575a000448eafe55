// The page of `exp report`: everything is started, then drawn for the first time.

function startImportance() {
  if (!report.importances.length) return hideSection("importance");
  for (const plot of report.importances) {
    const figure = make("div", "figure");
    byId("importance").append(make("h3", "", plot.heading), figure);
    drawFigure(figure, plot.figure);
    const notes = makeNotes(plot.notes);
    if (notes) byId("importance").append(notes);
  }
}

function startHead() {
  byId("title").textContent = report.title;
  const counts = new Map();
  const status = columnsByKey.get("status");
  for (const cell of status ? status.cells : []) counts.set(cell, (counts.get(cell) || 0) + 1);
  const started = columnsByKey.get("started");
  const times = started ? started.cells.filter((cell) => cell !== null).sort() : [];
  const parts = [`${report.runs.length} ${report.runs.length === 1 ? "run" : "runs"}`, ...[...counts].map(([name, count]) => `${count} ${name}`)];
  if (times.length) {
    const [first, last] = [times[0].slice(0, 10), times[times.length - 1].slice(0, 10)];
    parts.push(first === last ? first : `${first} to ${last}`);
  }
  byId("summary").textContent = parts.join(" · ");
}

function startLeftOut() {
  if (!report.leftOut.length) return hideSection("left-out");
  byId("left-out").append(makeNotes(report.leftOut));
}

function startSections() {
  for (const section of document.querySelectorAll("section[data-title]")) {
    if (section.hidden) continue;
    const link = make("a", "", section.dataset.title);
    link.href = `#${section.id}`;
    byId("sections").append(link);
  }
}

startHead();
startFilter();
startTable();
startCurves();
startParallel();
startPareto();
startImportance();
startGroups();
startDifference();
startRun();
startLineage();
startLeftOut();
startSections();
updateRuns();
document.documentElement.dataset.ready = "yes";
