"use strict";
// The program of the page. Everything that comes from the inputs is written with textContent,
// as text nodes of the picture, or escaped for the language of an export.
(() => {
  /** @typedef {{id: string, name: string, kind: string, role: string}} Service */

  const $ = (id) => document.getElementById(id);
  // What the page is about, see take: one graph, or, with weir behind the page, one after the other.
  let data, services, calls, groups, findings, sets, modes;
  let foundAt, callsOf, callersOf, properties, choosable, named, looped;
  let changes; // what a change does to each service and call, null if the page is of one state

  const labels = ["unaffected", "protected", "slow", "degraded", "failed"];
  const strengths = ["allowed", "weak", "strong"];
  const core = new Set(["call", "ingress", "route"]);
  const plural = (n, word) => n + " " + word + (n === 1 ? "" : "s");
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
  // Marks that change the direction of text have no place in a label.
  const cleanLines = (text) => text.split("\n").map(clean).join("\n");
  const clean = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g, "");

  /** Takes the data of a page. */
  function take(d) {
    data = d;
    ({ services, calls } = d);
    groups = d.groups || [];
    findings = d.findings || [];
    sets = d.sets || [];
    modes = d.modes || [];
    foundAt = services.map(() => []); // by service: the numbers of the findings about it
    takeChanges();
    findings.forEach((f, i) => {
      const about = f.each ? f.each.flatMap((one) => (one.services || []).slice(0, 1)) : (f.services || []).slice(0, 1);
      for (const v of new Set(about)) (f.gone ? changes.goneAt : foundAt)[v].push(i);
    });
    callsOf = services.map(() => []);
    callersOf = services.map(() => []);
    calls.forEach((c, i) => {
      callsOf[c.from].push(i);
      callersOf[c.to].push(i);
    });
    looped = new Set();
    for (const loop of d.cycles || []) loop.forEach((v, i) => looped.add(v + " " + loop[(i + 1) % loop.length]));
    takeProperties();
    named = new Map();
    services.forEach((_, i) => named.set(nameOf("s" + i), "s" + i));
    calls.forEach((_, i) => named.set(nameOf("c" + i), "c" + i));
    sets.forEach((_, i) => named.set(nameOf("g" + i), "g" + i));
    options("group", ["", ...choosable]);
    options("protocol", ["", ...[...new Set(calls.map((c) => c.protocol).filter(Boolean))].sort()]);
    options("kind", ["", ...[...new Set(services.map((s) => s.kind))].sort()]);
    texts = [];
    document.title = "weir: " + d.title;
    $("title").textContent = "weir: " + d.title;
  }

  // ---- What a change does.

  const markWords = { "+": "added", "-": "removed", "~": "changed" };
  function takeChanges() {
    const c = data.change;
    changes = null;
    $("only-changes").hidden = !c;
    if (!c) return;
    // By number: what is said of a service, or of a call and its policies; goneAt are findings, as foundAt.
    changes = { services: new Map(), calls: new Map(), about: new Set(), goneAt: services.map(() => []) };
    const add = (to, list) => {
      for (const item of list) {
        if (!to.has(item.of)) to.set(item.of, []);
        to.get(item.of).push(item);
      }
    };
    add(changes.services, c.services);
    add(changes.calls, c.calls);
    const whole = new Set(changes.calls.keys());
    add(changes.calls, c.policies.map((item) => ({ ...item, policy: true })));
    for (const v of changes.services.keys()) changes.about.add(v);
    for (const i of changes.calls.keys()) changes.about.add(calls[i].from).add(calls[i].to);
    /** The mark of a service or a call: a policy that is new changes its call. */
    changes.markOfCall = (i) => (whole.has(i) ? changes.calls.get(i)[0].mark : changes.calls.has(i) ? "~" : "");
    changes.markOf = (v) => (changes.services.has(v) ? changes.services.get(v)[0].mark : "");
  }
  /** The marks of several, in words, and the one for all of them together. */
  function marksOf(list) {
    const count = (mark) => list.filter((m) => m === mark).length, marks = ["+", "-", "~"].filter(count);
    if (!marks.length) return { mark: "", words: "" };
    const alone = list.length === 1, same = marks.length === 1 && count(marks[0]) === list.length;
    return { mark: same ? marks[0] : "~", words: marks.map((m) => (alone ? "" : count(m) + " ") + markWords[m]).join(", ") };
  }
  const changeOfBox = (b) => (changes ? marksOf(b.services.map(changes.markOf)) : { mark: "", words: "" });
  const changeOfArrow = (a) => (changes ? marksOf(a.calls.map(changes.markOfCall)) : { mark: "", words: "" });
  const classOfMark = { "": "", "+": "added", "-": "removed", "~": "changed" };

  // ---- What services are grouped by.

  const valuesOf = (property) => new Set(services.map((s, v) => properties[property](s, v)).filter(Boolean));
  function takeProperties() {
    properties = {
      namespace: (s) => s.namespace,
      team: (s) => s.team,
      owner: (s) => s.owner,
      system: (s) => s.system,
      tier: (s) => (s.tier ? "tier " + s.tier : ""),
      kind: (s) => s.kind,
    };
    if (data.clusters) {
      const clusters = data.clusters, size = new Map();
      clusters.forEach((c) => size.set(c, (size.get(c) || 0) + 1));
      // A cluster is named after the service in it that has most calls; one alone is in none.
      const name = new Map();
      const weight = (v) => callsOf[v].length + callersOf[v].length;
      clusters.forEach((c, v) => {
        if (!name.has(c) || weight(v) > weight(name.get(c))) name.set(c, v);
      });
      properties.calls = (s, v) => (size.get(clusters[v]) > 1 ? "around " + services[name.get(clusters[v])].id : "");
    }
    choosable = Object.keys(properties).filter((p) => valuesOf(p).size > 0 && valuesOf(p).size < services.length);
  }
  function options(id, values) {
    const words = { group: "nothing", protocol: "any", kind: "any" };
    $(id).replaceChildren(...values.map((value) => {
      const o = element("option", short(value || words[id], 60));
      o.value = value;
      return o;
    }));
  }

  // ---- The state of the view, which the address of the page has.

  /** Whether there is too much to begin with all of it: then groups begin closed. */
  const mostOpen = 120;
  const isMany = (changed) => (changed ? changes.about.size : services.length) > mostOpen;
  const firstGroup = (changed) => {
    if (!isMany(changed)) return "";
    const fits = choosable.filter((p) => p !== "kind" && p !== "tier" && valuesOf(p).size > 1 && valuesOf(p).size <= 80);
    return fits[0] || choosable[0] || "";
  };
  const startsChanged = () => changes !== null && changes.about.size > 0 && isMany(false);
  const initial = () => ({
    changed: startsChanged(), group: firstGroup(startsChanged()), closed: null, open: new Set(), focus: -1, depth: 1,
    fail: failed(), mode: data.mode || modes[0] || "", phase: "all", when: "after", // fail: services and sets that fail together
    select: "", strength: "weak", only: "", protocol: "", kind: "", found: false, classes: false,
    tried: [], // what is assumed in place of what the inputs declare: entries of overrides in weir.yaml
  });
  function failed() {
    const list = data.failed || [], i = sets.findIndex((s) => s.services.length > 1 && sameList(s.services, list));
    return i < 0 ? list.map((v) => "s" + v) : ["g" + i];
  }
  const sameList = (a, b) => a.length === b.length && a.every((v, k) => v === b[k]);
  let state;

  /** Names a thing of the view in the address: a service by its id, a set by its property and value; long names by their positions. */
  function nameOf(ref) {
    const name = longNameOf(ref);
    return name.length > 500 ? "number " + ref : name;
  }
  function longNameOf(ref) {
    const i = Number(ref.slice(1));
    switch (ref[0]) {
      case "s": return "service " + services[i].id;
      case "c": return "call " + services[calls[i].from].id + " " + services[calls[i].to].id;
      case "g": return "set " + sets[i].property + "=" + sets[i].value;
    }
    return "";
  }
  function writeAddress() {
    const start = initial(), p = new URLSearchParams();
    for (const key of ["group", "mode", "phase", "when", "strength", "only", "protocol", "kind"]) {
      if (state[key] !== start[key]) p.set(key, state[key]);
    }
    if (state.found) p.set("found", "1");
    if (state.changed !== start.changed) p.set("changed", state.changed ? "1" : "0");
    if (state.classes) p.set("classes", "1");
    if (state.focus >= 0) {
      p.set("focus", nameOf("s" + state.focus));
      p.set("depth", state.depth);
    }
    if (!sameList(state.fail, start.fail)) for (const ref of state.fail.length ? state.fail : [""]) p.append("fail", ref && nameOf(ref));
    if (state.select) p.set("select", nameOf(state.select));
    if (state.tried.length) p.set("try", JSON.stringify(state.tried));
    for (const key of state.open) p.append("open", key.slice(0, 500));
    for (const key of state.closed || []) p.append("closed", key.slice(0, 500));
    const hash = p.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  }
  function readAddress() {
    const p = new URLSearchParams(location.hash.slice(1));
    state = initial();
    if (p.has("group") && (p.get("group") === "" || choosable.includes(p.get("group")))) state.group = p.get("group");
    if (modes.includes(p.get("mode")) || (data.engine && p.has("mode"))) state.mode = p.get("mode");
    if (["first", "later"].includes(p.get("phase"))) state.phase = p.get("phase");
    if (p.get("when") === "before") state.when = "before";
    if (changes && p.has("changed")) state.changed = p.get("changed") === "1";
    if (strengths.includes(p.get("strength"))) state.strength = p.get("strength");
    for (const key of ["only", "protocol", "kind"]) state[key] = p.get(key) || state[key];
    state.found = p.has("found");
    state.classes = p.has("classes");
    const focus = named.get(p.get("focus")) || "";
    if (focus[0] === "s") state.focus = Number(focus.slice(1));
    state.depth = Math.max(1, Number(p.get("depth")) || 1);
    if (p.has("fail")) state.fail = p.getAll("fail").map((name) => named.get(name)).filter((ref) => ref && ref[0] !== "c");
    state.select = named.get(p.get("select")) || "";
    try {
      if (data.engine && p.has("try")) state.tried = JSON.parse(p.get("try")).filter((c) => c && typeof c === "object");
    } catch {
      $("status").textContent = "The address has changes that are no JSON";
    }
    p.getAll("open").forEach((key) => state.open.add(key));
    if (p.has("closed")) state.closed = new Set(p.getAll("closed"));
  }

  // ---- What is in view.

  const isClosed = (key) => (isMany(state.changed) ? !state.open.has(key.slice(0, 500)) : state.closed !== null && state.closed.has(key.slice(0, 500)));
  function setClosed(group, closed) {
    const key = group.slice(0, 500);
    if (isMany(state.changed)) closed ? state.open.delete(key) : state.open.add(key);
    else {
      state.closed = state.closed || new Set();
      closed ? state.closed.add(key) : state.closed.delete(key);
    }
  }
  const keyOf = (v) => (state.group ? properties[state.group](services[v], v) || "" : "");

  function callInView(c) {
    if (!state.classes && !core.has(c.class)) return false;
    if (strengths.indexOf(c.strength) < strengths.indexOf(state.strength)) return false;
    if (state.only === "declared" && !c.declared) return false;
    if (state.only === "observed" && !c.observed) return false;
    if (state.only === "both" && !(c.declared && c.observed)) return false;
    return !state.protocol || c.protocol === state.protocol;
  }

  /** The services near the focus, along calls in either direction. */
  function near() {
    const found = new Set([state.focus]);
    for (const [list, end] of [[callsOf, "to"], [callersOf, "from"]]) {
      const seen = new Set([state.focus]);
      let ring = [state.focus];
      for (let d = 0; d < state.depth && ring.length; d++) {
        const next = [];
        for (const v of ring) {
          for (const i of list[v]) {
            const w = calls[i][end];
            if (callInView(calls[i]) && !seen.has(w)) {
              seen.add(w);
              found.add(w);
              next.push(w);
            }
          }
        }
        ring = next;
      }
    }
    return found;
  }

  /** Boxes and arrows that are drawn: services and closed groups, with what they stand for. Few services near a focus are not grouped. */
  function view() {
    const wanted = state.focus >= 0 ? near() : null, groups = !wanted || wanted.size > mostOpen;
    const boxes = new Map(), arrows = new Map(), boxOf = new Array(services.length).fill(null);
    services.forEach((s, v) => {
      if (wanted && !wanted.has(v)) return;
      if (state.kind && s.kind !== state.kind) return;
      if (state.found && foundAt[v].length === 0) return;
      if (state.changed && !changes.about.has(v)) return;
      const key = groups ? keyOf(v) : "", closed = key !== "" && isClosed(key) && v !== state.focus;
      const id = closed ? "group " + key : "s" + v;
      if (!boxes.has(id)) boxes.set(id, { id, key, closed, services: [], parent: key !== "" && !isClosed(key) ? "parent " + key : null });
      boxes.get(id).services.push(v);
      boxOf[v] = id;
    });
    calls.forEach((c, i) => {
      const from = boxOf[c.from], to = boxOf[c.to];
      if (!from || !to || !callInView(c) || (from === to && boxes.get(from).closed)) return;
      const id = from + " > " + to;
      if (!arrows.has(id)) arrows.set(id, { id, from, to, calls: [] });
      arrows.get(id).calls.push(i);
    });
    // Between many groups only the arrows of most calls are drawn; the legend counts the others.
    let list = [...arrows.values()];
    const all = list.length;
    if (all > mostArrows && [...boxes.values()].some((b) => b.closed)) {
      list = list.sort((a, b) => b.calls.length - a.calls.length || (a.id < b.id ? -1 : 1)).slice(0, mostArrows);
    }
    return { boxes: [...boxes.values()], arrows: list, thin: all - list.length, groups };
  }
  const mostArrows = 150;

  // ---- Places of boxes.

  const measure = document.createElement("canvas").getContext("2d");
  measure.font = "12px system-ui, sans-serif";
  const widths = new Map(); // of texts
  function widthOf(text) {
    if (!widths.has(text)) {
      if (widths.size > 50_000) widths.clear();
      widths.set(text, measure.measureText(text).width);
    }
    return widths.get(text);
  }
  const lineOf = (text) => short(clean(text), 44);
  const shapeOf = { database: "barrel", cache: "barrel", broker: "hexagon", topic: "hexagon", gateway: "cut", external: "ellipse", job: "tag", telemetry: "slanted" };
  function sized(box) {
    const s = services[box.services[0]];
    box.shape = (!box.closed && shapeOf[s.kind]) || "box";
    box.title = short(clean(box.closed ? box.key : s.id), 300);
    box.label = box.closed ? [lineOf(box.key), plural(box.services.length, "service")] : [lineOf(s.name)];
    if (!box.closed && !state.group && s.namespace) box.label.push(lineOf(s.namespace));
    const n = box.services.reduce((sum, v) => sum + foundAt[v].length, 0);
    if (n) box.label.push(plural(n, changes ? "new finding" : "finding"));
    const change = changeOfBox(box);
    if (change.words) box.label.push(change.words);
    const [wider, higher] = picture.margins[box.shape] || [0, 0];
    box.width = Math.max(70, ...box.label.map((line) => widthOf(line) + 22)) + wider;
    box.height = 14 + 16 * box.label.length + higher;
  }

  /** Places boxes in layers from callers to callees: by dagre, or by rank alone if there are many; few with many arrows in a circle. */
  function layout(v) {
    v.boxes.forEach(sized);
    remembered("", v, arrange);
  }
  const layouts = new Map();
  /** Places boxes and arrows, or takes the places that the same ones had before. */
  function remembered(how, v, place) {
    const key = JSON.stringify([how, v.boxes.map((b) => [b.id, b.parent, b.width, b.height]), v.arrows.map((a) => [a.from, a.to])]), known = layouts.get(key);
    if (known) {
      v.boxes.forEach((b, i) => ([b.x, b.y] = known.places[i]));
      v.arrows.forEach((a, i) => (a.points = known.points[i]));
      return;
    }
    place(v);
    if (layouts.size > 40) layouts.clear();
    layouts.set(key, { places: v.boxes.map((b) => [b.x, b.y]), points: v.arrows.map((a) => a.points) });
  }
  function arrange(v) {
    const framed = v.boxes.some((b) => b.parent), few = v.boxes.length <= 60 && hasLayers(v);
    if (!framed) return few && !isChain(v) ? remembered("dagre", v, byDagre) : flat(v);
    // Dagre takes longer to keep groups together.
    if (!few || services.length > 120 || v.boxes.length * v.arrows.length > 2000) return nested(v);
    try {
      byDagre(v, true);
    } catch {
      byDagre(v, false); // a group that cannot be kept together
    }
  }
  /** Places the boxes of each group, then the groups: each near where it is when all are closed, so that a user finds it again. */
  function nested(v) {
    const tops = new Map(), topOf = new Map();
    for (const b of v.boxes) {
      const id = b.parent ? "group " + b.key : b.id;
      if (!tops.has(id)) tops.set(id, { id, framed: b.parent !== null, width: b.width, height: b.height, boxes: [] });
      tops.get(id).boxes.push(b);
      topOf.set(b.id, id);
    }
    const between = new Map(), within = new Map();
    for (const a of v.arrows) {
      const [from, to] = [topOf.get(a.from), topOf.get(a.to)];
      if (from !== to) between.set(from + " > " + to, { from, to });
      else if (a.from !== a.to) within.set(from, [...(within.get(from) || []), { from: a.from, to: a.to }]);
    }
    for (const top of tops.values()) {
      if (!top.framed) continue;
      flat({ boxes: top.boxes, arrows: within.get(top.id) || [] });
      const span = (low, high) => [Math.min(...top.boxes.map(low)), Math.max(...top.boxes.map(high))];
      const [left, right] = span((b) => b.x - b.width / 2, (b) => b.x + b.width / 2), [up, down] = span((b) => b.y - b.height / 2, (b) => b.y + b.height / 2);
      top.frame = [right - left + 20, down - up + 34]; // with its title
      const closed = { closed: true, key: top.boxes[0].key, services: top.boxes.flatMap((b) => b.services) };
      sized(closed);
      [top.width, top.height] = [closed.width, closed.height];
      for (const b of top.boxes) [b.x, b.y] = [b.x - (left + right) / 2, b.y - (up + down) / 2 + 7];
    }
    const list = [...tops.values()], all = { boxes: list, arrows: [...between.values()] };
    const open = () => list.forEach((top) => top.frame && ([top.width, top.height] = top.frame));
    if (hasFewLayers(all)) {
      remembered("dagre", all, byDagre);
      const places = list.map((top) => ({ top, y: top.y - top.height / 2, height: top.height }));
      open();
      widen(places);
    } else {
      open();
      flat(all);
    }
    for (const top of list) {
      if (!top.framed) [top.boxes[0].x, top.boxes[0].y] = [top.x, top.y];
      else for (const b of top.boxes) [b.x, b.y] = [b.x + top.x, b.y + top.y];
    }
  }
  /** Makes room in the columns of dagre for groups that are open: y and height are those of the closed ones. */
  function widen(places) {
    const columns = new Map();
    for (const p of places) columns.set(p.top.x, [...(columns.get(p.top.x) || []), p]);
    let left = 0;
    for (const [, column] of [...columns].sort(([x], [y]) => x - y)) {
      const wide = Math.max(...column.map((p) => p.top.width));
      let lower = column.reduce((sum, p) => sum + p.height - p.top.height, 0) / 2; // than before
      for (const { top, y, height } of column.sort((a, b) => a.y - b.y)) {
        [top.x, top.y] = [left + wide / 2, y + lower + top.height / 2];
        lower += top.height - height;
      }
      left += wide + 60;
    }
  }
  /** Places boxes without groups. The search of dagre for few crossings takes too long for many. */
  function flat(v) {
    if (hasFewLayers(v)) return byDagre(v);
    return v.boxes.length <= 60 && !hasLayers(v) ? byCircle(v) : byRank(v);
  }
  const hasLayers = (v) => v.arrows.length <= 4 * v.boxes.length;
  const hasFewLayers = (v) => v.boxes.length * v.arrows.length <= 2000 && hasLayers(v) && !isChain(v);
  /** Whether dagre would make a picture that is much wider than high, for which it takes longest: byRank folds it. */
  function isChain(v) {
    if (v.boxes.length <= 10) return false;
    const { rank, out } = ranksOf(v), count = Math.max(...rank) + 1, wide = new Array(count).fill(0), high = new Array(count).fill(0);
    v.boxes.forEach((b, i) => {
      wide[rank[i]] = Math.max(wide[rank[i]], b.width);
      high[rank[i]] += b.height + 14;
      for (const w of out[i]) for (let r = Math.min(rank[i], rank[w]) + 1; r < Math.max(rank[i], rank[w]); r++) high[r] += 8; // a line passes
    });
    return wide.reduce((sum, w) => sum + w + 60, -60) > 4 * Math.max(...high);
  }
  /** Boxes of which most call most others have no layers. */
  function byCircle(v) {
    const n = v.boxes.length, radius = Math.max(120, n * 16);
    v.boxes.forEach((b, i) => {
      b.x = 1.6 * radius * Math.cos((2 * Math.PI * i) / n);
      b.y = radius * Math.sin((2 * Math.PI * i) / n);
    });
  }
  function byDagre(v, nested = false) {
    const g = new dagre.graphlib.Graph({ compound: nested });
    g.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 60, edgesep: 8, ranker: v.boxes.length > 80 ? "longest-path" : "network-simplex" });
    g.setDefaultEdgeLabel(() => ({}));
    for (const b of v.boxes) {
      g.setNode(b.id, { width: b.width, height: b.height });
      if (nested && b.parent) {
        if (!g.hasNode(b.parent)) g.setNode(b.parent, {});
        g.setParent(b.id, b.parent);
      }
    }
    for (const a of v.arrows) if (a.from !== a.to) g.setEdge(a.from, a.to);
    dagre.layout(g);
    for (const b of v.boxes) ({ x: b.x, y: b.y } = g.node(b.id));
    for (const a of v.arrows) if (a.from !== a.to) a.points = g.edge(a.from, a.to).points.slice(1, -1).map((p) => [p.x, p.y]);
    if (v.boxes.some((b) => !Number.isFinite(b.x))) throw new Error("a box has no place");
  }
  /** The ranks of boxes from callers to callees, and who calls whom, by number. */
  function ranksOf(v) {
    const index = new Map(v.boxes.map((b, i) => [b.id, i])), n = v.boxes.length;
    const out = Array.from({ length: n }, () => []), into = Array.from({ length: n }, () => []);
    for (const a of v.arrows) {
      const from = index.get(a.from), to = index.get(a.to);
      if (from !== to) {
        out[from].push(to);
        into[to].push(from);
      }
    }
    // Ranks by the order in which a search leaves boxes: calls that close a loop do not count.
    const mark = new Uint8Array(n), order = [], back = new Set();
    for (let root = 0; root < n; root++) {
      if (mark[root]) continue;
      const work = [[root, 0]];
      mark[root] = 1;
      while (work.length) {
        const top = work[work.length - 1];
        if (top[1] === out[top[0]].length) {
          mark[top[0]] = 2;
          order.push(top[0]);
          work.pop();
          continue;
        }
        const w = out[top[0]][top[1]++];
        if (mark[w] === 1) back.add(top[0] + " " + w);
        if (mark[w] === 0) {
          mark[w] = 1;
          work.push([w, 0]);
        }
      }
    }
    const rank = new Int32Array(n);
    for (const u of order.reverse()) for (const w of out[u]) if (!back.has(u + " " + w)) rank[w] = Math.max(rank[w], rank[u] + 1);
    return { rank, out, into };
  }
  function byRank(v) {
    const { rank, out, into } = ranksOf(v), n = v.boxes.length, layers = [];
    rank.forEach((r, i) => (layers[r] = layers[r] || []).push(i));
    const at = new Float64Array(n);
    layers.forEach((l) => l.forEach((i, k) => (at[i] = k / l.length)));
    for (let sweep = 0; sweep < 4; sweep++) {
      for (const l of sweep % 2 ? layers.slice().reverse() : layers) {
        const near = sweep % 2 ? out : into;
        const middle = new Map(l.map((i) => [i, near[i].length ? near[i].reduce((s, w) => s + at[w], 0) / near[i].length : at[i]]));
        l.sort((a, b) => middle.get(a) - middle.get(b) || a - b);
        l.forEach((i, k) => (at[i] = k / l.length));
      }
    }
    // A long layer becomes several columns, and the end of many layers goes below their beginning, so
    // that the picture is about as high as wide.
    const high = Math.max(12, Math.ceil(Math.sqrt(n) * 1.6)), columns = [];
    for (const l of layers) {
      for (let from = 0; from < l.length; from += high) {
        const column = l.slice(from, from + high).map((i) => v.boxes[i]);
        columns.push({ boxes: column, wide: Math.max(...column.map((b) => b.width)), high: column.reduce((sum, b) => sum + b.height + 14, 0), gap: from + high < l.length ? 24 : 84 });
      }
    }
    const width = columns.reduce((sum, c) => sum + c.wide + c.gap, 0), height = Math.max(...columns.map((c) => c.high));
    const most = width / Math.max(1, Math.round(Math.sqrt(width / height / 1.6)));
    let x = 0, top = 0, row = [];
    const end = () => {
      const tallest = Math.max(...row.map((c) => c.high));
      for (const c of row) {
        let y = top + (tallest - c.high) / 2;
        for (const b of c.boxes) {
          b.y = y + b.height / 2;
          y += b.height + 14;
        }
      }
      [x, top, row] = [0, top + tallest + 60, []];
    };
    for (const c of columns) {
      if (row.length && x + c.wide / 2 > most) end();
      for (const b of c.boxes) b.x = x + c.wide / 2;
      x += c.wide + c.gap;
      row.push(c);
    }
    if (row.length) end();
  }

  // ---- Drawing.

  const picture = makePicture($("graph"), tapped);
  const grouped = (c) => (c.groups || []).find((id) => groups[id]);

  const classes = (has) => Object.keys(has).filter((name) => name && has[name]).join(" ");
  /** A point beside the line between two boxes, for one of two opposite arrows. */
  function aside(from, to) {
    const dx = to.x - from.x, dy = to.y - from.y, l = Math.hypot(dx, dy) || 1;
    return [(from.x + to.x) / 2 - (dy / l) * 14, (from.y + to.y) / 2 + (dx / l) * 14];
  }

  let shown = { boxes: [], arrows: [], thin: 0, groups: true };
  function draw() {
    shown = view();
    layout(shown);
    const frames = new Map(), box = new Map(shown.boxes.map((b) => [b.id, b]));
    const assumed = new Set((data.engine && data.engine.tried ? state.tried : []).map((c) => c.service || c.from + " " + c.to));
    for (const b of shown.boxes) {
      if (b.parent) {
        if (!frames.has(b.parent)) frames.set(b.parent, { id: b.parent, label: lineOf(b.key), title: short(clean(b.key), 300), boxes: [] });
        frames.get(b.parent).boxes.push(b);
      }
      const about = b.services.flatMap((v) => foundAt[v]);
      b.class = classes({
        group: b.closed, tried: b.services.some((v) => assumed.has(services[v].id)), unsaid: !b.closed && !services[b.services[0]].defined,
        error: about.some((i) => findings[i].severity === "error"), found: about.length > 0 && !about.some((i) => findings[i].severity === "error"),
        [classOfMark[changeOfBox(b).mark]]: true,
      });
    }
    const pairs = new Set(shown.arrows.map((a) => a.from + " > " + a.to));
    for (const a of shown.arrows) {
      const all = a.calls.map((i) => calls[i]), change = changeOfArrow(a), many = a.calls.length > 1;
      [a.fromBox, a.toBox] = [box.get(a.from), box.get(a.to)];
      if (!a.points && a.from !== a.to && pairs.has(a.to + " > " + a.from)) a.points = [aside(a.fromBox, a.toBox)];
      a.width = many ? Math.min(6, 1.5 + Math.log2(a.calls.length)) : 1.4;
      a.label = [many ? String(a.calls.length) : "", change.words].filter(Boolean).join(": ");
      a.open = all.every((c) => c.need === "soft");
      a.diamond = all.every((c) => grouped(c) !== undefined);
      a.class = classes({
        async: all.every((c) => c.mode === "async"), weak: all.every((c) => c.strength !== "strong"),
        tried: all.some((c) => assumed.has(services[c.from].id + " " + services[c.to].id)), loop: all.some((c) => looped.has(c.from + " " + c.to)),
        [classOfMark[change.mark]]: true,
      });
    }
    picture.draw({ boxes: shown.boxes, frames: [...frames.values()], arrows: shown.arrows });
    paint();
    mark();
    legend();
  }

  // ---- What fails.

  const failing = () => [...new Set(state.fail.flatMap((ref) => (ref[0] === "g" ? sets[Number(ref.slice(1))].services : [Number(ref.slice(1))])))].sort((a, b) => a - b);
  /** Whether there is a state before: one that is compared, or the one without what is assumed. */
  const hasBefore = () => changes !== null || Boolean(data.engine && data.engine.tried);
  /** Who suffers from what fails; null if nothing does, or if no answer is known. */
  const scenario = () => scenarioOf(hasBefore() ? state.when : "after");
  function scenarioOf(when) {
    const list = failing();
    if (!list.length) return null;
    if (data.engine) {
      const a = answer(list);
      return when === "before" ? a && a.before : a;
    }
    if (data.asked && data.mode === state.mode && sameList(list, data.failed)) return data.asked;
    const m = modes.indexOf(state.mode), i = list.length === 1 ? list[0] : sets.findIndex((s) => sameList(s.services, list));
    if (m < 0 || i < 0 || !incidents.after.length) return null;
    const found = incident(when, (list.length === 1 ? i : services.length + i) * modes.length + m);
    return found && { texts: data.texts || [], ...found };
  }
  /** One of the answers that the page has: they are lines of JSON, read when they are asked for. */
  function incident(when, i) {
    const key = when + i;
    if (incidents.key === key) return incidents.last;
    [incidents.key, incidents.last] = [key, incidents[when][i] ? JSON.parse(incidents[when][i]) : null];
    return incidents.last;
  }
  const incidents = { key: "", last: null, after: [], before: [] };
  /** Unpacks the answers. */
  async function unpack() {
    for (const when of ["after", "before"]) {
      const packed = $(when).textContent;
      if (!packed) continue;
      const text = atob(packed), bytes = new Uint8Array(text.length);
      for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
      incidents[when] = (await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text()).split("\n");
      $(when).textContent = "";
    }
  }
  const otherTime = () => (state.when === "before" ? "after" : "before");

  // ---- Weir behind the page: it answers any failure, and tells when the files have changed.

  const answers = new Map();
  async function ask(what, body) {
    const r = await fetch(what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!r.ok) throw new Error((await r.text()).trim());
    return r.json();
  }
  function answer(list) {
    const key = JSON.stringify([data.engine.number, data.engine.tried ? state.tried : [], state.mode, list]);
    if (answers.has(key)) return answers.get(key);
    answers.set(key, null);
    const body = { number: data.engine.number, fail: list.map((v) => services[v].id), mode: state.mode };
    if (data.engine.tried) body.changes = state.tried;
    ask("incident", body).then(
      (a) => {
        if (answers.size > 200) answers.clear();
        answers.set(key, { texts: [], ...a, before: a.before && { texts: [], ...a.before } });
        update({});
        report();
      },
      (e) => { $("status").textContent = e.message; },
    );
    return null;
  }
  /** Takes the estate as the files have it now, with what is assumed. */
  async function refresh() {
    const had = data.engine.number, d = await ask("estate", { changes: state.tried });
    take(d);
    readAddress();
    detailed = null;
    draw();
    list();
    details();
    controls();
    problem(unread(d.engine.problem));
    if (had !== d.engine.number) $("status").textContent = "The files have changed: this is what they declare now";
    document.documentElement.dataset.number = d.engine.number;
  }

  // ---- What if: changes that are assumed, in place of what the inputs declare.

  const isOf = (a, b) => a.service === b.service && a.from === b.from && a.to === b.to;
  async function assume(tried) {
    const before = state.tried;
    state.tried = tried;
    writeAddress();
    document.documentElement.dataset.busy = "1";
    try {
      await refresh();
      $("status").textContent = tried.length ? plural(tried.length, "change") + " assumed: nothing is written" : "Nothing is assumed";
      if (scenario()) report();
    } catch (e) {
      state.tried = before;
      writeAddress();
      $("status").textContent = e.message;
    }
    delete document.documentElement.dataset.busy;
  }
  /** Assumes a change, instead of one of the same service or call; one without a key takes it back. */
  function attempt(change, keys) {
    const others = state.tried.filter((c) => !isOf(c, change));
    assume(Object.keys(keys).length ? [...others, { ...change, ...keys }] : others);
  }
  function wordsOf(c) {
    if (c.service) return `${c.service}: ${plural(c.replicas, "replica")}`;
    if (c.removed) return `${c.from} does not call ${c.to}`;
    const words = Object.entries(c).filter(([key]) => key !== "from" && key !== "to").map(([key, value]) => (key === "hard" ? (value ? "required" : "optional") : key + " " + (typeof value === "object" ? Object.entries(value).map((pair) => pair.join(" ")).join(", ") : value)));
    return `${c.from} calls ${c.to}: ` + words.join("; ");
  }
  function triedPanel() {
    const t = data.engine && data.engine.tried;
    if (!t) return [];
    const parts = [element("h2", "Assumed")];
    parts.push(listOf(state.tried.map((c) => [element("span", wordsOf(c)), " ", button("Take back", () => assume(state.tried.filter((other) => other !== c)))])));
    if (state.tried.length > 1) parts.push(button("Take all back", () => assume([])));
    for (const words of t.idle || []) parts.push(element("p", words, "warning"));
    const list = (title, lines) => lines && lines.length && parts.push(element("h3", title), listOf(lines.slice(0, 30).map((l) => [l])), ...(lines.length > 30 ? [element("p", `and ${lines.length - 30} more`)] : []));
    const marks = { "!": "worse: ", "-": "gone: ", "+": "new: ", "~": "" };
    list("What changes", (t.effects || []).map((e) => element("span", marks[e.mark] + e.words, e.mark === "!" ? "error" : "")));
    list(plural((t.gone || []).length, "finding") + " less", (t.gone || []).map((f) => element("span", f)));
    list(plural((t.found || []).length, "finding") + " more", (t.found || []).map((f) => element("span", f, "warning")));
    if (!(t.effects || []).length && !(t.gone || []).length && !(t.found || []).length) parts.push(element("p", "Radii of services that stop, findings and availability stay as they are."));
    const text = (title, body, name) => {
      const more = document.createElement("details");
      more.append(element("summary", title), button("Copy", () => copy(body)), Object.assign(document.createElement("pre"), { textContent: cleanLines(body), tabIndex: 0 }));
      more.lastChild.setAttribute("aria-label", title);
      more.dataset.text = name;
      parts.push(more);
    };
    text("As weir.yaml", t.manifest, "manifest");
    if (t.fragment) text("As a diff of the files", t.fragment, "fragment");
    list("Not in the files", (t.left || []).map((l) => element("span", l, "faint")));
    return parts;
  }
  function field(label, control) {
    const l = element("label", label + " ");
    l.append(control);
    return l;
  }
  function input(name, value, more) {
    return Object.assign(document.createElement("input"), { name, value: value === undefined ? "" : value, autocomplete: "off", ...more });
  }
  function select(name, value, choices) {
    const s = Object.assign(document.createElement("select"), { name });
    for (const [v, words] of choices) s.append(Object.assign(element("option", words), { value: v }));
    s.value = value || "";
    return s;
  }
  const breakers = {
    off: "off", call: { kind: "call", errorRate: "50%", window: "10s", minCalls: 20, open: "30s" }, endpoint: { kind: "endpoint", failures: 5, window: "10s", open: "30s", maxEject: "50%" },
  };
  /** A form that assumes a change: its controls, and what they say. */
  function whatIf(change, controls, keysOf, more) {
    if (!data.engine) return [];
    const form = document.createElement("form"), now = state.tried.find((c) => isOf(c, change));
    form.className = "tries";
    form.append(...controls(now || {}));
    const buttons = document.createElement("div");
    buttons.className = "choices";
    buttons.append(element("button", "Try"), ...more, ...(now ? [button("Take back", () => attempt(change, {}))] : []));
    form.append(buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(change, keysOf((name) => form.elements[name].value.trim()));
    });
    return [element("h3", "What if"), form];
  }
  function whatIfService(s) {
    return whatIf({ service: s.id }, (now) => [field("replicas", input("replicas", now.replicas, { type: "number", min: 0 }))],
      (value) => (value("replicas") === "" ? {} : { replicas: Number(value("replicas")) }), []);
  }
  function whatIfCall(c) {
    const change = { from: services[c.from].id, to: services[c.to].id };
    const kind = (now) => (typeof now === "object" && now ? now.kind : now);
    return whatIf(change, (now) => [
      field("timeout", input("timeout", now.timeout, { placeholder: "2s, off" })),
      field("of one attempt", input("perTry", now.perTry, { placeholder: "500ms" })),
      field("retries", input("retries", now.retry === "off" ? 0 : now.retry && now.retry.retries, { type: "number", min: 0 })),
      field("breaker", select("breaker", kind(now.breaker), [["", "as it is"], ["call", "of the call"], ["endpoint", "of single replicas"], ["off", "off"]])),
      field("at once", input("bulkhead", now.bulkhead && now.bulkhead.maxConcurrent, { type: "number", min: 1 })),
      field("fallback", select("fallback", kind(now.fallback), [["", "as it is"], ["static", "a default"], ["cache", "the last good answer"], ["none", "none"]])),
      field("the caller", select("hard", now.hard === undefined ? "" : String(now.hard), [["", "as it is"], ["false", "can do without"], ["true", "cannot do without"]])),
    ], (value) => {
      const keys = {};
      for (const name of ["timeout", "perTry"]) if (value(name)) keys[name] = value(name);
      if (value("retries") !== "") keys.retry = Number(value("retries")) ? { retries: Number(value("retries")) } : "off";
      if (value("breaker")) keys.breaker = breakers[value("breaker")];
      if (value("bulkhead")) keys.bulkhead = { maxConcurrent: Number(value("bulkhead")) };
      if (value("fallback")) keys.fallback = value("fallback");
      if (value("hard")) keys.hard = value("hard") === "true";
      return keys;
    }, [button("Without this call", () => attempt(change, { removed: true }))]);
  }

  function problem(text) {
    $("problem").hidden = !text;
    $("problem").textContent = clean(text || "");
  }
  const unread = (text) => (text ? "Shown is the last state that could be read. " + text : "");
  async function follow() {
    for (let turn = data.engine.turn; ; ) {
      let n;
      try {
        n = await (await fetch("wait?turn=" + turn)).json();
      } catch {
        problem("weir serve does not answer.");
        await new Promise((go) => setTimeout(go, 3000));
        continue;
      }
      turn = n.turn;
      try {
        if (n.number !== data.engine.number) await refresh();
        else problem(unread(n.problem));
      } catch (e) {
        problem(e.message);
      }
    }
  }

  /** The label of a victim: [service, at first, later, in all, call, ...]. Who does not suffer now is protected. */
  const labelOf = (victim) => victim[{ first: 1, later: 2 }[state.phase] || 3] || 1;

  let labelAt = new Map(), injected = new Set();
  const injectedLevel = labels.length;
  /** The worst that happens to a service of a box; injectedLevel if one of them fails first. */
  const worstOf = (b) => b.services.reduce((worst, v) => Math.max(worst, injected.has(v) ? injectedLevel : labelAt.get(v) || 0), 0);
  function paint() {
    const s = scenario();
    injected = new Set(failing());
    labelAt = new Map((s ? s.victims : []).map((victim) => [victim[0], labelOf(victim)]));
    const i = Number(state.select.slice(1)), s0 = state.select[0];
    const chosen = (of) => (s0 === "s" ? of.services : s0 === "c" ? of.calls : undefined)?.includes(i);
    picture.paint((of) => {
      let state = "";
      if (of.services) {
        const worst = worstOf(of);
        state = worst === injectedLevel ? "injected" : worst ? "state-" + worst : s ? "dim" : "";
      }
      return chosen(of) ? state + " chosen" : state;
    });
  }

  // ---- The list of services.

  function list() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = [];
    services.forEach((s, v) => {
      const text = (texts[v] = texts[v] || [s.id, s.team, s.owner, s.system, s.kind].filter(Boolean).join(" ").toLowerCase());
      if (words.every((w) => text.includes(w))) matching.push(v);
    });
    const most = 300;
    listed = matching.slice(0, most).map((v) => {
      const b = button("", () => choose("s" + v)), item = document.createElement("li");
      item.dataset.id = services[v].id;
      item.append(b);
      return { v, item, button: b, key: "" };
    });
    mark();
    $("services").replaceChildren(...listed.map((l) => l.item));
    $("shown").textContent = matching.length > most ? `${most} of ${matching.length} services` : plural(matching.length, "service");
  }
  let listed = [], texts = []; // texts: what the search looks in, by service
  /** Says of every service in the list what became of it; only what differs is written. */
  function mark() {
    const inView = new Set(shown.boxes.flatMap((b) => b.services));
    for (const l of listed) {
      const v = l.v, first = injected.has(v), level = labelAt.get(v) || 0, chosen = state.select === "s" + v, key = [first, level, chosen, inView.has(v)].join();
      if (l.key === key) continue;
      l.key = key;
      const parts = [element("bdi", short(services[v].id, 120))], add = (text, name) => parts.push(" ", element("span", text, name));
      if (first) add("fails first", "error");
      else if (level) add(labels[level], "state-" + level);
      if (changes && changes.markOf(v)) add(markWords[changes.markOf(v)], classOfMark[changes.markOf(v)]);
      if (foundAt[v].length) add(plural(foundAt[v].length, changes ? "new finding" : "finding"), "faint");
      if (!inView.has(v)) add("not in view", "faint");
      l.button.replaceChildren(...parts);
      l.button.setAttribute("aria-pressed", String(chosen));
      l.item.dataset.state = first ? "injected" : labels[level];
      if (changes) l.item.dataset.change = changes.markOf(v);
    }
  }

  // ---- Details.

  function element(name, text, className) {
    const e = document.createElement(name);
    if (text !== undefined) e.textContent = short(clean(String(text)), 1000); // names may be of any length
    if (className) e.className = className;
    return e;
  }
  function button(text, act, className) {
    const b = element("button", text, className);
    b.type = "button";
    b.addEventListener("click", act);
    return b;
  }
  const serviceLink = (v) => button(short(services[v].id, 200), () => choose("s" + v), "link");
  function listOf(items) {
    const ul = document.createElement("ul");
    for (const parts of items) {
      const li = document.createElement("li");
      li.append(...parts);
      ul.append(li);
    }
    return ul;
  }
  const assumedAt = (text) => data.engine && data.engine.tried && text.startsWith(data.engine.tried.file + ":");
  const place = (text) => (assumedAt(text) ? element("span", "assumed", "assumed") : element("span", text, "place"));

  const controlName = (e) => e.tagName + " " + (e.dataset.mode || e.dataset.phase || e.name || e.textContent);
  let detailed = null; // of what the details are
  function details() {
    const at = $("details"), ref = state.select, i = Number(ref.slice(1));
    const parts = ref === "" ? overview() : ref[0] === "s" ? serviceDetails(i) : ref[0] === "c" ? callDetails(i) : setDetails(i);
    $("tried").replaceChildren(...triedPanel());
    const had = at.contains(document.activeElement) ? controlName(document.activeElement) : "";
    // What a user has typed stays while an answer comes in.
    const typed = detailed === ref ? [...at.querySelectorAll("input, select")].map((e) => [controlName(e), e.value]) : [];
    detailed = ref;
    at.replaceChildren(...parts);
    for (const e of at.querySelectorAll("input, select")) {
      const was = typed.find(([name]) => name === controlName(e));
      if (was) e.value = was[1];
    }
    if (had) [...at.querySelectorAll("button, input, select")].find((e) => controlName(e) === had)?.focus(); // so that a keyboard goes on
  }
  function overview() {
    const parts = [element("h2", data.title)];
    if (changes) parts.push(...changeOverview());
    else if (data.checked) {
      parts.push(element("h3", plural(findings.length, "finding")));
      parts.push(listOf(findings.slice(0, 200).map(findingParts)));
      if (findings.length > 200) parts.push(element("p", `and ${findings.length - 200} more`));
      const excused = data.excused || [];
      if (excused.length) {
        parts.push(element("h3", plural(excused.length, "finding") + " not reported"));
        parts.push(listOf(excused.slice(0, 200).map((words) => [element("span", words, "faint")])));
        if (excused.length > 200) parts.push(element("p", `and ${excused.length - 200} more`));
      }
    } else parts.push(element("p", "Findings are in the page that weir check writes.", "faint"));
    if (data.cycles) {
      parts.push(element("h3", plural(data.cycles.length, "cycle")));
      parts.push(listOf(data.cycles.map((loop) => loop.flatMap((v, k) => (k ? [" calls ", serviceLink(v)] : [serviceLink(v)])))));
    }
    if (sets.length && (data.answered || data.engine)) {
      parts.push(element("h3", "What fails together"));
      parts.push(listOf(sets.slice(0, 100).map((s, k) => [button(`${s.property} ${short(s.value, 80)}`, () => choose("g" + k), "link"), " ", element("span", plural(s.services.length, "service"), "faint")])));
    }
    return parts;
  }
  function changeOverview() {
    const c = data.change, parts = [];
    if (c.old) parts.push(definitions([["before", c.old], ["after", c.new]]));
    const list = (title, lines) => {
      if (!lines.length) return;
      parts.push(element("h3", title), listOf(lines.slice(0, 200)));
      if (lines.length > 200) parts.push(element("p", `and ${lines.length - 200} more`));
    };
    list("Effects", (c.effects || []).map((e) => [element("span", (e.mark === "!" ? "worse: " : "better: ") + e.words, e.mark === "!" ? "error" : "")]));
    list(plural(c.services.length, "service"), c.services.map((item) => changedLine(item, "s")));
    list(plural(c.calls.length, "call"), c.calls.map((item) => changedLine(item, "c")));
    list(plural(c.policies.length, "setting") + " of policies", c.policies.map((item) => changedLine(item, "c")));
    const some = (gone) => findings.map((_, i) => i).filter((i) => Boolean(findings[i].gone) === gone);
    list(plural(some(false).length, "new finding"), some(false).map(findingParts));
    list(plural(some(true).length, "finding") + " gone", some(true).map(findingParts));
    if (parts.length <= (c.old ? 1 : 0)) parts.push(element("p", "The two states do not differ."));
    return parts;
  }
  const markSpan = (mark) => element("span", markWords[mark], classOfMark[mark]);
  function changedLine(item, kind) {
    return [markSpan(item.mark), " ", button(short(item.words, 300), () => choose(kind + item.of), "link"), ...(item.place ? [" ", place(item.place)] : [])];
  }
  /** What a change does to one service or call. */
  function changedParts(items) {
    if (!items) return [];
    return [element("h3", "Change"), listOf(items.map((item) => [markSpan(item.mark), " ", element("span", item.words), ...(item.place ? [" ", place(item.place)] : [])]))];
  }
  function findingParts(i) {
    const f = typeof i === "number" ? findings[i] : i;
    const link = element("a", f.rule);
    link.href = f.page;
    link.rel = "noreferrer";
    const parts = [element("span", f.severity, f.severity), " ", element("span", f.message), " ", link];
    if (f.each) {
      const more = document.createElement("details");
      more.append(element("summary", plural(f.each.length, "subject")));
      more.append(listOf(f.each.slice(0, 100).map((one) => [element("span", one.message), " ", place((one.places || [])[0] || "")])));
      parts.push(more);
    } else if (f.places && f.places.length) parts.push(" ", place(f.places[0]));
    if (f.hint) parts.push(element("p", "Fix: " + f.hint, "faint"));
    return parts;
  }
  function definitions(pairs) {
    const dl = document.createElement("dl");
    for (const [name, value] of pairs) if (value) dl.append(element("dt", name), element("dd", value));
    return dl;
  }
  function failPanel(ref) {
    if (!modes.length) return [];
    const parts = [element("h3", "If it fails")], on = state.fail.includes(ref), others = state.fail.filter((r) => r !== ref);
    const choices = document.createElement("div");
    choices.className = "choices";
    for (const m of modes) {
      const b = button(m, () => (on ? fail(state.mode === m ? [] : state.fail, m) : fail([ref], m)));
      b.dataset.mode = m;
      b.setAttribute("aria-pressed", String(on && state.mode === m));
      choices.append(b);
    }
    parts.push(choices);
    if (data.engine) parts.push(otherMode(ref, on));
    if (state.fail.length && !on) parts.push(button(`Fail together with ${others.length === 1 ? short(titleOf(others[0]), 60) : others.length + " others"}`, () => fail([...state.fail, ref], state.mode)));
    if (on && others.length) {
      parts.push(element("p", "Fails together with:"), listOf(others.map((r) => [button(short(titleOf(r), 120), () => choose(r), "link")])));
      parts.push(button("Does not fail", () => fail(others, state.mode)));
    }
    if (!on) return parts;
    const phases = document.createElement("div");
    phases.className = "choices";
    for (const [value, text] of [["all", "in all"], ["first", "at first"], ["later", "later, when breakers have opened"]]) {
      const b = button(text, () => update({ phase: value }));
      b.dataset.phase = value;
      b.setAttribute("aria-pressed", String(state.phase === value));
      phases.append(b);
    }
    parts.push(phases);
    if (hasBefore()) {
      const times = document.createElement("div");
      times.className = "choices";
      for (const [value, text] of [["after", "after the change"], ["before", "before it"]]) {
        const b = button(text, () => update({ when: value }));
        b.dataset.when = value;
        b.setAttribute("aria-pressed", String(state.when === value));
        times.append(b);
      }
      parts.push(times);
    }
    const s = scenario(), other = hasBefore() ? scenarioOf(otherTime()) : null;
    if (!s) return [...parts, ...unanswered()];
    const otherAt = new Map((other ? other.victims : []).map((victim) => [victim[0], labelOf(victim)]));
    const victims = s.victims.slice().sort((a, b) => labelOf(b) - labelOf(a));
    if (!victims.length) parts.push(element("p", "No other service is affected."));
    for (const level of [4, 3, 2, 1]) {
      const those = victims.filter((victim) => labelOf(victim) === level);
      if (!those.length) continue;
      parts.push(element("p", plural(those.length, "service") + " " + labels[level], "state-" + level));
      parts.push(listOf(those.slice(0, 200).map((victim) => {
        const line = [serviceLink(victim[0])], c = calls[victim[4]], then = otherAt.get(victim[0]) || 0;
        if (other && then !== level) line.push(" ", element("span", `${otherTime()}: ${labels[then]}`, "state-" + then));
        if (c && c.from === victim[0]) line.push(" calls ", button(short(services[c.to].id, 120), () => choose("c" + victim[4]), "link"));
        const cut = victim.indexOf(-1, 5);
        const acts = state.phase !== "later" || cut < 0 ? victim.slice(5, cut < 0 ? undefined : cut) : victim.slice(cut + 1);
        for (const t of acts) line.push(element("p", s.texts[t], "faint"));
        return line;
      })));
      if (those.length > 200) parts.push(element("p", `and ${those.length - 200} more`));
    }
    const spared = [...otherAt].filter(([v]) => !labelAt.has(v));
    if (spared.length) parts.push(element("p", `Only ${otherTime()}:`), listOf(spared.slice(0, 200).map(([v, level]) => [serviceLink(v), " ", element("span", labels[level], "state-" + level)])));
    if (s.starved) parts.push(element("p", "Without new events: " + s.starved.map((v) => services[v].id).join(", ")));
    if (s.helps) parts.push(element("p", s.helps[0].toUpperCase() + s.helps.slice(1)));
    return parts;
  }
  const titleOf = (ref) => longNameOf(ref).replace(/^(service|set) /, "");
  /** Any mode that --mode of weir blast takes. */
  function otherMode(ref, on) {
    const form = document.createElement("form"), input = document.createElement("input"), label = element("label", "Other ");
    form.className = "choices";
    input.value = on && !modes.includes(state.mode) ? state.mode : "";
    input.placeholder = "slow=500ms, partial=2/5";
    input.dataset.mode = "other";
    label.append(input);
    form.append(label, element("button", "Try"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.value) fail(on ? state.fail : [ref], input.value.trim());
    });
    return form;
  }
  /** Why there is no answer, and what gives one. */
  function unanswered() {
    if (changes && data.answered && (failing().length === 1 || state.fail.length === 1)) {
      return [element("p", failing().length > 1 ? `Other services have this in common ${state.when} the change.` : `There is no such service ${state.when} the change.`)];
    }
    if (data.engine) return [element("p", "weir computes it.", "faint")];
    if (data.answered && !incidents.after.length) return [element("p", "The answers are being unpacked.", "faint")];
    const ids = failing().map((v) => services[v].id).join(","), quoted = /^[\w.,:/@-]+$/.test(ids) ? ids : "'" + ids.replaceAll("'", "'\\''") + "'";
    const command = `weir blast ${clean(quoted)} --mode ${state.mode}`, code = element("code", command);
    return [
      element("p", data.answered ? "This page has the answers for single services and for those with a property in common. Others are answered by weir serve, or by this command with your sources:"
        : "There are too many services to try each in advance. weir serve answers, or this command with your sources:"),
      code, button("Copy", () => copy(command)),
    ];
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      $("status").textContent = "Copied";
    } catch {
      $("status").textContent = "The browser does not let the page copy: select the text";
    }
  }
  function serviceDetails(v) {
    const s = services[v], parts = [element("h2", s.id)];
    parts.push(definitions([["kind", s.kind], ["tier", s.tier ? String(s.tier) : ""], ["team", s.team], ["owner", s.owner], ["system", s.system], ["zone", s.zone],
      ["", ""], ["runs", (s.runs || []).join(", ")], ["entry", s.entry ? "users come in here" : ""], ["available", s.available], ["declared", s.defined ? "" : "by no input: it is only addressed"]]));
    if (s.places) parts.push(listOf(s.places.slice(0, 5).map((p) => [place(p)])));
    const tools = document.createElement("div");
    tools.className = "choices";
    tools.append(button(state.focus === v ? "Show all" : "Focus", () => update({ focus: state.focus === v ? -1 : v }, true)));
    if (state.focus === v) {
      tools.append(button("Nearer", () => update({ depth: Math.max(1, state.depth - 1) }, true)), button("Farther", () => update({ depth: state.depth + 1 }, true)), element("span", plural(state.depth, "call") + " away"));
    }
    const key = keyOf(v);
    if (key && shown.groups) tools.append(button((isClosed(key) ? "Expand " : "Collapse ") + short(key, 30), () => toggle(key)));
    parts.push(...changedParts(changes && changes.services.get(v)), tools, ...failPanel("s" + v), ...whatIfService(s));
    if (foundAt[v].length) parts.push(element("h3", plural(foundAt[v].length, changes ? "new finding" : "finding")), listOf(foundAt[v].map(findingParts)));
    if (changes && changes.goneAt[v].length) parts.push(element("h3", plural(changes.goneAt[v].length, "finding") + " gone"), listOf(changes.goneAt[v].map(findingParts)));
    const line = (i, other) => {
      const c = calls[i], b = button(short(services[other].id, 120), () => choose("c" + i), "link");
      const words = [c.protocol, c.mode === "async" ? "async" : "", c.strength === "strong" ? "" : c.strength, c.class === "call" ? "" : c.class, c.need === "soft" ? "optional" : ""].filter(Boolean).join(", ");
      const summary = (c.parts || []).flatMap((p) => p.summary || []);
      return [b, " ", ...(changes && changes.markOfCall(i) ? [markSpan(changes.markOfCall(i)), " "] : []), element("span", words, "faint"), ...(summary.length ? [element("p", summary.slice(0, 6).join(", "), "faint")] : [])];
    };
    parts.push(element("h3", "Calls (upstream)"), callsOf[v].length ? listOf(callsOf[v].slice(0, 200).map((i) => line(i, calls[i].to))) : element("p", "none"));
    parts.push(element("h3", "Called by (downstream)"), callersOf[v].length ? listOf(callersOf[v].slice(0, 200).map((i) => line(i, calls[i].from))) : element("p", "none"));
    return parts;
  }
  function callDetails(i) {
    const c = calls[i], parts = [element("h2", services[c.from].id + " calls " + services[c.to].id)];
    parts.push(listOf([["caller (downstream): ", serviceLink(c.from)], ["callee (upstream): ", serviceLink(c.to)]]));
    const kind = grouped(c);
    parts.push(definitions([["protocol", c.protocol], ["mode", c.mode], ["need", c.need], ["class", c.class], ["evidence", c.strength], ["seen", c.seen],
      ["group", kind === undefined ? "" : [groups[kind].kind, groups[kind].name].filter(Boolean).join(" ")], ["fallback", c.fallback ? "only instead of another call" : ""], ["mirror", c.mirror ? "copies of traffic" : ""]]));
    parts.push(...changedParts(changes && changes.calls.get(i)), ...whatIfCall(c), element("h3", "Evidence"), listOf((c.evidence || []).map((e) => [e.way + ", " + e.strength + " ", place(e.place)])));
    parts.push(element("h3", "Policies"));
    if (!c.parts) parts.push(element("p", "none that an input shows"));
    for (const p of c.parts || []) {
      if (p.match) parts.push(element("p", p.match));
      if (p.summary) parts.push(element("p", p.summary.join(", ")));
      parts.push(listOf((p.layers || []).map((l) => [element("span", l.name + ": " + l.summary), ...(l.settings ? [listOf(l.settings.map((s) => [s.text + " ", place(s.place)]))] : [])])));
      for (const h of p.hidden || []) parts.push(element("p", h, "faint"));
    }
    return parts;
  }
  function setDetails(k) {
    const s = sets[k];
    return [element("h2", `${s.property} ${s.value}`), element("p", plural(s.services.length, "service")), ...failPanel("g" + k), element("h3", "Services"), listOf(s.services.slice(0, 200).map((v) => [serviceLink(v)]))];
  }

  function legend() {
    const words = [`${plural(shown.boxes.length, "box").replace("boxs", "boxes")}, ${plural(shown.arrows.length, "arrow")} from caller to callee`];
    const kinds = new Set(shown.boxes.filter((b) => !b.closed).map((b) => services[b.services[0]].kind));
    const shapeWords = { barrel: "barrel", hexagon: "hexagon", cut: "cut corners", ellipse: "ellipse", tag: "tag", slanted: "slanted" };
    for (const shape of Object.keys(shapeWords)) {
      const those = Object.keys(shapeOf).filter((kind) => shapeOf[kind] === shape && kinds.has(kind));
      if (those.length) words.push(shapeWords[shape] + ": " + those.join(" or "));
    }
    const box = (name) => shown.boxes.some((b) => b.class.split(" ").includes(name)), arrow = (name) => shown.arrows.some((a) => a.class.split(" ").includes(name));
    if (box("group")) words.push("double border: a group, click to expand");
    if (box("unsaid")) words.push("dashed border: only addressed");
    if (box("error")) words.push(changes ? "red border: a new error" : "red border: an error");
    if (box("found")) words.push(changes ? "orange border: new findings" : "orange border: findings");
    if (arrow("async")) words.push("dashed: asynchronous");
    if (arrow("weak")) words.push("dotted: weak evidence");
    if (shown.arrows.some((a) => a.open)) words.push("open arrow: optional");
    if (shown.arrows.some((a) => a.diamond)) words.push("diamond: one of a split, pool or failover");
    if (box("tried") || arrow("tried")) words.push("blue: assumed, see Assumed");
    for (const [name, hue] of [["added", "green"], ["changed", "orange"], ["removed", "red"]]) {
      if (arrow(name) || (!scenario() && box(name))) words.push(`${hue}: ${name}`);
    }
    if (arrow("loop")) words.push("red: a cycle");
    if (scenario()) words.push("black: fails first; red, orange, yellow: failed, degraded, slow; green: protected; pale: unaffected");
    const hidden = services.length - shown.boxes.reduce((sum, b) => sum + b.services.length, 0);
    if (shown.thin) words.push(plural(shown.thin, "arrow") + " of fewer calls not drawn");
    if (hidden) words.push(plural(hidden, "service") + " not in view");
    $("legend").textContent = words.join(" · ");
  }

  // ---- What users do.

  function update(change, redraw) {
    Object.assign(state, change);
    writeAddress();
    if (redraw) draw();
    else {
      paint();
      mark();
      legend();
    }
    details();
    controls();
  }
  function choose(ref) {
    update({ select: ref });
    if (ref) $("status").textContent = nameOf(ref).replace(/^service |^set /, "") + " is selected";
  }
  function fail(refs, mode) {
    update({ fail: refs, mode });
    report();
  }
  /** Says in one sentence what the failure does. */
  function report() {
    const s = scenario();
    if (!s) {
      $("status").textContent = "";
      return;
    }
    const words = (of) => {
      const count = (level) => of.victims.filter((victim) => labelOf(victim) === level).length;
      return [4, 3, 2, 1].filter(count).map((level) => count(level) + " " + labels[level]).join(", ") || "no other service is affected";
    };
    const other = hasBefore() ? scenarioOf(otherTime()) : null;
    $("status").textContent = `${short(state.fail.map(titleOf).join(", "), 300)}, ${state.mode}: ` + words(s) + (other ? ` (${otherTime()}: ${words(other)})` : "");
  }
  function toggle(key) {
    setClosed(key, !isClosed(key));
    update({}, true);
  }
  function all(closed) {
    const keys = new Set(services.map((_, v) => keyOf(v)).filter(Boolean));
    for (const key of keys) setClosed(key, closed);
    update({}, true);
  }
  function controls() {
    for (const key of ["group", "strength", "only", "protocol", "kind"]) $(key).value = state[key];
    $("found").checked = state.found;
    $("classes").checked = state.classes;
    $("changed").checked = state.changed;
    $("close-all").disabled = $("open-all").disabled = !state.group;
  }

  /** A click on a box, a frame or an arrow of the picture, or on none. */
  function tapped(of, event) {
    if (!of) return choose("");
    if (of.calls) return choose(of.calls.length === 1 ? "c" + of.calls[0] : "");
    if (of.boxes || of.closed) return toggle((of.closed ? of : of.boxes[0]).key);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return fail(state.fail.includes(of.id) ? state.fail.filter((r) => r !== of.id) : [...state.fail, of.id], state.mode);
    choose(of.id);
  }
  $("search").addEventListener("input", list);
  for (const key of ["group", "strength", "only", "protocol", "kind"]) $(key).addEventListener("change", () => update({ [key]: $(key).value }, true));
  $("found").addEventListener("change", () => update({ found: $("found").checked }, true));
  $("changed").addEventListener("change", () => {
    const changed = $("changed").checked, same = state.group === firstGroup(state.changed);
    update({ changed, group: same ? firstGroup(changed) : state.group }, true);
  });
  $("classes").addEventListener("change", () => update({ classes: $("classes").checked }, true));
  $("close-all").addEventListener("click", () => all(true));
  $("open-all").addEventListener("click", () => all(false));
  $("fit").addEventListener("click", () => picture.fit());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== $("search")) {
      event.preventDefault();
      $("search").focus();
    }
    if (event.key === "Escape") update({ select: "", fail: [] });
  });
  addEventListener("hashchange", () => {
    const before = JSON.stringify(state.tried);
    readAddress();
    if (JSON.stringify(state.tried) !== before) return assume(state.tried);
    draw();
    details();
    controls();
  });

  // ---- Exports of what is in view.

  const quoted = (text) => '"' + clean(text).replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"';
  const inMermaid = (text) => '"' + clean(text).replace(/[#&<>"`\\]/g, (c) => "#" + c.charCodeAt(0) + ";") + '"';
  const exportColors = ["#ffffff", "#1a6b34", "#6b5d00", "#9a5b00", "#b3261e"]; // of labels, and of marks: added, changed and removed
  const levelOfMark = { "": 0, "+": 1, "~": 3, "-": 4 };
  /** How a box is exported: what fails hides what a change does. */
  function exported(b) {
    const lines = b.label.slice(), worst = worstOf(b);
    if (worst) lines.push(worst === injectedLevel ? "fails first" : labels[worst]);
    const level = worst || levelOfMark[changeOfBox(b).mark];
    return { lines, fill: level === injectedLevel ? "#1b1f24" : exportColors[level], ink: level ? "#ffffff" : "#1b1f24", colored: level > 0 };
  }
  const exportedArrow = (a) => ({ stroke: ["#78828c", ...exportColors.slice(1)][levelOfMark[changeOfArrow(a).mark]], words: changeOfArrow(a).words });
  const exporters = {
    svg: () => [picture.file(), "image/svg+xml"],
    mermaid() {
      const index = new Map(shown.boxes.map((b, i) => [b.id, "n" + i]));
      const box = (b) => {
        const { lines, fill, ink, colored } = exported(b), id = index.get(b.id);
        return `  ${id}[${inMermaid(lines.join(" "))}]\n` + (colored ? `  style ${id} fill:${fill},color:${ink}\n` : "");
      };
      const arrow = (a, i) => {
        const { stroke, words } = exportedArrow(a);
        return `  ${index.get(a.from)} -->${words ? "|" + inMermaid(words) + "|" : ""} ${index.get(a.to)}\n` + (words ? `  linkStyle ${i} stroke:${stroke}\n` : "");
      };
      return ["flowchart LR\n" + shown.boxes.map(box).join("") + shown.arrows.map(arrow).join(""), "text/plain"];
    },
    dot() {
      const index = new Map(shown.boxes.map((b, i) => [b.id, "n" + i]));
      const box = (b) => {
        const { lines, fill, ink, colored } = exported(b);
        return `  ${index.get(b.id)} [label=${quoted(lines.join(" "))}${colored ? `, style=filled, fillcolor="${fill}", fontcolor="${ink}"` : ""}]\n`;
      };
      const arrow = (a) => {
        const { stroke, words } = exportedArrow(a);
        return `  ${index.get(a.from)} -> ${index.get(a.to)}${words ? ` [label=${quoted(words)}, color="${stroke}"]` : ""}\n`;
      };
      return ["digraph weir {\n  rankdir=LR\n  node [shape=box]\n" + shown.boxes.map(box).join("") + shown.arrows.map(arrow).join("") + "}\n", "text/plain"];
    },
  };
  async function save(format) {
    const blob = format === "png" ? await picture.png()
      : new Blob([exporters[format]()[0]], { type: exporters[format]()[1] });
    const a = document.createElement("a");
    a.href = URL.createObjectURL(blob);
    a.download = "weir." + { svg: "svg", png: "png", mermaid: "mmd", dot: "dot" }[format];
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  }
  $("export").addEventListener("change", () => {
    const format = $("export").value;
    $("export").value = "";
    if (format) save(format);
  });

  // ---- Start.

  take(JSON.parse($("data").textContent));
  readAddress();
  draw();
  list();
  details();
  controls();
  const ready = () => { document.documentElement.dataset.ready = "1"; };
  if (data.engine) {
    ready();
    problem(unread(data.engine.problem));
    if (state.tried.length) assume(state.tried).then(follow);
    else follow();
  } else if (data.answered) {
    unpack().then(() => {
      if (state.fail.length) update({});
    }, (e) => {
      data.answered = false;
      problem("What fails is not known: " + e.message);
    }).then(ready);
  } else ready();
})();
