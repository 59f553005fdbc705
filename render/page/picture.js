"use strict";
// The picture of the page: boxes and arrows in SVG, which users move and zoom. How they look is in
// the style of the page, by their classes. Texts become text nodes, never markup.
const makePicture = (container, tapped) => {
  const ns = "http://www.w3.org/2000/svg";
  function node(name, attributes, ...children) {
    const e = document.createElementNS(ns, name);
    for (const key in attributes) e.setAttribute(key, attributes[key]);
    e.append(...children);
    return e;
  }
  const svg = node("svg", { id: "picture", preserveAspectRatio: "xMidYMid meet" });
  container.replaceChildren(svg);

  // ---- Geometry: x and y are the middle of a box.

  const fixed = (x) => Math.round(x * 10) / 10;
  const point = ([x, y]) => fixed(x) + " " + fixed(y);
  const polygon = (...points) => node("polygon", { points: points.map(point).join(" ") });
  const shapes = {
    box: (w, h) => node("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 5 }),
    ellipse: (w, h) => node("ellipse", { rx: w / 2, ry: h / 2 }),
    hexagon: (w, h) => polygon([-w / 2, 0], [10 - w / 2, -h / 2], [w / 2 - 10, -h / 2], [w / 2, 0], [w / 2 - 10, h / 2], [10 - w / 2, h / 2]),
    cut: (w, h) => polygon([-w / 2, 7 - h / 2], [7 - w / 2, -h / 2], [w / 2 - 7, -h / 2], [w / 2, 7 - h / 2], [w / 2, h / 2 - 7], [w / 2 - 7, h / 2], [7 - w / 2, h / 2], [-w / 2, h / 2 - 7]),
    tag: (w, h) => polygon([-w / 2, -h / 2], [w / 2 - 10, -h / 2], [w / 2, 0], [w / 2 - 10, h / 2], [-w / 2, h / 2]),
    slanted: (w, h) => polygon([-w / 2, -h / 2], [w / 2 - 10, -h / 2], [w / 2, h / 2], [10 - w / 2, h / 2]),
    barrel: (w, h) => node("path", { d: `M${-w / 2} ${5 - h / 2}a${w / 2} 5 0 0 1 ${w} 0v${h - 10}a${w / 2} 5 0 0 1 ${-w} 0zm0 0a${w / 2} 5 0 0 0 ${w} 0` }),
  };
  /** How much wider and higher than its text a box is, for its shape. */
  const margins = { ellipse: [24, 4], hexagon: [12, 0], tag: [12, 0], slanted: [14, 0], barrel: [0, 10] };
  /** Where the line from the middle of a box to a point leaves it. */
  function border(b, [x, y]) {
    const dx = x - b.x, dy = y - b.y;
    const t = b.shape === "ellipse" ? 1 / Math.hypot((2 * dx) / b.width, (2 * dy) / b.height) : Math.min(b.width / 2 / Math.abs(dx), b.height / 2 / Math.abs(dy));
    return Number.isFinite(t) && t < 1 ? [b.x + dx * t, b.y + dy * t] : [b.x, b.y];
  }
  /** The corners of an arrow, from border to border. */
  function corners(a) {
    const { fromBox: from, toBox: to } = a, through = a.points || [];
    if (from === to) {
      const x = from.x + from.width / 2, y = from.y - from.height / 2;
      return [[x - 22, y], [x - 22, y - 16], [x + 14, y - 16], [x + 14, y + 12], [x, y + 12]];
    }
    return [border(from, through[0] || [to.x, to.y]), ...through, border(to, through[through.length - 1] || [from.x, from.y])];
  }
  /** A line through points with round corners. */
  function rounded(points) {
    let d = "M" + point(points[0]);
    for (let i = 1; i < points.length - 1; i++) {
      const [p, q, r] = [points[i - 1], points[i], points[i + 1]];
      const toward = ([x, y]) => {
        const l = Math.hypot(x - q[0], y - q[1]), t = l ? Math.min(10, l / 2) / l : 0;
        return [q[0] + (x - q[0]) * t, q[1] + (y - q[1]) * t];
      };
      d += "L" + point(toward(p)) + "Q" + point(q) + " " + point(toward(r));
    }
    return d + "L" + point(points[points.length - 1]);
  }
  /** The point halfway along. */
  function middle(points) {
    const lengths = points.slice(1).map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1]));
    let left = lengths.reduce((s, l) => s + l, 0) / 2;
    for (let i = 0; i < lengths.length; i++) {
      if (left <= lengths[i]) {
        const t = lengths[i] ? left / lengths[i] : 0;
        return [points[i][0] + (points[i + 1][0] - points[i][0]) * t, points[i][1] + (points[i + 1][1] - points[i][1]) * t];
      }
      left -= lengths[i];
    }
    return points[0];
  }
  /** The end of an arrow at a point, coming from another one; and a diamond, which begins there. */
  function head([x, y], [fromX, fromY], open) {
    const l = Math.hypot(x - fromX, y - fromY) || 1, ux = (x - fromX) / l, uy = (y - fromY) / l;
    const side = (s) => point([x - 9 * ux - s * 4 * uy, y - 9 * uy + s * 4 * ux]);
    return node("path", { class: open ? "open head" : "head", d: `M${side(1)}L${point([x, y])}L${side(-1)}${open ? "" : "z"}` });
  }
  function diamond([x, y], [toX, toY]) {
    const l = Math.hypot(x - toX, y - toY) || 1, ux = (toX - x) / l, uy = (toY - y) / l;
    const at = (along, beside) => point([x + along * ux - beside * uy, y + along * uy + beside * ux]);
    return node("path", { class: "diamond", d: `M${at(0, 0)}L${at(6, 4)}L${at(12, 0)}L${at(6, -4)}z` });
  }

  // ---- What is drawn.

  let drawn = { boxes: [], frames: [], arrows: [] }, elements = new Map(), whole = { x: 0, y: 0, w: 1, h: 1 };
  function text(lines, x, y, step) {
    return node("text", { x: fixed(x) }, ...lines.map((line, k) => node("tspan", { x: fixed(x), y: fixed(y + step * (k - (lines.length - 1) / 2)) }, line)));
  }
  function boxOf(b) {
    const shape = shapes[b.shape](b.width, b.height);
    shape.classList.add("shape");
    return node("g", { transform: `translate(${fixed(b.x)} ${fixed(b.y)})` }, node("title", {}, b.title), shape, ...(b.closed ? [shapes.box(b.width - 6, b.height - 6)] : []), text(b.label, 0, b.shape === "barrel" ? 7 : 4, 16));
  }
  function arrowOf(a) {
    const points = corners(a), n = points.length;
    a.corners = points;
    const parts = [node("path", { class: "line", d: rounded(points), "stroke-width": fixed(a.width) }), head(points[n - 1], points[n - 2], a.open)];
    if (a.diamond) parts.push(diamond(points[0], points[1]));
    if (a.label) parts.push(text([a.label], ...middle(points), 10));
    return node("g", {}, ...parts);
  }
  /** The frame around the boxes of a group. */
  function framed(f) {
    const least = (list) => list.reduce((m, x) => Math.min(m, x), Infinity), most = (list) => list.reduce((m, x) => Math.max(m, x), -Infinity);
    const x = least(f.boxes.map((b) => b.x - b.width / 2)) - 10, y = least(f.boxes.map((b) => b.y - b.height / 2)) - 24;
    f.place = { x, y, w: most(f.boxes.map((b) => b.x + b.width / 2)) + 10 - x, h: most(f.boxes.map((b) => b.y + b.height / 2)) + 10 - y };
    const { w, h } = f.place;
    return node("g", {}, node("title", {}, f.title), node("rect", { class: "shape", x: fixed(x), y: fixed(y), width: fixed(w), height: fixed(h), rx: 6 }), text([f.label], x + w / 2, y + 15, 16));
  }
  /**
   * Draws boxes {id, x, y, width, height, shape, label: lines, title, class}, frames {id, boxes, label, title} behind
   * them, and arrows {id, fromBox, toBox, points, width, label, open, diamond, class} between them.
   */
  function draw(what) {
    drawn = what;
    elements = new Map();
    const list = [];
    const keep = (of, kind, e) => {
      of.element = e;
      e.dataset.ref = of.id;
      of.base = kind + (of.class ? " " + of.class : "");
      of.state = "";
      e.setAttribute("class", of.base);
      elements.set(of.id, of);
      list.push(e);
    };
    for (const f of what.frames) keep(f, "frame", framed(f));
    for (const a of what.arrows) keep(a, "arrow", arrowOf(a));
    for (const b of what.boxes) keep(b, "box", boxOf(b));
    svg.replaceChildren(...list);
    const spots = [...what.boxes.map((b) => ({ x: b.x - b.width / 2, y: b.y - b.height / 2, w: b.width, h: b.height })), ...what.frames.map((f) => f.place)];
    for (const a of what.arrows) for (const [x, y] of a.corners) spots.push({ x, y, w: 0, h: 0 });
    const edges = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const s of spots) {
      edges.left = Math.min(edges.left, s.x);
      edges.top = Math.min(edges.top, s.y);
      edges.right = Math.max(edges.right, s.x + s.w);
      edges.bottom = Math.max(edges.bottom, s.y + s.h);
    }
    whole = spots.length ? { x: edges.left - 24, y: edges.top - 24, w: edges.right - edges.left + 48, h: edges.bottom - edges.top + 48 } : { x: 0, y: 0, w: 100, h: 100 };
    fit();
  }
  /** Gives each box and arrow the classes that classOf says, besides its own. */
  function paint(classOf) {
    for (const of of elements.values()) {
      const state = classOf(of);
      if (state === of.state) continue;
      of.state = state;
      of.element.setAttribute("class", state ? of.base + " " + state : of.base);
    }
  }

  // ---- What is in view.

  let view = whole;
  function show(next) {
    view = next;
    svg.setAttribute("viewBox", `${fixed(view.x)} ${fixed(view.y)} ${fixed(view.w)} ${fixed(view.h)}`);
  }
  const largest = 1.4; // few boxes do not fill the page
  function fit() {
    const r = svg.getBoundingClientRect(), w = Math.max(whole.w, r.width / largest), h = Math.max(whole.h, r.height / largest);
    show({ x: whole.x - (w - whole.w) / 2, y: whole.y - (h - whole.h) / 2, w, h });
  }
  function at(event) {
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [p.x, p.y];
  }
  function zoom([x, y], by) {
    const k = Math.min(Math.max(by, 20 / view.w), (20 * Math.max(whole.w, whole.h)) / view.w);
    show({ x: x - (x - view.x) * k, y: y - (y - view.y) * k, w: view.w * k, h: view.h * k });
  }
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(at(event), Math.exp(Math.max(-300, Math.min(300, event.deltaY * (event.deltaMode ? 20 : 1))) / 500));
  }, { passive: false });

  // One finger or the mouse moves the picture, two fingers zoom it; what hardly moves is a click.
  const down = new Map();
  let moved = 0;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!down.size) moved = 0;
    down.set(event.pointerId, [event.clientX, event.clientY]);
  });
  svg.addEventListener("pointermove", (event) => {
    const was = down.get(event.pointerId);
    if (!was) return;
    const now = [event.clientX, event.clientY], scale = 1 / svg.getScreenCTM().a;
    moved += Math.hypot(now[0] - was[0], now[1] - was[1]);
    if (moved < 4) return;
    if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
    down.set(event.pointerId, now);
    const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    if (other) {
      const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
      zoom(at({ clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 }), apart(was) / apart(now));
    } else show({ ...view, x: view.x - (now[0] - was[0]) * scale, y: view.y - (now[1] - was[1]) * scale });
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => down.delete(event.pointerId));
  svg.addEventListener("click", (event) => {
    if (moved >= 4) return;
    const e = event.target.closest("[data-ref]"), of = e && elements.get(e.dataset.ref);
    tapped(of && !of.boxes ? of : nearest(at(event)) || of || null, event);
  });
  /** The arrow that a point is at, if one is. */
  function nearest([x, y]) {
    let best = null, least = 6 / svg.getScreenCTM().a;
    for (const a of drawn.arrows) {
      a.corners.forEach((q, i) => {
        const p = a.corners[i - 1];
        if (!p) return;
        const dx = q[0] - p[0], dy = q[1] - p[1], t = Math.max(0, Math.min(1, ((x - p[0]) * dx + (y - p[1]) * dy) / (dx * dx + dy * dy || 1)));
        const distance = Math.hypot(p[0] + dx * t - x, p[1] + dy * t - y);
        if (distance < least) [best, least] = [a, distance];
      });
    }
    return best;
  }

  /** The picture as a file of its own, in light colors. */
  function file() {
    const copy = svg.cloneNode(true), rules = [...document.styleSheets[0].cssRules];
    const style = rules.filter((r) => r.selectorText === ":root" || (r.selectorText || "").startsWith("#picture")).map((r) => r.cssText).join("\n");
    copy.setAttribute("viewBox", `${fixed(whole.x)} ${fixed(whole.y)} ${fixed(whole.w)} ${fixed(whole.h)}`);
    copy.setAttribute("width", Math.ceil(whole.w));
    copy.setAttribute("height", Math.ceil(whole.h));
    copy.prepend(node("style", {}, style.replaceAll("color-scheme: light dark;", "")));
    for (const e of copy.querySelectorAll("[data-ref]")) delete e.dataset.ref;
    return new XMLSerializer().serializeToString(copy) + "\n";
  }
  async function png() {
    const image = new Image();
    const loaded = new Promise((yes, no) => Object.assign(image, { onload: yes, onerror: () => no(new Error("the picture cannot be drawn")) }));
    const address = URL.createObjectURL(new Blob([file()], { type: "image/svg+xml" }));
    image.src = address;
    await loaded;
    const scale = Math.min(2, 8000 / whole.w, 8000 / whole.h), canvas = document.createElement("canvas");
    canvas.width = Math.ceil(whole.w * scale);
    canvas.height = Math.ceil(whole.h * scale);
    const c = canvas.getContext("2d");
    c.fillStyle = "#ffffff";
    c.fillRect(0, 0, canvas.width, canvas.height);
    c.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    return new Promise((go) => canvas.toBlob(go, "image/png"));
  }
  return { draw, paint, fit, file, png, margins };
};
