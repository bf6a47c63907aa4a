/* What lies under the map: tiles of a configured map, from the app's own address only. Leaflet 1.9.4. */
(function (D) {
  "use strict";
  /* Shows state.base ({key, url, min, max, from}) below everything, or nothing. A change of ticket alone loads no tile again. */
  D.base = function (view, base) {
    var map = view.map,
      box = map.getContainer();
    box.dataset.base = base ? base.key : "";
    if (view.tiles && (!base || view.tiles.key !== base.key)) {
      view.tiles.remove();
      view.tiles = null;
      view.credit.remove();
    }
    if (!base) {
      return;
    }
    if (view.tiles) {
      view.tiles.setUrl(base.url, true);
      return;
    }
    view.tiles = L.tileLayer(base.url, { minNativeZoom: base.min, maxNativeZoom: base.max, minZoom: 3, maxZoom: 21 });
    view.tiles.key = base.key;
    view.tiles.addTo(map);
    view.credit = new D.Credit(base.from).addTo(map);
  };
  D.Credit = L.Control.extend({
    options: { position: "bottomright" },
    initialize: function (text) {
      this.text = text;
    },
    onAdd: function () {
      return D.element("div", "dp-credit", this.text);
    },
  });
})(window.Doorplate);
