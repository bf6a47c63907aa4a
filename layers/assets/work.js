/* What people do on the map of the case pages: see what is decided, choose many at once, place a plate, compare two surveys.
   It works on the view of map.js and never draws text as HTML. Leaflet 1.9.4. */
(function (D) {
  "use strict";
  var element = D.element,
    middle = D.middle,
    key = D.key,
    MOVED_PX = 5;

  function bits(hex) {
    var out = [];
    (hex || "").split("").forEach(function (c) {
      var n = parseInt(c, 16);
      out.push(n & 8, n & 4, n & 2, n & 1);
    });
    return out;
  }
  function within(p, ring) {
    var inside = false,
      i,
      j;
    for (i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      if (ring[i].y > p.y !== ring[j].y > p.y && p.x < ((ring[j].x - ring[i].x) * (p.y - ring[i].y)) / (ring[j].y - ring[i].y) + ring[i].x) {
        inside = !inside;
      }
    }
    return inside;
  }

  /* Decided findings carry a tick; a house is decided when every finding shown of it is. */
  function finishing(view, looks) {
    var code = view.code,
      style = view.style;
    view.done = [];
    function finished(i) {
      var p = view.findings[i];
      return !!view.done[p && p.i !== undefined ? p.i : i];
    }
    function shown(dp) {
      return (view.touching[key(dp.kind, dp.p.id)] || []).filter(function (i) {
        return view.on(i);
      });
    }
    view.finished = function (dp) {
      if (dp.kind === "finding") {
        return finished(dp.index);
      }
      var mine = view.state.mask ? shown(dp) : [];
      return mine.length > 0 && mine.every(finished);
    };
    view.code = function (dp) {
      var open;
      if (dp.kind === "finding" || !view.state.mask) {
        return code.call(view, dp);
      }
      open = shown(dp).filter(function (i) {
        return !finished(i);
      });
      return open.length ? view.findings[open[0]].s : code.call(view, dp);
    };
    view.style = function (dp) {
      var s = style.call(view, dp),
        dark = view.state.dark;
      // Beside the survey before, every house of the present one is to be seen, whatever is found of it.
      if (view.state.swipe && dp.shape === "area") {
        s.fillOpacity = Math.max(s.fillOpacity, 0.85);
        s.opacity = 1;
      }
      if (dp.shape === "ground" || dp.shape === "line" || !view.finished(dp)) {
        return s;
      }
      dp.look = L.extend({}, looks.done, dark ? { ink: looks.done.ink_dark } : {});
      s.color = dark ? looks.done.ink_dark : looks.done.ink;
      s.dashArray = null;
      s.opacity = 1;
      s.weight = 2;
      s.fillColor = dp.shape === "area" ? (dark ? looks.done.area_dark : looks.done.area) : dark ? "#10261f" : looks.done.fill;
      s.fillOpacity = dp.shape === "area" ? 0.8 : 1;
      return s;
    };
  }

  /* A box or a line drawn around findings chooses them all. */
  var Around = L.Control.extend({
    options: { position: "topleft" },
    initialize: function (view) {
      this.view = view;
    },
    onAdd: function () {
      var control = this;
      this.box = element("div", "leaflet-bar leaflet-control dp-tools");
      L.DomEvent.disableClickPropagation(this.box);
      this.buttons = ["box", "lasso"].map(function (which) {
        var b = element("button", "dp-tool dp-tool-" + which);
        b.type = "button";
        b.dataset.tool = which;
        b.appendChild(element("i", ""));
        b.onclick = function () {
          control.use(control.using === which ? null : which);
        };
        control.box.appendChild(b);
        return b;
      });
      return this.box;
    },
    name: function () {
      var words = this.view.state.words || {},
        using = this.using,
        hidden = !this.view.state.around;
      this.box.style.display = hidden ? "none" : "";
      if (hidden && using) {
        this.use(null);
      }
      this.buttons.forEach(function (b) {
        b.title = words[b.dataset.tool] || "";
        b.setAttribute("aria-label", b.title);
        b.setAttribute("aria-pressed", b.dataset.tool === using);
      });
    },
    use: function (which) {
      this.using = which;
      if (this.cover) {
        this.cover.remove();
        this.cover = null;
      }
      if (which) {
        this.lay();
      }
      this.name();
    },
    lay: function () {
      var control = this,
        map = this.view.map,
        cover = (this.cover = element("div", "dp-cover")),
        svg = L.SVG.create("svg"),
        path = L.SVG.create("polygon"),
        ring = null;
      svg.appendChild(path);
      cover.appendChild(svg);
      cover.appendChild(element("div", "dp-hint", (this.view.state.words || {}).around));
      L.DomEvent.disableClickPropagation(cover);
      L.DomEvent.disableScrollPropagation(cover);
      function at(e) {
        var r = cover.getBoundingClientRect();
        return { x: e.clientX - r.left, y: e.clientY - r.top };
      }
      cover.onpointerdown = function (e) {
        cover.setPointerCapture(e.pointerId);
        ring = [at(e)];
        e.preventDefault();
      };
      cover.onpointermove = function (e) {
        if (!ring) {
          return;
        }
        var p = at(e),
          a = ring[0];
        ring = control.using === "box" ? [a, { x: p.x, y: a.y }, p, { x: a.x, y: p.y }] : ring.concat([p]);
        path.setAttribute(
          "points",
          ring
            .map(function (q) {
              return q.x + "," + q.y;
            })
            .join(" "),
        );
      };
      cover.onpointerup = function () {
        var found = ring && ring.length > 2 ? control.inside(ring) : [];
        ring = null;
        control.use(null);
        control.view.tell({ many: found });
      };
      map.getContainer().appendChild(cover);
    },
    inside: function (ring) {
      var view = this.view,
        found = view.shapes.filter(function (s) {
          return s.dp.kind === "finding" && !s.dp.hidden && !s.dp.off && within(view.map.latLngToContainerPoint(middle(s)), ring);
        }),
        open = found.filter(function (s) {
          return !view.finished(s.dp);
        });
      // Decided ones are left out, unless nothing else was meant.
      return (open.length ? open : found).map(function (s) {
        return s.dp.p.id;
      });
    },
  });

  /* With state.placing the next click is a place, whatever lies there. */
  function placing(view) {
    var box = view.map.getContainer(),
      down = null;
    box.addEventListener(
      "pointerdown",
      function (e) {
        down = [e.clientX, e.clientY];
      },
      true,
    );
    box.addEventListener(
      "click",
      function (e) {
        var still = down && Math.abs(e.clientX - down[0]) < MOVED_PX && Math.abs(e.clientY - down[1]) < MOVED_PX,
          at;
        if (!view.state.placing || !still || e.target.closest(".leaflet-control, .dp-swipe")) {
          return;
        }
        e.stopPropagation();
        at = view.map.mouseEventToLatLng(e);
        view.tell({ at: [at.lat, at.lng] });
      },
      true,
    );
    // Number keys belong to the page around the map: after a drag they would be lost in this frame.
    box.addEventListener("pointerup", function () {
      window.parent.focus();
    });
  }

  /* The survey before on the left of a line that is dragged, the present one on the right. */
  function swiping(view, looks) {
    var map = view.map,
      box = map.getContainer(),
      pane = map.createPane("old"),
      canvas = L.canvas({ pane: "old", padding: 0.5 }),
      group = null,
      line = null,
      url = null,
      share = 0.5;
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";

    function clip() {
      if (!line) {
        return;
      }
      var size = map.getSize(),
        nw = map.containerPointToLayerPoint([0, 0]),
        x = Math.round(size.x * share);
      line.style.left = x + "px";
      line.setAttribute("aria-valuenow", Math.round(share * 100));
      pane.style.clip = "rect(" + [nw.y, nw.x + x, nw.y + size.y, nw.x].join("px,") + "px)";
    }
    function move(to) {
      share = Math.min(1, Math.max(0, to));
      clip();
    }
    function bar() {
      var words = view.state.words || {},
        held = false;
      line = element("div", "dp-swipe");
      line.tabIndex = 0;
      line.setAttribute("role", "slider");
      line.setAttribute("aria-label", words.swipe);
      line.setAttribute("aria-valuemin", 0);
      line.setAttribute("aria-valuemax", 100);
      line.appendChild(element("span", "dp-before", words.before));
      line.appendChild(element("span", "dp-after", words.after));
      line.appendChild(element("b", "", "◂▸"));
      L.DomEvent.disableClickPropagation(line);
      line.onpointerdown = function (e) {
        held = true;
        line.setPointerCapture(e.pointerId);
        e.stopPropagation();
        e.preventDefault();
      };
      line.onpointermove = function (e) {
        if (held) {
          move((e.clientX - box.getBoundingClientRect().left) / map.getSize().x);
        }
      };
      line.onpointerup = function () {
        held = false;
      };
      line.onkeydown = function (e) {
        var step = { ArrowLeft: -0.05, ArrowRight: 0.05, Home: -1, End: 1 }[e.key];
        if (step) {
          move(share + step);
          e.preventDefault();
          e.stopPropagation();
        }
      };
      box.appendChild(line);
    }
    function close() {
      if (group) {
        group.remove();
        group = null;
      }
      if (line) {
        line.remove();
        line = null;
      }
      url = null;
      delete box.dataset.swipe;
    }
    function draw(scene) {
      var dark = view.state.dark,
        ground = L.rectangle([[-89, -179], [89, 179]], { renderer: canvas, pane: "old", interactive: false, stroke: false, fillOpacity: 1, fillColor: dark ? "#1d232a" : "#f8f5ee" });
      if (group) {
        group.remove();
      }
      group = L.layerGroup([ground]);
      scene.layers.previous.features.forEach(function (f) {
        var look = looks.fates[f.properties.s] || looks.fates.same,
          depth = f.geometry && f.geometry.type === "MultiPolygon" ? 2 : 1;
        if (!f.geometry) {
          return;
        }
        group.addLayer(
          L.polygon(L.GeoJSON.coordsToLatLngs(f.geometry.coordinates, depth), {
            renderer: canvas,
            pane: "old",
            interactive: false,
            color: dark ? "#e6ebf0" : "#3a3a3a",
            weight: look.dash ? 2 : 0.8,
            dashArray: look.dash || null,
            fillColor: look.fill,
            fillOpacity: look.dash ? 0.8 : dark ? 0.45 : 0.9,
          }),
        );
      });
      group.addTo(map);
      box.dataset.swipe = scene.layers.previous.features.length;
      clip();
    }
    map.on("move zoomend resize viewreset", clip);
    return function (wanted) {
      if (!wanted) {
        close();
        return;
      }
      if (!line) {
        bar();
        clip();
      }
      if (wanted.url === url) {
        return;
      }
      url = wanted.url;
      fetch(url, { credentials: "same-origin" })
        .then(function (r) {
          if (!r.ok) {
            throw new Error(String(r.status));
          }
          return r.json();
        })
        .then(function (scene) {
          if (url === wanted.url) {
            draw(scene);
          }
        })
        .catch(function (e) {
          if (url === wanted.url) {
            close();
            view.message("failed");
          }
          if (window.console) {
            console.warn("survey before", e.message);
          }
        });
    };
  }

  /* Take the view of this page into work. */
  D.work = function (looks) {
    var view = D.view,
      apply = view.apply,
      choose = view.choose,
      ready = view.ready,
      around = new Around(view),
      swipe,
      dark = null;
    finishing(view, looks);
    placing(view);
    swipe = swiping(view, looks);
    around.addTo(view.map);
    view.apply = function (state) {
      view.done = bits(state.done);
      apply.call(view, state);
      view.map.getContainer().classList.toggle("dp-placing", !!state.placing);
      around.name();
      if (dark !== !!state.dark) {
        swipe(null);
        dark = !!state.dark;
      }
      swipe(state.swipe || null);
    };
    view.choose = function (which, fly) {
      var own = which && which.kind === "finding" && view.byKey[key(which.kind, which.id)];
      choose.call(view, which, fly);
      // Several badges often share a spot: the chosen one is to be seen.
      if (own && own._map) {
        own.bringToFront();
      }
      (view.state.many || []).forEach(function (id) {
        var shape = view.byKey[key("finding", id)];
        if (shape) {
          view.ring(shape, false);
        }
      });
      if (view.state.pin) {
        [[11, "#fff", 5], [11, looks.pin, 3], [2, looks.pin, 3]].forEach(function (r) {
          view.chosen.addLayer(
            L.circleMarker(view.state.pin, { renderer: view.svg, pane: "chosen", interactive: false, radius: r[0], color: r[1], weight: r[2], fill: false }),
          );
        });
      }
    };
    view.ready = function () {
      var s = view.state,
        box = view.map.getContainer();
      box.dataset.done = view.shapes.filter(function (x) {
        return x.dp.kind === "finding" && !x.dp.hidden && view.finished(x.dp);
      }).length;
      box.dataset.many = (s.many || []).length;
      box.dataset.pin = s.pin ? s.pin.join(",") : "";
      box.dataset.placing = !!s.placing;
      box.dataset.turn = s.turn || "";
      ready.call(view);
    };
    return L.layerGroup();
  };
})(window.Doorplate);
