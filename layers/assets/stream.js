/* All villages of a large project: outlines at once, houses and findings of the window as the reader moves. Leaflet 1.9.4. */
(function (D) {
  "use strict";
  var PAD = 0.15;
  /* Watches the map of a view and keeps what is drawn to the window. state.stream is {url, zoom}, or absent for a small scene. */
  D.stream = function (view) {
    var map = view.map,
      box = map.getContainer(),
      asked = 0,
      covered = null;
    function forget() {
      covered = null;
      asked += 1;
      delete box.dataset.window;
    }
    function told(answer, bounds, began) {
      view.message(answer.too_many ? "zoom_in" : null);
      covered = answer.too_many ? null : bounds;
      view.load({ bounds: view.outlines.bounds, layers: L.extend({}, view.outlines.layers, answer.layers) });
      view.choose(view.state.selected, null);
      view.ready();
      box.dataset.window = Math.round(performance.now() - began) + ":" + view.shapes.length;
    }
    function look() {
      var s = view.state.stream,
        seen,
        mine,
        began;
      if (!s || !view.outlines) {
        return;
      }
      if (map.getZoom() < s.zoom) {
        if (covered) {
          view.load(view.outlines);
        }
        forget();
        view.message("zoom_in");
        return;
      }
      seen = map.getBounds();
      if (covered && covered.contains(seen)) {
        return;
      }
      began = performance.now();
      mine = asked += 1;
      box.dataset.window = "loading";
      seen = seen.pad(PAD);
      fetch(s.url + "&box=" + encodeURIComponent(seen.toBBoxString()), { credentials: "same-origin" })
        .then(function (r) {
          if (!r.ok) {
            throw new Error(String(r.status));
          }
          return r.json();
        })
        .then(function (answer) {
          if (mine === asked) {
            told(answer, seen, began);
          }
        })
        .catch(function (e) {
          if (mine === asked) {
            box.dataset.window = "failed";
            view.message("failed");
          }
          if (window.console) {
            console.warn("window", e.message);
          }
        });
    }
    map.on("moveend", look);
    return { look: look, forget: forget };
  };
})(window.Doorplate);
