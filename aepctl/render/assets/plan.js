/* What a reader does. The address keeps it, so that a view can be sent to somebody. */

function remember() {
  const kept = new URLSearchParams();
  if (view.q) kept.set("q", view.q);
  if (view.statuses.size) kept.set("status", [...view.statuses].join(" "));
  if (view.ns !== null) kept.set("namespace", view.ns);
  if (view.file !== null) kept.set("file", view.file);
  if (view.sort) kept.set("sort", (view.down ? "-" : "") + view.sort);
  const hash = kept.toString();
  if (hash === location.hash.slice(1)) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    /* some viewers forbid it; the page works without */
  }
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const sort = kept.get("sort") ?? "";
  view.q = kept.get("q") ?? "";
  view.statuses = new Set((kept.get("status") ?? "").split(" ").filter(Boolean));
  view.ns = kept.get("namespace");
  view.file = kept.get("file");
  view.down = sort.startsWith("-");
  view.sort = sort.replace(/^-/, "");
  $("q").value = view.q;
  choose($("ns"), view.ns);
  choose($("file"), view.file);
  draw();
}

/* A select's options are numbered: a namespace or file may have any name, or none. */
function fill(select, values) {
  select.values = [...new Set(values)].sort(collator.compare);
  select.append(
    ...select.values.map((value, at) => make("option", { value: at }, value || "(none)")),
  );
  select.closest("label").hidden = select.values.length < 2;
}
const choose = (select, value) => {
  const at = value === null ? -1 : select.values.indexOf(value);
  select.value = at < 0 ? "" : at;
};
const chosen = (select) => (select.value === "" ? null : select.values[select.value]);

const tiles = [];
for (const item of document.querySelectorAll(".tile")) {
  const status = item.dataset.status;
  if (!data.statuses.some(([value]) => value === status)) continue;
  const button = make("button", { type: "button", "data-status": status });
  button.append(...item.childNodes);
  item.append(button);
  tiles.push(button);
  button.addEventListener("click", () => {
    view.statuses.delete(status) || view.statuses.add(status);
    draw();
  });
}
for (const column of COLUMNS) {
  const button = make("button", { type: "button" }, column.title);
  button.addEventListener("click", () => {
    const sorted = view.sort === column.id;
    view.sort = sorted && view.down ? "" : column.id;
    view.down = sorted && !view.down;
    draw();
  });
  $("head").append(make("th", { scope: "col", class: `of-${column.id}` }, button));
}
fill($("ns"), rows.map((row) => row.namespace));
fill($("file"), rows.map((row) => row.path));

$("q").addEventListener("input", () => {
  view.q = $("q").value;
  draw();
});
$("ns").addEventListener("change", () => {
  view.ns = chosen($("ns"));
  draw();
});
$("file").addEventListener("change", () => {
  view.file = chosen($("file"));
  draw();
});
$("expand").addEventListener("click", () => {
  allOpen = !allOpen;
  toggled.clear();
  draw();
});
const form = document.querySelector("form.bar");
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => {
  Object.assign(view, { q: "", statuses: new Set(), ns: null, file: null, sort: "", down: false });
  draw();
  $("q").focus();
});
$("more").addEventListener("click", () => {
  const first = shown;
  drawMore();
  $("body").querySelectorAll(".open")[first]?.focus();
});
$("body").addEventListener("click", (event) => {
  const line = event.target.closest("tr.row");
  if (!line || (!event.target.closest("button") && String(getSelection()))) return;
  toggle(line);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    $("q").focus();
    $("q").select();
  } else if (event.key === "Escape" && event.target === $("q") && view.q) {
    $("q").value = view.q = "";
    event.preventDefault();
    draw();
  }
});
narrow.addEventListener("change", draw);
addEventListener("hashchange", recall);
addEventListener("beforeprint", () => {
  document.querySelector(".hints")?.setAttribute("open", "");
  drawMore(Infinity);
});
new IntersectionObserver(
  (seen) => seen.some((one) => one.isIntersecting) && shown < matching.length && drawMore(),
  { rootMargin: "600px" },
).observe($("more"));
new ResizeObserver(() =>
  document.documentElement.style.setProperty("--bar", `${form.offsetHeight}px`),
).observe(form);

document.querySelector(".blocked").remove();
$("list").hidden = false;
recall();
