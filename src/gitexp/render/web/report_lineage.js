// Where the versions of models come from that are runs of this page: boxes and arrows, and the same as text.

const BOX = { width: 180, height: 58, gapX: 84, gapY: 20, edge: 8 };

function boxPlace(box) {
  return [BOX.edge + box.column * (BOX.width + BOX.gapX), BOX.edge + box.row * (BOX.height + BOX.gapY)];
}

function makeBox(box) {
  const [x, y] = boxPlace(box);
  const group = makeSvg("g", { class: `lineage-box lineage-${box.kind}${box.doubt ? " doubtful" : ""}`, transform: `translate(${x} ${y})` });
  const told = [box.whole, ...box.facts, ...(box.doubt ? [`! ${box.doubt}`] : [])].join("\n");
  group.append(
    makeSvg("title", {}, told),
    makeSvg("rect", { width: BOX.width, height: BOX.height, rx: 6 }),
    makeSvg("text", { x: 10, y: 16, class: "lineage-kind" }, box.doubt ? `${box.kind}  ! ${box.doubt}`.slice(0, 32) : box.kind),
    makeSvg("text", { x: 10, y: 33, class: "lineage-title" }, box.title),
    makeSvg("text", { x: 10, y: 49, class: "lineage-told" }, box.told),
  );
  return group;
}

function makeArrow(from, to, label, mark) {
  const [[ax, ay], [bx, by]] = [boxPlace(from), boxPlace(to)];
  const [middleA, middleB] = [ay + BOX.height / 2, by + BOX.height / 2];
  const group = makeSvg("g", { class: "lineage-arrow" });
  if (to.column <= from.column) {
    // What two things came from stands nearer to the root: the arrow goes back to it.
    const [x, y] = [ax + BOX.width / 2, by < ay ? ay : ay + BOX.height];
    const path = `M${x},${y} C${x},${middleB} ${x},${middleB} ${bx + BOX.width + 2},${middleB}`;
    group.append(makeSvg("path", { d: path, class: "back", "marker-end": `url(#${mark})` }), makeSvg("title", {}, label));
    return group;
  }
  const bend = BOX.gapX / 2;
  const path = `M${ax + BOX.width},${middleA} C${ax + BOX.width + bend},${middleA} ${bx - bend},${middleB} ${bx - 2},${middleB}`;
  group.append(makeSvg("path", { d: path, "marker-end": `url(#${mark})` }));
  group.append(makeSvg("text", { x: bx - BOX.gapX / 2 + (from.row === to.row ? 0 : 8), y: middleB - 6, "text-anchor": "middle" }, label));
  return group;
}

function drawLineage(place, value, number) {
  const columns = Math.max(...value.boxes.map((box) => box.column)) + 1;
  const rows = Math.max(...value.boxes.map((box) => box.row)) + 1;
  const width = 2 * BOX.edge + columns * BOX.width + (columns - 1) * BOX.gapX;
  const height = 2 * BOX.edge + rows * BOX.height + (rows - 1) * BOX.gapY;
  const picture = makeSvg("svg", { class: "lineage", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  picture.setAttribute("aria-label", `Lineage of ${value.name}, as text below`);
  const mark = `lineage-mark-${number}`;
  const marker = makeSvg("marker", { id: mark, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
  marker.append(makeSvg("path", { d: "M0,0 L8,4 L0,8 z" }));
  const defs = makeSvg("defs", {});
  defs.append(marker);
  picture.append(defs);
  for (const [from, to, label] of value.edges) picture.append(makeArrow(value.boxes[from], value.boxes[to], label, mark));
  picture.append(...value.boxes.map(makeBox));
  const text = make("details", "", make("summary", "", "As text"), make("pre", "code", make("span", "", value.tree)));
  place.append(make("h3", "", value.name), make("div", "scroll", picture), text);
}

function startLineage() {
  if (!report.lineages.length) return hideSection("lineage");
  report.lineages.forEach((value, number) => drawLineage(byId("lineage"), value, number));
}
