// Groups of runs: what each metric comes to, and what is said of a group against the baseline.

function startGroups() {
  const comparison = report.comparison;
  if (!comparison || !comparison.groups.length) return hideSection("groups");
  const place = byId("groups");
  const labels = comparison.groups.map((group, number) => `${group.label}${number === comparison.baseline ? " (baseline)" : ""}`);
  const table = make("table", "data", make("thead", "", make("tr", "", make("th", "", ""), ...labels.map((label) => make("th", "", label)))));
  const counts = comparison.groups.map((group) => `${group.finished} finished${group.others ? `, ${group.others} others` : ""}`);
  const body = make("tbody", "", make("tr", "", make("td", "", "runs"), ...counts.map((text) => make("td", "muted", text))));
  for (const metric of comparison.metrics) {
    const way = metric.direction ? (metric.direction === "maximize" ? " (more is better)" : " (less is better)") : "";
    body.append(make("tr", "", make("td", "", metric.key + way), ...metric.values.map((value) => make("td", value.best ? "best" : "", value.text))));
  }
  table.append(body);
  place.append(make("div", "scroll", table));
  for (const metric of comparison.metrics) {
    const items = metric.differences.flatMap((one, number) => (one ? [makeVerdict(labels[number], one)] : []));
    if (items.length) place.append(make("h3", "", metric.key), make("ul", "said", ...items));
  }
  place.append(make("p", "notes", `Mean ± standard deviation (interval of the mean), of finished runs. ${comparison.procedure}. Of all runs of this page, whatever is filtered.`));
  const notes = makeNotes(comparison.notes);
  if (notes) place.append(notes);
}

function makeVerdict(label, one) {
  const kind = one.verdict === "better" ? "good" : one.verdict === "worse" ? "bad" : "";
  const item = make("li", "", make("strong", "", `${label}: `), make("span", kind, one.sentence));
  if (one.notes.length) item.append(make("span", "muted", ` ${one.notes.join("; ")}`));
  return item;
}
