/* The map of the app and of the offline page: draws a scene, shows what it is told to show, says what was clicked.
   Every text from data reaches the page through textContent or a canvas, never as HTML. Leaflet 1.9.4. */
(function () {
  "use strict";

  var SIZES = [[16, 2], [17, 2.5], [18, 3.5], [19, 4.5], [99, 5.5]];
  function sized(zoom) { for (var i = 0; i < SIZES.length; i++) { if (zoom < SIZES[i][0]) { return SIZES[i][1]; } } return 5.5; }

  /* Shapes of one canvas. `away` objects are neither drawn nor hit: layers are switched without changing the order of drawing. */
  function hiding(Base) {
    return Base.extend({
      _updatePath: function () { if (!this.away()) { this.paint(); } },
      _containsPoint: function (p) { return !this.away() && this.inside(p); },
      away: function () { return this.dp.hidden || this.dp.off || this._map.getZoom() < this.dp.minZoom; },
      paint: function () { Base.prototype._updatePath.call(this); },
      inside: function (p) { return Base.prototype._containsPoint.call(this, p); }
    });
  }
  var Area = hiding(L.Polygon);
  var Line = hiding(L.Polyline);
  var Mark = hiding(L.CircleMarker).extend({
    _project: function () {
      var zoom = this._map.getZoom(), shift = this.dp.shape === "badge" ? (this.dp.p.x || 0) * 17 : 0;
      this._radius = this.dp.shape === "badge" ? (zoom < 16 ? 3.5 : zoom < 17 ? 6 : 9) * (this.dp.p.v === "notice" ? 0.7 : 1) : sized(zoom);
      this._point = this._map.latLngToLayerPoint(this._latlng).add([zoom < 16 ? 0 : shift, 0]);
      this._updateBounds();
    },
    paint: function () {
      var renderer = this._renderer, ctx = renderer._ctx, p = this._point, r = this._radius;
      if (!renderer._drawing || this._empty()) { return; }
      ctx.beginPath();
      if (this.dp.shape === "square") { ctx.rect(p.x - r, p.y - r, 2 * r, 2 * r); }
      else if (this.dp.shape === "diamond") { ctx.moveTo(p.x, p.y - r * 1.3); ctx.lineTo(p.x + r * 1.3, p.y); ctx.lineTo(p.x, p.y + r * 1.3); ctx.lineTo(p.x - r * 1.3, p.y); ctx.closePath(); }
      else { ctx.arc(p.x, p.y, r, 0, 6.2832); }
      renderer._fillStroke(ctx, this);
      if (this.dp.shape === "badge" && r > 5 && this.dp.look.sign) {
        ctx.globalAlpha = this.options.opacity; ctx.fillStyle = this.dp.look.ink; ctx.font = "600 " + (r + 3) + "px sans-serif";
        ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.fillText(this.dp.look.sign, p.x, p.y + 0.5); ctx.globalAlpha = 1;
      }
    },
    _updateBounds: function () { var r = this._radius * 1.4 + 2; this._pxBounds = new L.Bounds(this._point.subtract([r, r]), this._point.add([r, r])); },
    inside: function (p) { return p.distanceTo(this._point) <= this._radius + 2; }
  });

  /* Names and numbers on a canvas of their own, above everything, cleared of overlaps. */
  var Labels = L.Layer.extend({
    initialize: function (view) { this.view = view; },
    onAdd: function (map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("labels"));
      map.on("moveend zoomend resize viewreset", this.draw, this); this.draw();
    },
    onRemove: function (map) { map.off("moveend zoomend resize viewreset", this.draw, this); this.canvas.remove(); },
    draw: function () {
      var map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1, ctx = this.canvas.getContext("2d"), placed = [], dark = this.view.state.dark, badges = this.view.badges();
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.canvas.width = size.x * ratio; this.canvas.height = size.y * ratio; this.canvas.style.width = size.x + "px"; this.canvas.style.height = size.y + "px";
      ctx.scale(ratio, ratio); ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.lineJoin = "round";
      this.view.labels(map.getZoom(), map.getBounds().pad(0.02)).forEach(function (label) {
        var at = map.latLngToContainerPoint(label.at);
        if (badges.some(function (b) { return Math.abs(b.x - at.x) < 22 && Math.abs(b.y - at.y) < 13; })) { at = at.add([0, 17]); }
        var lines = label.lines, width = 0, height = label.px * 1.25 * lines.length;
        ctx.font = (label.bold ? "600 " : "") + label.px + "px 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif";
        lines.forEach(function (t) { width = Math.max(width, ctx.measureText(t).width); });
        var box = [at.x - width / 2 - 1, at.y - height / 2, at.x + width / 2 + 1, at.y + height / 2];
        if (placed.length > 600 || placed.some(function (b) { return box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]; })) { return; }
        placed.push(box); ctx.lineWidth = 3; ctx.strokeStyle = dark ? "rgba(15,19,24,.9)" : "rgba(255,255,255,.9)"; ctx.fillStyle = dark ? "#eef2f6" : "#1c2733";
        lines.forEach(function (t, i) {
          var y = at.y - height / 2 + label.px * 1.25 * (i + 0.5); ctx.strokeText(t, at.x, y); ctx.fillText(t, at.x, y);
        });
      });
    }
  });

  function middle(shape) { if (shape.getLatLng) { return shape.getLatLng(); } try { return shape.getCenter(); } catch (e) { return shape.getBounds().getCenter(); } }
  function element(tag, cls, text) { var e = document.createElement(tag); if (cls) { e.className = cls; } if (text !== undefined && text !== null) { e.textContent = text; } return e; }
  function key(kind, id) { return kind + "\u0000" + id; }
  var KIND = { buildings: "building", plates: "plate", addresses: "address", findings: "finding", villages: "village", links: "link" };

  function View(map, cfg, tell) {
    var view = this;
    this.map = map; this.cfg = cfg; this.tell = tell; this.group = L.featureGroup(); this.clear();
    this.state = { layers: {}, words: {}, legend: [], dark: false, mask: null, selected: null, fills: null };
    map.createPane("labels").style.zIndex = 650; map.getPane("labels").style.pointerEvents = "none";
    map.createPane("chosen").style.zIndex = 640; map.getPane("chosen").style.pointerEvents = "none";
    this.canvas = L.canvas({ padding: 0.3 }); this.svg = L.svg({ pane: "chosen", padding: 0.3 });
    if (map.attributionControl) { map.attributionControl.setPrefix(false); }
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    this.chosen = L.layerGroup().addTo(map); this.names = new Labels(this).addTo(map); this.legend = new Legend(this).addTo(map);
    map.on("zoomend", function () { view.legend.draw(); });
    // The frame gets its height from a style sheet that may come after the map.
    if (window.ResizeObserver) { new ResizeObserver(function () { map.invalidateSize({ pan: false }); }).observe(map.getContainer()); }
    this.group.on("click", function (e) { L.DomEvent.stopPropagation(e); view.pick(e.layer || e.propagatedFrom); });
    this.group.bindTooltip(function (shape) { return view.tip(shape); }, { sticky: true, direction: "top", opacity: 0.95 });
  }
  View.prototype = {
    clear: function () { this.shapes = []; this.byKey = {}; this.findings = []; this.touching = {}; this.mild = {}; this.scene = null; this.group.clearLayers(); this.group.remove(); },

    load: function (scene) {
      var view = this; this.clear(); this.scene = scene;
      this.cfg.layers.forEach(function (spec) {
        var found = scene.layers[spec.name]; if (!found) { return; }
        found.features.forEach(function (feature, i) {
          if (spec.name === "findings") { view.note(feature.properties, i); }
          var shape = feature.geometry && view.shape(spec, feature, i); if (!shape) { return; }
          view.shapes.push(shape); view.byKey[key(KIND[spec.name], feature.properties.id)] = shape; view.group.addLayer(shape);
        });
      });
      this.mild = {}; this.findings.forEach(function (p) { if (p.v === "notice") { view.mild[p.s] = true; } });
      this.restyle(); this.group.addTo(this.map); this.names.draw();
    },

    note: function (p, i) {
      var view = this; this.findings.push(p);
      [[p.k, p.o]].concat(p.r || []).forEach(function (o) { var k = key(o[0], o[1]); (view.touching[k] = view.touching[k] || []).push(i); });
    },

    shape: function (spec, feature, i) {
      var g = feature.geometry, depth = { Polygon: 1, MultiPolygon: 2, LineString: 0, MultiLineString: 1 }[g.type], at, shape, o = { renderer: this.canvas };
      at = g.type === "Point" ? L.latLng(g.coordinates[1], g.coordinates[0]) : depth === undefined ? null : L.GeoJSON.coordsToLatLngs(g.coordinates, depth);
      if (!at) { return null; }
      if (spec.shape === "area" || spec.shape === "ground") { shape = new Area(at, o); }
      else if (spec.shape === "line") { shape = new Line(at, L.extend(o, { interactive: false })); }
      else { shape = new Mark(at, o); }
      shape.dp = { p: feature.properties, shape: spec.shape, layer: spec.name, kind: KIND[spec.name], minZoom: spec.min_zoom, index: i, look: null, hidden: false, off: false };
      return shape;
    },

    look: function (code) { return this.cfg.looks[code] || this.cfg.other; },
    on: function (i) { return !this.state.mask || !!this.state.mask[i]; },

    /* The code an object is drawn by: its status, or under a filter the first finding that is shown and speaks of it. */
    code: function (dp) {
      var view = this, mine;
      if (dp.kind === "finding" || !this.state.mask) { return dp.p.s; }
      mine = (this.touching[key(dp.kind, dp.p.id)] || []).filter(function (i) { return view.on(i); });
      return mine.length ? this.findings[mine[0]].s : null;
    },

    style: function (dp) {
      var dark = this.state.dark, code, look, link, fill, edge = dark ? "#0f1318" : "#ffffff", quiet;
      if (dp.shape === "ground") {
        fill = this.state.fills && this.state.fills[dp.p.id];
        if (this.state.fills) { return { color: fill && !fill.colour ? "#7c8b99" : edge, weight: fill && !fill.colour ? 1.5 : 2, dashArray: fill && !fill.colour ? "5 5" : null, fillColor: fill && fill.colour || "#7c8b99", fillOpacity: fill && fill.colour ? 0.86 : 0.08, opacity: 1 }; }
        return { color: dark ? "#5a6876" : "#8aa0b5", weight: dp.p.own ? 2.5 : 1, dashArray: "6 6", fillColor: dark ? "#1d232a" : "#f8f5ee", fillOpacity: dp.p.own ? 1 : 0.35, opacity: 0.9 };
      }
      if (dp.shape === "line") { link = this.cfg.links[dp.p.s] || this.cfg.links.undecided; return { color: link.colour, weight: link.weight, dashArray: link.dash || null, opacity: this.state.mask ? 0.35 : 0.9, fill: false }; }
      code = this.code(dp); quiet = code === null; look = dp.look = this.look(quiet ? "matched" : code);
      if (dp.shape === "area") {
        fill = look.fill === "#d9e0e6" && dark ? "#33404c" : look.fill;
        return { color: look.fill === "#d9e0e6" ? (dark ? "#5a6876" : "#97a6b4") : (dark ? "#f1f4f7" : "#3a3a3a"), weight: quiet ? 0.6 : 1, dashArray: look.dash || null, fillColor: fill, fillOpacity: quiet ? 0.25 : (this.mild[code] ? 0.4 : 0.85), opacity: quiet ? 0.5 : 1 };
      }
      fill = look.fill === "#d9e0e6" && dark ? "#4a5a69" : look.fill;
      return { color: dp.shape === "badge" ? (dp.p.c === "suspect" ? "#3a3a3a" : edge) : (dark ? "#9fadba" : "#44525f"), dashArray: dp.p.c === "suspect" ? "2 2" : null, weight: dp.shape === "badge" ? 1.5 : 1, fillColor: fill, fillOpacity: quiet ? 0.25 : 1, opacity: quiet ? 0.35 : 1 };
    },

    restyle: function () {
      var view = this, layers = this.state.layers;
      this.shapes.forEach(function (shape) {
        var dp = shape.dp; dp.off = layers[dp.layer] === false; dp.hidden = dp.kind === "finding" && !view.on(dp.index);
        L.setOptions(shape, view.style(dp)); if (shape._map) { view.canvas._updateDashArray(shape); } else if (typeof shape.options.dashArray === "string") { shape.options._dashArray = shape.options.dashArray.split(/[, ]+/).map(Number); } else { shape.options._dashArray = null; }
      });
      if (this.canvas._map) { this.canvas._redrawBounds = null; this.canvas._redraw(); }
      this.names.draw();
    },

    labels: function (zoom, seen) {
      var view = this, out = [];
      this.shapes.forEach(function (shape) {
        var dp = shape.dp, fill, box;
        if (!shape._map || (dp.shape !== "ground" && dp.shape !== "area")) { return; }
        if (dp.shape === "ground" ? !(view.state.fills || zoom < 17) || !dp.p.t : zoom < 18 || !dp.p.t || shape.away()) { return; }
        box = shape.getBounds(); if (!seen.intersects(box)) { return; }
        fill = view.state.fills && view.state.fills[dp.p.id];
        out.push({ at: dp.shape === "ground" ? middle(shape) : box.getCenter(), px: dp.shape === "ground" ? 13 : 11, bold: dp.shape === "ground", lines: fill ? [dp.p.t].concat(fill.lines) : [dp.p.t] });
      });
      return out;
    },

    /* Where badges stand just now, so that numbers step aside. */
    badges: function () {
      var map = this.map; if (map.getZoom() < 17) { return []; }
      return this.shapes.filter(function (s) { return s.dp.shape === "badge" && s._map && !s.away(); }).map(function (s) { return map.layerPointToContainerPoint(s._point); });
    },

    tip: function (shape) {
      var dp = shape.dp, fill = this.state.fills && this.state.fills[dp.p.id], box = element("div", "dp-tip"), code = dp.look && this.code(dp);
      box.appendChild(element("b", "", dp.shape === "ground" ? dp.p.t : (dp.p.t ? dp.p.t + " · " : "") + (dp.kind === "finding" ? dp.p.o : dp.p.id)));
      if (code) { box.appendChild(element("div", "", this.title(code))); }
      if (fill) { fill.lines.forEach(function (line) { box.appendChild(element("div", "", line)); }); }
      return box;
    },
    title: function (code) { return (this.state.titles || {})[code] || code; },

    pick: function (shape) {
      var dp = shape && shape.dp; if (!dp || dp.kind === "link") { return; }
      if (dp.kind === "village" && dp.p.own) { return; }
      if (dp.kind !== "village") { this.choose({ kind: dp.kind, id: dp.p.id }); }
      this.tell({ kind: dp.kind, id: dp.p.id });
    },

    choose: function (which, fly) {
      var view = this, shape, key_, zoom, at;
      this.chosen.clearLayers(); this.state.selected = which; if (!which) { return; }
      key_ = key(which.kind, which.id); shape = this.byKey[key_]; if (!shape) { return; }
      this.ring(shape, true);
      if (which.kind === "finding") { [[shape.dp.p.k, shape.dp.p.o]].concat(shape.dp.p.r || []).forEach(function (o) { var other = view.byKey[key(o[0], o[1])]; if (other) { view.ring(other, false); } }); }
      (this.state.partners || []).forEach(function (o) {
        var other = view.byKey[key(o[0], o[1])]; if (!other || other === shape) { return; }
        view.ring(other, false);
        view.chosen.addLayer(L.polyline([middle(shape), middle(other)], { renderer: view.svg, pane: "chosen", interactive: false, weight: 2, color: view.state.dark ? "#7cc0ff" : "#0072B2", opacity: 0.9 }));
      });
      if (fly) {
        at = middle(shape); zoom = Math.max(this.map.getZoom(), 18);
        if (fly === "jump") { this.map.setView(at, zoom, { animate: false }); } else { this.map.flyTo(at, zoom, { duration: 0.5 }); }
      }
    },

    ring: function (shape, main) {
      var view = this, dark = this.state.dark, styles = main ? [[9, dark ? "#000" : "#fff"], [4, dark ? "#fff" : "#000"]] : [[3, "#0072B2"]];
      styles.forEach(function (s) {
        var o = { renderer: view.svg, pane: "chosen", interactive: false, weight: s[0], color: s[1], fill: false, opacity: 1, dashArray: main ? null : "6 4" };
        view.chosen.addLayer(shape.getLatLng ? L.circleMarker(shape.getLatLng(), L.extend(o, { radius: main ? 15 : 11 })) : L.polygon(shape.getLatLngs(), o));
      });
    },

    fit: function () { if (this.scene && this.scene.bounds) { this.map.fitBounds(this.scene.bounds, { animate: false, padding: [10, 10] }); } },

    /* Take over a new state. Geometry is fetched when the scope changes; everything else is drawn in place. */
    apply: function (state) {
      var view = this, old = this.state, moved = state.scene !== old.scene, hex = state.mask;
      state.mask = typeof hex === "string" ? bits(hex) : hex; this.state = state;
      this.map.getContainer().classList.toggle("dp-dark", !!state.dark); this.legend.draw();
      if (moved) { view.fetch(); return; }
      if (this.scene) { this.restyle(); this.choose(state.selected, state.fly !== old.fly && state.fly ? "fly" : null); this.ready(); }
    },

    fetch: function () {
      var view = this, wanted = this.state.scene, box = this.map.getContainer(); box.dataset.ready = "loading"; this.message("loading");
      fetch(this.state.url, { credentials: "same-origin" }).then(function (r) {
        if (!r.ok || (r.headers.get("content-type") || "").indexOf("json") < 0) { throw new Error(String(r.status)); }
        return r.json();
      }).then(function (scene) {
        if (view.state.scene !== wanted) { return; }
        view.message(null); view.load(scene); view.fit(); view.choose(view.state.selected, view.state.fly ? "jump" : null); view.ready();
      }).catch(function (e) { box.dataset.ready = "failed"; view.message("failed"); if (window.console) { console.warn("scene", e.message); } });
    },

    ready: function () {
      var s = this.state, box = this.map.getContainer(), shown = this.shapes.filter(function (x) { return !x.dp.hidden && x.dp.kind === "finding"; }).length;
      box.dataset.shown = shown; box.dataset.selected = s.selected ? s.selected.kind + ":" + s.selected.id : ""; box.dataset.dark = !!s.dark; box.dataset.language = s.language || ""; box.dataset.ready = s.scene || "page";
    },

    message: function (which) {
      var box = this.map.getContainer(), old = box.querySelector(".dp-message"); if (old) { old.remove(); }
      if (which) { box.appendChild(element("div", "dp-message", this.state.words[which] || which)); }
    }
  };

  function bits(hex) {
    var out = [], i, n; for (i = 0; i < hex.length; i++) { n = parseInt(hex[i], 16); out.push(n & 8, n & 4, n & 2, n & 1); } return out;
  }

  /* The legend is the filter: what is pressed is shown, nothing pressed is all. */
  var Legend = L.Control.extend({
    options: { position: "topright" },
    initialize: function (view) { this.view = view; this.open = window.innerWidth > 700; },
    onAdd: function () { this.box = element("div", "dp-legend leaflet-control"); L.DomEvent.disableClickPropagation(this.box); L.DomEvent.disableScrollPropagation(this.box); this.draw(); return this.box; },
    draw: function () {
      var legend = this, view = this.view, s = view.state, w = s.words, top = this.body ? this.body.scrollTop : 0, focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.press : null, head, body;
      this.box.textContent = ""; if (!s.names) { this.box.style.display = "none"; return; }
      this.box.style.display = ""; head = element("button", "dp-head", (this.open ? "▾ " : "▸ ") + (w.legend || "")); head.type = "button"; head.setAttribute("aria-expanded", this.open);
      head.onclick = function () { legend.open = !legend.open; legend.draw(); }; this.box.appendChild(head); this.body = null; if (!this.open) { return; }
      body = this.body = element("div", "dp-body"); this.box.appendChild(body);
      if (s.scale) { s.scale.forEach(function (row) { body.appendChild(legend.row(legend.swatch("area", { fill: row.colour || "transparent", ink: "#000", sign: "", dash: row.colour ? "" : "3" }), row.label)); }); }
      if (view.cfg.switches && !s.fills) {
        body.appendChild(element("h4", "", w.layers));
        view.cfg.layers.forEach(function (spec) {
          if (spec.name === "villages") { return; }
          var off = s.layers[spec.name] === false, b = legend.button(legend.swatch(spec.shape, view.look("matched")), s.names[spec.name] + (view.map.getZoom() < spec.min_zoom && !off ? " " + w.zoom : ""), "", !off);
          b.dataset.press = "layer:" + spec.name; b.onclick = function () { view.tell({ layer: spec.name, shown: off }); }; body.appendChild(b);
          if (spec.name === "links" && !off) { legend.links(body); }
        });
      }
      if (s.legend.length) {
        head = element("h4", "", w.findings); body.appendChild(head);
        if (s.legend.some(function (r) { return r.on; })) { var all = element("button", "dp-all", w.all); all.type = "button"; all.dataset.press = "all"; all.onclick = function () { view.tell({ all: true }); }; head.appendChild(all); }
        s.legend.forEach(function (r) {
          var b = legend.button(legend.swatch("badge", view.look(r.code)), r.label, r.n, r.on); b.dataset.press = r.code;
          b.onclick = function () { view.tell({ code: r.code }); }; body.appendChild(b);
        });
      }
      body.scrollTop = top; if (focus) { Array.prototype.forEach.call(body.querySelectorAll("[data-press]"), function (b) { if (b.dataset.press === focus) { b.focus({ preventScroll: true }); } }); }
    },
    links: function (body) {
      var legend = this, links = this.view.cfg.links, names = this.view.state.names;
      Object.keys(links).forEach(function (state) {
        var line = legend.swatch("line", null); line.style.borderColor = links[state].colour; line.style.borderTopWidth = Math.ceil(links[state].weight) + "px";
        line.style.borderTopStyle = !links[state].dash ? "solid" : links[state].weight > 2 ? "dotted" : "dashed"; var r = legend.row(line, names["link:" + state]); r.classList.add("dp-sub"); body.appendChild(r);
      });
    },
    row: function (swatch, text) { var r = element("div", "dp-row"); r.appendChild(swatch); r.appendChild(element("span", "dp-name", text)); return r; },
    button: function (swatch, text, n, on) {
      var b = element("button", "dp-row"); b.type = "button"; b.setAttribute("aria-pressed", !!on); b.appendChild(swatch); b.appendChild(element("span", "dp-name", text));
      if (n !== "") { b.appendChild(element("span", "dp-n", n)); } return b;
    },
    swatch: function (shape, look) {
      var i = element("i", "dp-swatch dp-" + shape, shape === "badge" ? look.sign : ""); if (shape !== "line") { i.style.background = look.fill; i.style.color = look.ink; if (look.dash) { i.style.borderStyle = "dashed"; } } return i;
    }
  });

  window.Doorplate = {
    mount: function (map, cfg, tell) { var view = new View(map, cfg, tell); window.Doorplate.view = view; return view.group; },
    apply: function (state) { window.Doorplate.view.apply(state); },
    element: element, key: key
  };
})();
