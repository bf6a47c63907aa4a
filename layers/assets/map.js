/* The map of the app and of the offline page: draws a scene, shows what it is told to show, says what was clicked.
   Every text from data reaches the page through textContent or a canvas, never as HTML. Leaflet 1.9.4. */
(function (D) {
  "use strict";
  var middle = D.middle,
    element = D.element,
    key = D.key,
    Area = D.Area,
    Line = D.Line,
    Mark = D.Mark,
    Labels = D.Labels,
    Legend = D.Legend;
  var KIND = { buildings: "building", plates: "plate", addresses: "address", findings: "finding", villages: "village", links: "link" };

  function View(map, cfg, tell) {
    var view = this;
    this.map = map;
    this.cfg = cfg;
    this.tell = tell;
    this.group = L.featureGroup();
    this.clear();
    this.state = { layers: {}, words: {}, legend: [], dark: false, mask: null, selected: null, fills: null };
    map.createPane("labels").style.zIndex = 650;
    map.getPane("labels").style.pointerEvents = "none";
    map.createPane("chosen").style.zIndex = 640;
    map.getPane("chosen").style.pointerEvents = "none";
    this.canvas = L.canvas({ padding: 0.3 });
    this.svg = L.svg({ pane: "chosen", padding: 0.3 });
    if (map.attributionControl) {
      map.attributionControl.setPrefix(false);
    }
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    this.chosen = L.layerGroup().addTo(map);
    this.names = new Labels(this).addTo(map);
    this.legend = new Legend(this).addTo(map);
    this.window = D.stream(this);
    map.on("zoomend", function () {
      view.legend.draw();
    });
    // The frame gets its height from a style sheet that may come after the map.
    if (window.ResizeObserver) {
      new ResizeObserver(function () {
        map.invalidateSize({ pan: false });
        if (view.unseen) {
          view.fit();
        }
      }).observe(map.getContainer());
    }
    this.group.on("click", function (e) {
      L.DomEvent.stopPropagation(e);
      view.pick(e.layer || e.propagatedFrom);
    });
    this.group.bindTooltip(
      function (shape) {
        return view.tip(shape);
      },
      { sticky: true, direction: "top", opacity: 0.95 },
    );
  }
  View.prototype = {
    clear: function () {
      this.shapes = [];
      this.byKey = {};
      this.findings = [];
      this.touching = {};
      this.mild = {};
      this.scene = null;
      this.group.clearLayers();
      this.group.remove();
    },

    load: function (scene) {
      var view = this;
      this.clear();
      this.scene = scene;
      this.cfg.layers.forEach(function (spec) {
        var found = scene.layers[spec.name];
        if (!found) {
          return;
        }
        found.features.forEach(function (feature, i) {
          if (spec.name === "findings") {
            view.note(feature.properties, i);
          }
          var shape = feature.geometry && view.shape(spec, feature, i);
          if (!shape) {
            return;
          }
          view.shapes.push(shape);
          view.byKey[key(KIND[spec.name], feature.properties.id)] = shape;
          view.group.addLayer(shape);
        });
      });
      this.mild = {};
      this.findings.forEach(function (p) {
        if (p.v === "notice") {
          view.mild[p.s] = true;
        }
      });
      this.restyle();
      this.group.addTo(this.map);
      this.names.draw();
    },

    note: function (p, i) {
      var view = this;
      this.findings.push(p);
      [[p.k, p.o]].concat(p.r || []).forEach(function (o) {
        var k = key(o[0], o[1]);
        (view.touching[k] = view.touching[k] || []).push(i);
      });
    },

    shape: function (spec, feature, i) {
      var g = feature.geometry,
        depth = { Polygon: 1, MultiPolygon: 2, LineString: 0, MultiLineString: 1 }[g.type],
        at,
        shape,
        o = { renderer: this.canvas };
      at =
        g.type === "Point"
          ? L.latLng(g.coordinates[1], g.coordinates[0])
          : depth === undefined
            ? null
            : L.GeoJSON.coordsToLatLngs(g.coordinates, depth);
      if (!at) {
        return null;
      }
      if (spec.shape === "area" || spec.shape === "ground") {
        shape = new Area(at, o);
      } else if (spec.shape === "line") {
        shape = new Line(at, L.extend(o, { interactive: false }));
      } else {
        shape = new Mark(at, o);
      }
      shape.dp = {
        p: feature.properties,
        shape: spec.shape,
        layer: spec.name,
        kind: KIND[spec.name],
        minZoom: spec.min_zoom,
        index: i,
        look: null,
        hidden: false,
        off: false,
      };
      return shape;
    },

    look: function (code) {
      return this.cfg.looks[code] || this.cfg.other;
    },
    /* A scene holds every finding of its scope in order; a window names the place of each in that order. */
    on: function (i) {
      var p = this.findings[i];
      return !this.state.mask || !!this.state.mask[p && p.i !== undefined ? p.i : i];
    },

    /* The code an object is drawn by: its status, or under a filter the first finding that is shown and speaks of it. */
    code: function (dp) {
      var view = this,
        mine;
      if (dp.kind === "finding" || !this.state.mask) {
        return dp.p.s;
      }
      mine = (this.touching[key(dp.kind, dp.p.id)] || []).filter(function (i) {
        return view.on(i);
      });
      return mine.length ? this.findings[mine[0]].s : null;
    },

    /* The rim of a sign: on a dark ground a black disc has a light one, or it would not be seen. */
    rim: function (suspect, fill) {
      if (!this.state.dark) {
        return suspect ? "#3a3a3a" : "#ffffff";
      }
      return suspect ? "#c8d1da" : fill === "#1b1b1b" ? "#e6ebf0" : "#0f1318";
    },

    style: function (dp) {
      var dark = this.state.dark,
        code,
        look,
        link,
        fill,
        edge = dark ? "#0f1318" : "#ffffff",
        quiet;
      if (dp.shape === "ground") {
        fill = this.state.fills && this.state.fills[dp.p.id];
        if (this.state.fills) {
          return {
            color: fill && !fill.colour ? "#7c8b99" : edge,
            weight: fill && !fill.colour ? 1.5 : 2,
            dashArray: fill && !fill.colour ? "5 5" : null,
            fillColor: (fill && fill.colour) || "#7c8b99",
            fillOpacity: fill && fill.colour ? 0.86 : 0.08,
            opacity: 1,
          };
        }
        return {
          color: dark ? "#5a6876" : "#8aa0b5",
          weight: dp.p.own ? 2.5 : 1,
          dashArray: "6 6",
          fillColor: dark ? "#1d232a" : "#f8f5ee",
          fillOpacity: this.state.base ? 0 : dp.p.own ? 1 : 0.35,
          opacity: 0.9,
        };
      }
      if (dp.shape === "line") {
        link = this.cfg.links[dp.p.s] || this.cfg.links.undecided;
        return {
          color: link.colour,
          weight: link.weight,
          dashArray: link.dash || null,
          opacity: this.state.mask ? 0.35 : 0.9,
          fill: false,
        };
      }
      code = this.code(dp);
      quiet = code === null;
      look = dp.look = this.look(quiet ? "matched" : code);
      if (dp.shape === "area") {
        fill = look.fill === "#d9e0e6" && dark ? "#33404c" : look.fill;
        return {
          color: look.fill === "#d9e0e6" ? (dark ? "#5a6876" : "#97a6b4") : dark ? "#f1f4f7" : "#3a3a3a",
          weight: quiet ? 0.6 : 1,
          dashArray: look.dash || null,
          fillColor: fill,
          fillOpacity: quiet ? 0.25 : this.mild[code] ? 0.4 : 0.85,
          opacity: quiet ? 0.5 : 1,
        };
      }
      fill = look.fill === "#d9e0e6" && dark ? "#4a5a69" : look.fill;
      return {
        color: dp.shape === "badge" ? this.rim(dp.p.c === "suspect", fill) : dark ? "#9fadba" : "#44525f",
        dashArray: dp.p.c === "suspect" ? "2 2" : null,
        weight: dp.shape === "badge" ? 1.5 : 1,
        fillColor: fill,
        fillOpacity: quiet ? 0.25 : 1,
        opacity: quiet ? 0.35 : 1,
      };
    },

    restyle: function () {
      var view = this,
        layers = this.state.layers;
      this.shapes.forEach(function (shape) {
        var dp = shape.dp;
        dp.off = layers[dp.layer] === false;
        dp.hidden = dp.kind === "finding" && !view.on(dp.index);
        L.setOptions(shape, view.style(dp));
        if (shape._map) {
          view.canvas._updateDashArray(shape);
        } else if (typeof shape.options.dashArray === "string") {
          shape.options._dashArray = shape.options.dashArray.split(/[, ]+/).map(Number);
        } else {
          shape.options._dashArray = null;
        }
      });
      if (this.canvas._map) {
        this.canvas._redrawBounds = null;
        this.canvas._redraw();
      }
      this.names.draw();
    },

    labels: function (zoom, seen) {
      var view = this,
        out = [];
      this.shapes.forEach(function (shape) {
        var dp = shape.dp,
          fill,
          box;
        if (!shape._map || (dp.shape !== "ground" && dp.shape !== "area")) {
          return;
        }
        if (dp.shape === "ground" ? !(view.state.fills || zoom < 17) || !dp.p.t : zoom < 18 || !dp.p.t || shape.away()) {
          return;
        }
        box = shape.getBounds();
        if (!seen.intersects(box)) {
          return;
        }
        fill = view.state.fills && view.state.fills[dp.p.id];
        out.push({
          at: dp.shape === "ground" ? middle(shape) : box.getCenter(),
          px: dp.shape === "ground" ? 13 : 11,
          bold: dp.shape === "ground",
          lines: fill ? [dp.p.t].concat(fill.lines) : [dp.p.t],
        });
      });
      return out;
    },

    /* Where badges stand just now, so that numbers step aside. */
    badges: function () {
      var map = this.map;
      if (map.getZoom() < 17) {
        return [];
      }
      return this.shapes
        .filter(function (s) {
          return s.dp.shape === "badge" && s._map && !s.away();
        })
        .map(function (s) {
          return map.layerPointToContainerPoint(s._point);
        });
    },

    tip: function (shape) {
      var dp = shape.dp,
        fill = this.state.fills && this.state.fills[dp.p.id],
        box = element("div", "dp-tip"),
        code = dp.look && this.code(dp);
      box.appendChild(
        element("b", "", dp.shape === "ground" ? dp.p.t : (dp.p.t ? dp.p.t + " · " : "") + (dp.kind === "finding" ? dp.p.o : dp.p.id)),
      );
      if (code) {
        box.appendChild(element("div", "", this.title(code)));
      }
      if (fill) {
        fill.lines.forEach(function (line) {
          box.appendChild(element("div", "", line));
        });
      }
      return box;
    },
    title: function (code) {
      return (this.state.titles || {})[code] || code;
    },

    pick: function (shape) {
      var dp = shape && shape.dp;
      if (!dp || dp.kind === "link") {
        return;
      }
      if (dp.kind === "village" && dp.p.own) {
        return;
      }
      if (dp.kind !== "village") {
        this.choose({ kind: dp.kind, id: dp.p.id });
      }
      this.tell({ kind: dp.kind, id: dp.p.id });
    },

    choose: function (which, fly) {
      var view = this,
        shape,
        key_,
        zoom,
        at;
      this.chosen.clearLayers();
      this.state.selected = which;
      if (!which) {
        return;
      }
      key_ = key(which.kind, which.id);
      shape = this.byKey[key_];
      if (!shape) {
        // Outside the window that is loaded: the map goes where the state says it is, and the window follows.
        if (fly && this.state.at) {
          this.map.setView(this.state.at, Math.max(this.map.getZoom(), 18), { animate: false });
        }
        return;
      }
      this.ring(shape, true);
      this.around(shape).forEach(function (other) {
        view.ring(other, false);
        view.chosen.addLayer(
          L.polyline([middle(shape), middle(other)], {
            renderer: view.svg,
            pane: "chosen",
            interactive: false,
            weight: 2,
            color: view.state.dark ? "#7cc0ff" : "#0072B2",
            opacity: 0.9,
          }),
        );
      });
      if (fly) {
        at = middle(shape);
        zoom = Math.max(this.map.getZoom(), 18);
        if (fly === "jump") {
          this.map.setView(at, zoom, { animate: false });
        } else {
          this.map.flyTo(at, zoom, { duration: 0.5 });
        }
      }
    },

    /* What belongs to the chosen object. A mark that lies on it is left out: its ring would hide the sign. */
    around: function (shape) {
      var view = this,
        seen = {},
        own = shape.dp.kind === "finding" ? [[shape.dp.p.k, shape.dp.p.o]].concat(shape.dp.p.r || []) : [];
      return own.concat(this.state.partners || []).reduce(function (found, o) {
        var name = key(o[0], o[1]),
          other = view.byKey[name],
          near = other && other.getLatLng && view.map.distance(middle(other), middle(shape)) < 4;
        if (other && other !== shape && !near && !seen[name]) {
          found.push(other);
        }
        seen[name] = true;
        return found;
      }, []);
    },

    ring: function (shape, main) {
      var view = this,
        dark = this.state.dark,
        styles = main
          ? [
              [7, dark ? "#000" : "#fff"],
              [3, dark ? "#fff" : "#000"],
            ]
          : [[3, "#0072B2"]];
      styles.forEach(function (s) {
        var o = {
          renderer: view.svg,
          pane: "chosen",
          interactive: false,
          weight: s[0],
          color: s[1],
          fill: false,
          opacity: 1,
          dashArray: main ? null : "6 4",
        };
        view.chosen.addLayer(
          shape.getLatLng ? L.circleMarker(shape.getLatLng(), L.extend(o, { radius: main ? 15 : 8 })) : L.polygon(shape.getLatLngs(), o),
        );
      });
    },

    fit: function () {
      var size = this.map.getSize();
      // A frame that has no size yet shows nothing: what fits into it is told once it has one.
      this.unseen = size.x < 80 || size.y < 80;
      if (this.unseen) {
        return;
      }
      // What an open legend covers is no place to look at, unless the map is too narrow to spare it.
      var legend = this.legend.open && this.legend.box ? this.legend.box.offsetWidth : 0,
        right = legend < size.x / 3 ? legend : 0;
      if (this.scene && this.scene.bounds) {
        this.map.fitBounds(this.scene.bounds, { animate: false, paddingTopLeft: [10, 10], paddingBottomRight: [10 + right, 10] });
      }
    },

    /* Take over a new state. Geometry is fetched when the scope changes; everything else is drawn in place. */
    apply: function (state) {
      var view = this,
        old = this.state,
        moved = state.scene !== old.scene,
        hex = state.mask;
      state.mask = typeof hex === "string" ? bits(hex) : hex;
      this.state = state;
      this.map.getContainer().classList.toggle("dp-dark", !!state.dark);
      D.base(this, state.base || null);
      this.legend.draw();
      if (moved) {
        view.fetch();
        return;
      }
      if (this.scene) {
        this.restyle();
        this.choose(state.selected, state.fly !== old.fly && state.fly ? "fly" : null);
        this.ready();
      }
    },

    fetch: function () {
      var view = this,
        wanted = this.state.scene,
        box = this.map.getContainer();
      box.dataset.ready = "loading";
      this.message("loading");
      fetch(this.state.url, { credentials: "same-origin" })
        .then(function (r) {
          if (!r.ok || (r.headers.get("content-type") || "").indexOf("json") < 0) {
            throw new Error(String(r.status));
          }
          return r.json();
        })
        .then(function (scene) {
          if (view.state.scene !== wanted) {
            return;
          }
          view.message(null);
          view.window.forget();
          view.outlines = view.state.stream ? scene : null;
          view.load(scene);
          view.fit();
          view.choose(view.state.selected, view.state.fly ? "jump" : null);
          view.ready();
          view.window.look();
        })
        .catch(function (e) {
          box.dataset.ready = "failed";
          view.message("failed");
          if (window.console) {
            console.warn("scene", e.message);
          }
        });
    },

    ready: function () {
      var s = this.state,
        box = this.map.getContainer(),
        shown = this.shapes.filter(function (x) {
          return !x.dp.hidden && x.dp.kind === "finding";
        }).length;
      box.dataset.shown = shown;
      box.dataset.selected = s.selected ? s.selected.kind + ":" + s.selected.id : "";
      box.dataset.dark = !!s.dark;
      box.dataset.language = s.language || "";
      box.dataset.ready = s.scene || "page";
    },

    message: function (which) {
      var box = this.map.getContainer(),
        old = box.querySelector(".dp-message");
      if (old) {
        old.remove();
      }
      if (which) {
        box.appendChild(element("div", "dp-message", this.state.words[which] || which));
      }
    },
  };

  function bits(hex) {
    var out = [],
      i,
      n;
    for (i = 0; i < hex.length; i++) {
      n = parseInt(hex[i], 16);
      out.push(n & 8, n & 4, n & 2, n & 1);
    }
    return out;
  }

  /* One view per page: mount it on a Leaflet map, then apply states. `tell` gets what was clicked. */
  D.mount = function (map, cfg, tell) {
    D.view = new View(map, cfg, tell);
    return D.view.group;
  };
  D.apply = function (state) {
    D.view.apply(state);
  };
})(window.Doorplate);
