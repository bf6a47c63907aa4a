/* The legend of the map. Every text goes through textContent. */
(function (D) {
  "use strict";
  var element = D.element;
  /* The legend is the filter: what is pressed is shown, nothing pressed is all. */
  D.Legend = L.Control.extend({
    options: { position: "topright" },
    initialize: function (view) {
      this.view = view;
      this.open = window.innerWidth > 700;
    },
    onAdd: function () {
      this.box = element("div", "dp-legend leaflet-control");
      L.DomEvent.disableClickPropagation(this.box);
      L.DomEvent.disableScrollPropagation(this.box);
      this.draw();
      return this.box;
    },
    draw: function () {
      var legend = this,
        view = this.view,
        s = view.state,
        w = s.words,
        top = this.body ? this.body.scrollTop : 0,
        focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.press : null,
        head,
        body;
      this.box.textContent = "";
      if (!s.names || (!s.legend.length && !s.scale && !view.cfg.switches)) {
        this.box.style.display = "none";
        return;
      }
      this.box.style.display = "";
      head = element("button", "dp-head", (this.open ? "▾ " : "▸ ") + (w.legend || ""));
      head.type = "button";
      head.setAttribute("aria-expanded", this.open);
      head.onclick = function () {
        legend.open = !legend.open;
        legend.draw();
      };
      this.box.appendChild(head);
      this.body = null;
      if (!this.open) {
        return;
      }
      body = this.body = element("div", "dp-body");
      this.box.appendChild(body);
      if (s.scale) {
        s.scale.forEach(function (row) {
          body.appendChild(
            legend.row(
              legend.swatch("area", { fill: row.colour || "transparent", ink: "#000", sign: "", dash: row.colour ? "" : "3" }),
              row.label,
            ),
          );
        });
      }
      if (view.cfg.switches && !s.fills) {
        body.appendChild(element("h4", "", w.layers));
        view.cfg.layers.forEach(function (spec) {
          if (spec.name === "villages") {
            return;
          }
          var off = s.layers[spec.name] === false,
            b = legend.button(
              legend.swatch(spec.shape, view.look("matched")),
              s.names[spec.name] + (view.map.getZoom() < spec.min_zoom && !off ? " " + w.zoom : ""),
              "",
              !off,
            );
          b.dataset.press = "layer:" + spec.name;
          b.onclick = function () {
            view.tell({ layer: spec.name, shown: off });
          };
          body.appendChild(b);
          if (spec.name === "links" && !off) {
            legend.links(body);
          }
        });
      }
      if (s.legend.length) {
        head = element("h4", "", w.findings);
        body.appendChild(head);
        if (
          s.legend.some(function (r) {
            return r.on;
          })
        ) {
          var all = element("button", "dp-all", w.all);
          all.type = "button";
          all.dataset.press = "all";
          all.onclick = function () {
            view.tell({ all: true });
          };
          head.appendChild(all);
        }
        s.legend.forEach(function (r) {
          var b = legend.button(legend.swatch("badge", view.look(r.code)), r.label, r.n, r.on);
          b.dataset.press = r.code;
          b.onclick = function () {
            view.tell({ code: r.code });
          };
          body.appendChild(b);
        });
      }
      body.scrollTop = top;
      if (focus) {
        Array.prototype.forEach.call(body.querySelectorAll("[data-press]"), function (b) {
          if (b.dataset.press === focus) {
            b.focus({ preventScroll: true });
          }
        });
      }
    },
    links: function (body) {
      var legend = this,
        links = this.view.cfg.links,
        names = this.view.state.names;
      Object.keys(links).forEach(function (state) {
        var line = legend.swatch("line", null);
        line.style.borderColor = links[state].colour;
        line.style.borderTopWidth = Math.ceil(links[state].weight) + "px";
        line.style.borderTopStyle = !links[state].dash ? "solid" : links[state].weight > 2 ? "dotted" : "dashed";
        var r = legend.row(line, names["link:" + state]);
        r.classList.add("dp-sub");
        body.appendChild(r);
      });
    },
    row: function (swatch, text) {
      var r = element("div", "dp-row");
      r.appendChild(swatch);
      r.appendChild(element("span", "dp-name", text));
      return r;
    },
    button: function (swatch, text, n, on) {
      var b = element("button", "dp-row");
      b.type = "button";
      b.setAttribute("aria-pressed", !!on);
      b.appendChild(swatch);
      b.appendChild(element("span", "dp-name", text));
      if (n !== "") {
        b.appendChild(element("span", "dp-n", n));
      }
      return b;
    },
    swatch: function (shape, look) {
      var i = element("i", "dp-swatch dp-" + shape, shape === "badge" ? look.sign : "");
      if (shape !== "line") {
        i.style.background = look.fill;
        i.style.color = look.ink;
        if (look.dash) {
          i.style.borderStyle = "dashed";
        }
      }
      return i;
    },
  });
})(window.Doorplate);
