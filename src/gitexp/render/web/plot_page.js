// The page of `exp plot`: plots one beneath the other.

function showPlot(plot) {
  const section = make("section", "plot", make("h2", "", plot.heading));
  document.getElementById("plots").append(section);
  if (plot.table) {
    section.append(makeTable(plot.table.columns, plot.table.rows));
  } else if (plot.parallel) {
    const place = make("div", "");
    section.append(place);
    new ParallelView(place).show(plot.parallel);
  } else {
    const figure = make("div", "figure");
    section.append(figure);
    figure.setAttribute("role", "img");
    figure.setAttribute("aria-label", plot.heading);
    drawFigure(figure, plot.figure);
  }
  const notes = makeNotes(plot.notes);
  if (notes) section.append(notes);
}

const page = readEmbedded("plot-data");
document.getElementById("title").textContent = page.title;
page.plots.forEach(showPlot);
document.documentElement.dataset.ready = "yes";
