// The filter: words that a run has somewhere, and comparisons such as lr<0.01, name~fox, status=failed.

const COMPARISON = /^([^<>=!~]+)(<=|>=|==|!=|<|>|=|~)(.*)$/;

/** Splits a filter at spaces that are not between quotes. */
function splitFilter(text) {
  const terms = [];
  let term = "";
  let quoted = false;
  let wasQuoted = false;
  for (const letter of `${text} `) {
    if (letter === '"') {
      quoted = !quoted;
      wasQuoted = true;
    } else if (/\s/.test(letter) && !quoted) {
      if (term || wasQuoted) terms.push(term);
      [term, wasQuoted] = ["", false];
    } else term += letter;
  }
  if (term) terms.push(term);
  return terms.filter((one) => !/^(and|&&?)$/i.test(one));
}

function findFilterColumn(name) {
  if (columnsByKey.has(name)) return columnsByKey.get(name);
  const titled = report.columns.filter((column) => column.title === name);
  if (titled.length) return titled[0];
  const lower = name.toLowerCase();
  return report.columns.find((column) => column.title.toLowerCase() === lower || column.key.toLowerCase() === lower);
}

function compareCell(cell, sign, wanted) {
  if (sign === "~") return cell !== null && String(cell).toLowerCase().includes(wanted.toLowerCase());
  if (cell === null) return sign === "!=";
  const number = wanted.trim() === "" ? NaN : Number(wanted);
  const areNumbers = typeof cell === "number" && !Number.isNaN(number);
  const [one, other] = areNumbers ? [cell, number] : [String(cell).toLowerCase(), wanted.toLowerCase()];
  if (sign === "=" || sign === "==") return one === other;
  if (sign === "!=") return one !== other;
  if (typeof cell === "number" && !areNumbers) return false;
  if (sign === "<") return one < other;
  if (sign === ">") return one > other;
  return sign === "<=" ? one <= other : one >= other;
}

let searchTexts = null;

function searchText(row) {
  searchTexts = searchTexts || [];
  if (searchTexts[row] === undefined) {
    const cells = report.columns.map((column) => column.cells[row]).filter((cell) => cell !== null);
    searchTexts[row] = [report.runs[row].name, ...cells].join("\u0001").toLowerCase();
  }
  return searchTexts[row];
}

/** A function that says whether a row passes; null for an empty filter. Throws an Error that says what is wrong. */
function parseFilter(text) {
  const tests = splitFilter(text).map((term) => {
    const found = COMPARISON.exec(term);
    if (!found) {
      const word = term.toLowerCase();
      return (row) => searchText(row).includes(word);
    }
    const [, name, sign, wanted] = found;
    if (name === "name") return (row) => compareCell(report.runs[row].name, sign, wanted);
    const column = findFilterColumn(name);
    if (!column) throw new Error(`no run has ${name}`);
    return (row) => compareCell(column.cells[row], sign, wanted);
  });
  return tests.length ? (row) => tests.every((test) => test(row)) : null;
}

function startFilter() {
  const search = byId("search");
  search.addEventListener("input", () => {
    try {
      state.matches = parseFilter(search.value);
      byId("search-error").textContent = "";
      search.removeAttribute("aria-invalid");
    } catch (error) {
      byId("search-error").textContent = error.message;
      search.setAttribute("aria-invalid", "true");
      return;
    }
    askUpdate();
  });
  byId("only-selected").addEventListener("change", (event) => {
    state.onlySelected = event.target.checked;
    askUpdate();
  });
  byId("reset").addEventListener("click", () => {
    search.value = "";
    search.dispatchEvent(new Event("input"));
    state.selected.clear();
    state.onlySelected = false;
    byId("only-selected").checked = false;
    if (state.brushes) state.brushes.clear();
    askUpdate();
  });
}
