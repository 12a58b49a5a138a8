/* Elements. All text is put in as text: nothing of it is ever read as HTML. */

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const isOpen = (row) => allOpen !== toggled.has(row.at);

function drawRow(row) {
  const open = isOpen(row);
  const button = make(
    "button",
    {
      type: "button", class: "open", "aria-expanded": open,
      "aria-controls": `details-${row.at}`, "aria-label": `Details of ${row.key}`,
    },
  );
  const badge = make(
    "span", { class: `badge ${row.tone}` },
    make("span", { class: "symbol", "aria-hidden": "true" }, row.symbol), row.word,
  );
  const cells = {
    status: make("td", { class: "status" }, button, badge),
    key: make("th", { scope: "row", class: "key" }, row.key),
    name: make("td", { class: "name" }, row.name),
    namespace: make("td", { class: "minor" }, row.namespace),
    originName: make("td", { class: "minor" }, row.originName),
    file: make("td", { class: "file" }, row.place),
    id: make("td", { class: "id" }, row.id),
  };
  const line = make(
    "tr", { class: open ? "row opened" : "row" }, ...visible().map((one) => cells[one.id]),
  );
  const below = make(
    "tr", { class: "below", id: `details-${row.at}` },
    make("td", { colspan: visible().length }),
  );
  below.hidden = !open;
  if (open) below.firstChild.append(drawDetails(row));
  line.row = row;
  return [line, below];
}

/* A sentence, with what stands in backticks as code. */
function prose(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, at) => (at % 2 ? make("code", {}, part) : part));
}

function drawDetails(row) {
  const parts = [];
  if (row.note) parts.push(make("p", { class: `note ${row.tone}` }, ...prose(row.note)));
  if (row.fields.length) {
    /* Every second part of a text is what differs. */
    const side = (tag, value) =>
      value === null
        ? make("span", { class: "nothing" }, "none")
        : make("span", {}, ...value.map((part, at) => (at % 2 ? make(tag, {}, part) : part)));
    const sides = row.fields[0].length > 3;
    const titles = sides ? ["Manifest", "State", "Platform"] : ["Before", "After"];
    const tags = sides ? ["ins", "span", "mark"] : ["del", "ins"];
    const tag = (texts, at) => (sides && String(texts[at]) === String(texts[0]) ? "ins" : tags[at]);
    parts.push(
      make(
        "table", { class: "fields" },
        make(
          "thead", {},
          make("tr", {}, ...["Field", ...titles].map(
            (title) => make("th", { scope: "col" }, title),
          )),
        ),
        make("tbody", {}, ...row.fields.map(([field, ...texts]) =>
          make(
            "tr", {}, make("th", { scope: "row" }, field),
            ...texts.map((text, at) =>
              make("td", { "data-side": titles[at] }, side(tag(texts, at), text))),
          ))),
      ),
    );
  } else {
    const facts = [
      ["name", row.name], ["description", row.description], ["namespace", row.namespace],
      ["originName", row.originName],
    ].filter(([, value]) => value);
    if (facts.length) {
      parts.push(
        make("dl", { class: "values" }, ...facts.map(
          ([field, value]) => make("div", {}, make("dt", {}, field), make("dd", {}, value)),
        )),
      );
    }
  }
  const place = [row.place, row.id && `ID ${row.id}`].filter(Boolean).join(" · ");
  if (place) parts.push(make("p", { class: "place" }, place));
  return make("div", { class: "inside" }, ...parts);
}

function toggle(line) {
  const row = line.row;
  toggled.has(row.at) ? toggled.delete(row.at) : toggled.add(row.at);
  const open = isOpen(row);
  const below = line.nextSibling;
  line.classList.toggle("opened", open);
  line.querySelector(".open").setAttribute("aria-expanded", open);
  below.hidden = !open;
  below.firstChild.replaceChildren(...(open ? [drawDetails(row)] : []));
  mark();
}

/* The folded text of a node, and where each of its characters came from. */
function folded(data) {
  const plain = fold(data);
  if (plain.length === data.length) return [plain, null];
  let said = "";
  const from = [];
  for (const { 0: part, index } of data.matchAll(/\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gu)) {
    const one = fold(part);
    for (let at = 0; at < one.length; at++) from.push([index, index + part.length]);
    said += one;
  }
  return [said, from];
}

/* What is searched for is marked where it stands, without touching the elements. */
function mark() {
  if (!globalThis.Highlight) return;
  const words = wordsOf(view.q);
  const found = [];
  const texts = document.createTreeWalker($("body"), NodeFilter.SHOW_TEXT);
  while (words.length && texts.nextNode()) {
    const node = texts.currentNode;
    const [said, from] = folded(node.data);
    for (const word of words) {
      for (let at = said.indexOf(word); at >= 0; at = said.indexOf(word, at + word.length)) {
        const end = at + word.length;
        const range = new StaticRange({
          startContainer: node, startOffset: from ? from[at][0] : at,
          endContainer: node, endOffset: from ? from[end - 1][1] : end,
        });
        found.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...found));
}

function drawMore(count = STEP) {
  const part = matching.slice(shown, shown + count);
  $("body").append(...part.flatMap(drawRow));
  shown += part.length;
  mark();
  const left = matching.length - shown;
  $("more").hidden = !left;
  $("more").textContent = `Show ${number.format(Math.min(left, STEP))} more of ${number.format(left)}`;
}

function draw() {
  matching = matches();
  shown = 0;
  $("body").replaceChildren();
  drawMore();
  $("none").hidden = matching.length > 0;
  $("count").textContent =
    matching.length === rows.length
      ? `${number.format(rows.length)} audiences`
      : `${number.format(matching.length)} of ${number.format(rows.length)} audiences`;
  drawControls();
  remember();
}

function drawControls() {
  for (const tile of tiles) {
    tile.setAttribute("aria-pressed", view.statuses.has(tile.dataset.status));
  }
  for (const [at, column] of COLUMNS.entries()) {
    const sorted = view.sort === column.id;
    const heading = $("head").children[at];
    heading.hidden = !visible().includes(column);
    heading.setAttribute(
      "aria-sort", sorted ? (view.down ? "descending" : "ascending") : "none",
    );
  }
  $("expand").setAttribute("aria-pressed", allOpen);
  $("clear").disabled =
    !view.q && !view.statuses.size && view.ns === null && view.file === null && !view.sort;
}
