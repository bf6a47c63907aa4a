/* What is drawn on the one canvas of the map: footprints, lines, marks with a sign, and the labels above them. Leaflet 1.9.4. */
window.Doorplate = {};
(function (D) {
  "use strict";
  function middle(shape) {
    if (shape.getLatLng) {
      return shape.getLatLng();
    }
    try {
      return shape.getCenter();
    } catch (e) {
      return shape.getBounds().getCenter();
    }
  }
  function element(tag, cls, text) {
    var e = document.createElement(tag);
    if (cls) {
      e.className = cls;
    }
    if (text !== undefined && text !== null) {
      e.textContent = text;
    }
    return e;
  }
  function key(kind, id) {
    return kind + "\u0000" + id;
  }
  var SIZES = [
    [16, 2],
    [17, 2.5],
    [18, 3.5],
    [19, 4.5],
    [99, 5.5],
  ];
  function sized(zoom) {
    for (var i = 0; i < SIZES.length; i++) {
      if (zoom < SIZES[i][0]) {
        return SIZES[i][1];
      }
    }
    return 5.5;
  }

  /* Shapes of one canvas. `away` objects are neither drawn nor hit: layers are switched without changing the order of drawing. */
  function hiding(Base) {
    return Base.extend({
      _updatePath: function () {
        if (!this.away()) {
          this.paint();
        }
      },
      _containsPoint: function (p) {
        return !this.away() && this.inside(p);
      },
      away: function () {
        return this.dp.hidden || this.dp.off || this._map.getZoom() < this.dp.minZoom;
      },
      paint: function () {
        Base.prototype._updatePath.call(this);
      },
      inside: function (p) {
        return Base.prototype._containsPoint.call(this, p);
      },
    });
  }
  var Area = hiding(L.Polygon);
  var Line = hiding(L.Polyline);
  var Mark = hiding(L.CircleMarker).extend({
    _project: function () {
      var zoom = this._map.getZoom(),
        shift = this.dp.shape === "badge" ? (this.dp.p.x || 0) * 17 : 0;
      this._radius = this.dp.shape === "badge" ? (zoom < 16 ? 3.5 : zoom < 17 ? 6 : 9) * (this.dp.p.v === "notice" ? 0.7 : 1) : sized(zoom);
      this._point = this._map.latLngToLayerPoint(this._latlng).add([zoom < 16 ? 0 : shift, 0]);
      this._updateBounds();
    },
    paint: function () {
      var renderer = this._renderer,
        ctx = renderer._ctx,
        p = this._point,
        r = this._radius;
      if (!renderer._drawing || this._empty()) {
        return;
      }
      ctx.beginPath();
      if (this.dp.shape === "square") {
        ctx.rect(p.x - r, p.y - r, 2 * r, 2 * r);
      } else if (this.dp.shape === "diamond") {
        ctx.moveTo(p.x, p.y - r * 1.3);
        ctx.lineTo(p.x + r * 1.3, p.y);
        ctx.lineTo(p.x, p.y + r * 1.3);
        ctx.lineTo(p.x - r * 1.3, p.y);
        ctx.closePath();
      } else {
        ctx.arc(p.x, p.y, r, 0, 6.2832);
      }
      renderer._fillStroke(ctx, this);
      if (this.dp.shape === "badge" && r > 5 && this.dp.look.sign) {
        ctx.globalAlpha = this.options.opacity;
        ctx.fillStyle = this.dp.look.ink;
        ctx.font = "600 " + (r + 3) + "px sans-serif";
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        ctx.fillText(this.dp.look.sign, p.x, p.y + 0.5);
        ctx.globalAlpha = 1;
      }
    },
    _updateBounds: function () {
      var r = this._radius * 1.4 + 2;
      this._pxBounds = new L.Bounds(this._point.subtract([r, r]), this._point.add([r, r]));
    },
    inside: function (p) {
      return p.distanceTo(this._point) <= this._radius + 2;
    },
  });

  /* Names and numbers on a canvas of their own, above everything, cleared of overlaps. */
  var Labels = L.Layer.extend({
    initialize: function (view) {
      this.view = view;
    },
    onAdd: function (map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("labels"));
      map.on("moveend zoomend resize viewreset", this.draw, this);
      this.draw();
    },
    onRemove: function (map) {
      map.off("moveend zoomend resize viewreset", this.draw, this);
      this.canvas.remove();
    },
    draw: function () {
      var map = this._map,
        size = map.getSize(),
        ratio = window.devicePixelRatio || 1,
        ctx = this.canvas.getContext("2d"),
        placed = [],
        dark = this.view.state.dark,
        badges = this.view.badges();
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.canvas.width = size.x * ratio;
      this.canvas.height = size.y * ratio;
      this.canvas.style.width = size.x + "px";
      this.canvas.style.height = size.y + "px";
      ctx.scale(ratio, ratio);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.lineJoin = "round";
      this.view.labels(map.getZoom(), map.getBounds().pad(0.02)).forEach(function (label) {
        var at = map.latLngToContainerPoint(label.at);
        if (
          badges.some(function (b) {
            return Math.abs(b.x - at.x) < 22 && Math.abs(b.y - at.y) < 13;
          })
        ) {
          at = at.add([0, 17]);
        }
        var lines = label.lines,
          width = 0,
          height = label.px * 1.25 * lines.length;
        ctx.font =
          (label.bold ? "600 " : "") + label.px + "px 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif";
        lines.forEach(function (t) {
          width = Math.max(width, ctx.measureText(t).width);
        });
        var box = [at.x - width / 2 - 1, at.y - height / 2, at.x + width / 2 + 1, at.y + height / 2];
        if (
          placed.length > 600 ||
          placed.some(function (b) {
            return box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3];
          })
        ) {
          return;
        }
        placed.push(box);
        ctx.lineWidth = 3;
        ctx.strokeStyle = dark ? "rgba(15,19,24,.9)" : "rgba(255,255,255,.9)";
        ctx.fillStyle = dark ? "#eef2f6" : "#1c2733";
        lines.forEach(function (t, i) {
          var y = at.y - height / 2 + label.px * 1.25 * (i + 0.5);
          ctx.strokeText(t, at.x, y);
          ctx.fillText(t, at.x, y);
        });
      });
    },
  });

  D.middle = middle;
  D.element = element;
  D.key = key;
  D.Area = Area;
  D.Line = Line;
  D.Mark = Mark;
  D.Labels = Labels;
})(window.Doorplate);
