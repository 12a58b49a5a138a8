/* What the page knows, and what of it is looked at. */

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const STEP = 100;
const FEW = 5;
const OPEN_AT_FIRST = 25;
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const number = new Intl.NumberFormat("en");

const rows = data.rows.map(
  ([status, file, line, key, name, namespace, originName, description, id, note, fields], at) => {
    const [value, word, symbol, tone, urgent] = data.statuses[status];
    const path = data.files[file] ?? "";
    const place = path && (line ? `${path}:${line}` : path);
    return {
      at, status: value, rank: status, word, symbol, tone, urgent, path, line, place,
      key, name: name ?? "", namespace: namespace ?? "", originName: originName ?? "",
      description, id: id ?? "", note, fields,
    };
  },
);
/* As it is compared: however it is spelled, and whatever its letters' case is. */
const fold = (text) => text.normalize("NFKC").toLowerCase();
/* All that can be seen of a row. */
const text = (row) =>
  (row.text ??= fold([
    row.word, row.key, row.name, row.namespace, row.originName, row.description, row.place,
    row.id && `ID ${row.id}`, row.note?.replaceAll("`", ""),
    ...row.fields.flatMap(([field, ...sides]) => [field, ...sides.map((one) => one?.join(""))]),
  ].filter(Boolean).join("\n")));

const COLUMNS = [
  { id: "status", title: "Status", order: (a, b) => a.rank - b.rank },
  { id: "key", title: "Key" },
  { id: "name", title: "Name" },
  { id: "namespace", title: "Namespace", minor: true },
  { id: "originName", title: "Origin name", minor: true },
  {
    id: "file", title: "File",
    order: (a, b) => collator.compare(a.path, b.path) || a.line - b.line,
  },
];
if (rows.filter((row) => row.id).length * 2 > rows.length) {
  COLUMNS.splice(4, 1); /* an ID needs the room; the origin is among the details */
  COLUMNS.push({ id: "id", title: "ID", minor: true });
}
const narrow = matchMedia("(max-width: 60rem)");
const visible = () => COLUMNS.filter((column) => !(column.minor && narrow.matches));
const orderOf = (column) =>
  column.order ?? ((a, b) => collator.compare(a[column.id], b[column.id]));

const view = { q: "", statuses: new Set(), ns: null, file: null, sort: "", down: false };
const all = rows.length <= FEW; /* as a terminal shows all that is to be told of them */
const telling = rows.filter((row) => all || row.note || row.fields.length);
const few = telling.length <= OPEN_AT_FIRST;
const opened = few ? telling : telling.filter((row) => row.urgent).slice(0, OPEN_AT_FIRST);
const toggled = new Set(opened.map((row) => row.at));
let allOpen = false;
let matching = rows;
let shown = 0;

const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);

function matches() {
  const words = wordsOf(view.q);
  const found = rows.filter(
    (row) =>
      (!view.statuses.size || view.statuses.has(row.status)) &&
      (view.ns === null || row.namespace === view.ns) &&
      (view.file === null || row.path === view.file) &&
      words.every((word) => text(row).includes(word)),
  );
  const column = COLUMNS.find((one) => one.id === view.sort);
  if (!column) return found;
  const order = orderOf(column);
  const sign = view.down ? -1 : 1;
  return found.sort((a, b) => sign * order(a, b) || a.at - b.at);
}
