/* The offline page: chooses what the map shows and tells what is known of the chosen object. Texts from data go through textContent. */
(function () {
  "use strict";
  var D = window.Doorplate,
    el = D.element,
    $ = function (id) {
      return document.getElementById(id);
    };
  var meta = JSON.parse($("meta").textContent),
    scenes = {},
    search = null,
    LONG = 300;
  var LETTER = { b: "building", p: "plate", a: "address" };
  var now = {
    language: "zh",
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    scope: null,
    codes: {},
    text: "",
    chosen: null,
    layers: { links: false },
    metric: 0,
    fly: 0,
    shown: LONG,
  };
  var map = L.map("map", { zoomSnap: 0.5, maxZoom: 21, preferCanvas: true, attributionControl: false }).setView([35, 105], 4),
    view,
    rows = [];

  function word(w) {
    return meta.words[now.language][w];
  }
  function said(table, value) {
    var t = meta.labels[now.language][table];
    return t[value] || value;
  }
  function titled(code) {
    return meta.titles[now.language][code] || code;
  }
  function village(code) {
    var v = meta.villages.filter(function (x) {
      return x.code === code;
    })[0];
    return v ? v.name || word("outside") : code;
  }
  function block(n) {
    var id = n < 0 ? "overview" : "village-" + n;
    if (!scenes[id]) {
      scenes[id] = JSON.parse($(id).textContent);
    }
    return scenes[id];
  }
  function place(code) {
    for (var i = 0; i < meta.villages.length; i++) {
      if (meta.villages[i].code === code) {
        return i;
      }
    }
    return -1;
  }
  function here() {
    return now.scope === null ? null : block(place(now.scope));
  }
  function many(n) {
    return n.toLocaleString("en-US");
  }

  function totals(v) {
    return ["buildings", "plates", "addresses", "findings"]
      .map(function (t) {
        return word(t === "findings" ? "problems" : t) + " " + many(v[t]);
      })
      .join("　");
  }

  /* Which findings of the village are shown, and which would be without the choice of codes. */
  function filtered() {
    var scene = here(),
      found = scene.layers.findings.features,
      told = scene.details.findings,
      any = Object.keys(now.codes).length,
      out = { shown: [], counts: {} };
    found.forEach(function (f, i) {
      var p = f.properties,
        words = now.text.toLowerCase().split(/\s+/),
        text = (p.o + " " + told[i].zh + " " + told[i].en + " " + told[i].p + " " + caption(p.k, p.o) + " " + titled(p.s)).toLowerCase();
      var fits = words.every(function (w) {
        return text.indexOf(w) >= 0;
      });
      if (fits) {
        out.counts[p.s] = (out.counts[p.s] || 0) + 1;
      }
      out.shown.push(fits && (!any || !!now.codes[p.s]));
    });
    return out;
  }
  function caption(kind, id) {
    var o = (here().details.objects[kind] || {})[id];
    return (o && o.t) || id;
  }

  function state() {
    var scene = here(),
      base = {
        words: meta.words[now.language],
        names: meta.names[now.language],
        titles: meta.titles[now.language],
        dark: now.dark,
        language: now.language,
        layers: now.layers,
        selected: now.chosen,
        partners: [],
        fly: now.fly,
        legend: [],
        mask: null,
        fills: null,
        scene: now.scope === null ? "@" : now.scope,
      };
    if (!scene) {
      return overviewState(base);
    }
    var f = filtered(),
      present = {};
    scene.layers.findings.features.forEach(function (x) {
      present[x.properties.s] = 1;
    });
    base.legend = meta.order
      .filter(function (c) {
        return present[c];
      })
      .map(function (c) {
        return { code: c, label: titled(c), n: f.counts[c] || 0, on: !!now.codes[c] };
      });
    base.mask = Object.keys(now.codes).length || now.text ? f.shown : null;
    rows = f.shown;
    if (now.chosen) {
      base.partners = panel.partners();
    }
    return base;
  }
  function overviewState(base) {
    var m = meta.metrics[now.metric],
      last = 0;
    base.fills = {};
    base.words = Object.assign({}, base.words, { legend: m ? m[now.language] : "" });
    if (!m) {
      return base;
    }
    m.villages.forEach(function (v) {
      base.fills[v.code] = { colour: v.colour, lines: lines(m, v) };
    });
    base.scale = m.classes
      .map(function (c) {
        var p = function (x) {
            return Math.round(x * 100) + "%";
          },
          label =
            c[0] <= 0
              ? word(m.relative ? "at_whole" : "at_goal")
              : (c[0] >= 1 ? word("far") : word("off")).replace("{a}", p(last)).replace("{b}", p(c[0]));
        last = c[0];
        return { colour: c[1], label: label };
      })
      .concat([{ colour: null, label: word("uncoloured") }]);
    return base;
  }
  function lines(m, v) {
    if (v.standing === m.standings.hidden) {
      return [word("hidden")];
    }
    var out = [v.ratio + (v.standing === m.standings.small ? " " + word("small") : ""), v.counts];
    if (v.missing && !m.relative) {
      out.push(missing(m, v));
    }
    return out;
  }
  function missing(m, v) {
    return v.missing ? word(m.lower ? "too_many" : "missing") + " " + v.missing + " " + m.unit[now.language === "zh" ? 0 : 1] : "";
  }

  /* Draw everything anew; `fresh` when another village was chosen. */
  function draw(fresh, fly) {
    document.documentElement.classList.toggle("dark", now.dark);
    document.documentElement.lang = now.language === "zh" ? "zh-CN" : "en";
    texts();
    var s = state();
    if (fly) {
      s.fly = ++now.fly;
    }
    if (fresh) {
      view.state = s;
      view.map.getContainer().classList.toggle("dp-dark", s.dark);
      view.load(now.scope === null ? block(-1) : here());
      view.fit();
      view.legend.draw();
      view.choose(now.chosen, fly ? "jump" : null);
      view.ready();
    } else {
      view.apply(s);
    }
    if (now.scope === null) {
      overview();
    } else {
      list();
      panel.draw();
    }
  }
  function texts() {
    var name = $("name");
    name.textContent = meta.name;
    name.appendChild(el("small", "", word("title") + (meta.as_of ? " · " + word("as_of") + " " + meta.as_of : "")));
    document.title = meta.name + " · " + word("title");
    document.querySelectorAll("[data-word]").forEach(function (e) {
      e.textContent = word(e.dataset.word);
    });
    $("language").textContent = now.language === "zh" ? "English" : "中文";
    $("dark").textContent = word(now.dark ? "light" : "dark");
    $("query").placeholder = word("search");
    $("query").setAttribute("aria-label", word("search"));
    $("filter").placeholder = word("filter");
    $("filter").setAttribute("aria-label", word("filter"));
    options(
      $("scope"),
      [["@", word("overview")]].concat(
        meta.villages.map(function (v) {
          return [":" + v.code, (v.name || word("outside")) + "　" + many(v.findings)];
        }),
      ),
      now.scope === null ? "@" : ":" + now.scope,
    );
    options(
      $("metric"),
      meta.metrics.map(function (m, i) {
        return [String(i), m[now.language]];
      }),
      String(now.metric),
    );
    $("metric-box").hidden = now.scope !== null;
    $("filter").hidden = now.scope === null;
  }
  function options(box, pairs, value) {
    box.textContent = "";
    pairs.forEach(function (p) {
      var o = el("option", "", p[1]);
      o.value = p[0];
      box.appendChild(o);
    });
    box.value = value;
  }

  function open(code, chosen) {
    now.scope = code;
    now.codes = {};
    now.text = "";
    $("filter").value = "";
    now.shown = LONG;
    now.chosen = chosen || null;
    draw(true, !!chosen);
  }
  function choose(kind, id, fly) {
    now.chosen = kind ? { kind: kind, id: id } : null;
    draw(false, fly);
    $("panel").scrollTop = 0;
  }

  /* List of findings of one village. */
  function list() {
    var box = $("list"),
      scene = here(),
      told = scene.details.findings,
      n = 0,
      total = scene.layers.findings.features.length,
      top = box.scrollTop;
    box.textContent = "";
    scene.layers.findings.features.forEach(function (f, i) {
      if (!rows[i]) {
        return;
      }
      if (++n > now.shown) {
        return;
      }
      var p = f.properties,
        b = el("button"),
        look = view.look(p.s),
        sign = el("span", "sign", look.sign);
      sign.style.background = look.fill;
      sign.style.color = look.ink;
      b.type = "button";
      b.appendChild(sign);
      b.appendChild(el("b", "", titled(p.s)));
      b.appendChild(el("span", "", "　" + caption(p.k, p.o)));
      b.appendChild(el("br"));
      b.appendChild(el("small", "", told[i][now.language]));
      b.dataset.id = p.id;
      b.setAttribute("aria-current", !!now.chosen && now.chosen.kind === "finding" && now.chosen.id === p.id);
      b.onclick = function () {
        choose("finding", p.id, true);
        focusRow(p.id);
      };
      box.appendChild(b);
    });
    $("count").textContent = word("list") + " " + many(n) + " / " + many(total);
    if (!n) {
      box.appendChild(el("p", "faint", word(total ? "none_left" : "no_findings")));
    }
    if (n > now.shown) {
      var more = el("button", "more", word("more"));
      more.onclick = function () {
        now.shown += LONG;
        list();
      };
      box.appendChild(more);
    }
    box.scrollTop = top;
  }
  function focusRow(id) {
    var b = document.querySelector("#list button[data-id=" + JSON.stringify(id) + "]");
    if (b) {
      b.focus();
    }
  }

  function overview() {
    var m = meta.metrics[now.metric],
      box = $("list"),
      table = el("table"),
      p = $("panel");
    box.textContent = "";
    p.textContent = "";
    $("count").textContent = m ? m[now.language] : "";
    (m
      ? m.villages
      : meta.villages.map(function (v) {
          return { code: v.code, name: v.name, ratio: "", counts: "", missing: "" };
        })
    ).forEach(function (v) {
      var r = el("tr");
      r.tabIndex = 0;
      r.appendChild(el("td", "", v.name || word("outside")));
      r.appendChild(el("td", "n", v.ratio));
      r.appendChild(el("td", "n", v.counts));
      r.appendChild(
        el(
          "td",
          "",
          m ? (v.standing === m.standings.small ? word("small") : v.standing === m.standings.hidden ? word("hidden") : missing(m, v)) : "",
        ),
      );
      r.onclick = function () {
        open(v.code);
      };
      r.onkeydown = function (e) {
        if (e.key === "Enter") {
          open(v.code);
        }
      };
      table.appendChild(r);
    });
    box.appendChild(table);
    if (m) {
      p.appendChild(el("h2", "", word("total") + " " + m.total.ratio));
      p.appendChild(el("p", "", m.total.counts + (m.target ? "　" + word("target") + " " + m.target : "")));
      p.appendChild(el("p", "", missing(m, m.total)));
    }
    var sum = {};
    ["buildings", "plates", "addresses", "findings"].forEach(function (t) {
      sum[t] = meta.villages.reduce(function (a, v) {
        return a + v[t];
      }, 0);
    });
    p.appendChild(el("p", "faint", totals(sum)));
    if (!sum.buildings && !sum.plates && !sum.addresses) {
      p.appendChild(el("p", "", word("empty")));
    }
  }

  function goto(kind, id, code) {
    if (code !== undefined && code !== now.scope && place(code) >= 0) {
      open(code, { kind: kind, id: id });
    } else {
      choose(kind, id, true);
    }
  }

  /* Search over all villages; the index is read when it is first needed. */
  function find(text) {
    var box = $("hits"),
      q = text.trim().toLowerCase(),
      hits = [];
    box.textContent = "";
    box.hidden = !q;
    $("query").setAttribute("aria-expanded", !!q);
    if (!q) {
      return;
    }
    search = search || JSON.parse($("search").textContent);
    search.some(function (r) {
      if (r[1].toLowerCase().indexOf(q) >= 0 || r[2].toLowerCase().indexOf(q) >= 0) {
        hits.push(r);
      }
      return hits.length >= 60;
    });
    hits.sort(function (a, b) {
      return (b[1].toLowerCase() === q) - (a[1].toLowerCase() === q);
    });
    hits.forEach(function (r) {
      var b = el("button");
      b.type = "button";
      b.setAttribute("role", "option");
      b.appendChild(el("b", "", r[2] || r[1]));
      b.appendChild(el("br"));
      b.appendChild(el("small", "", said("kind", LETTER[r[0]]) + " " + r[1] + "　" + village(meta.villages[r[3]].code)));
      b.onclick = function () {
        box.hidden = true;
        goto(LETTER[r[0]], r[1], meta.villages[r[3]].code);
      };
      box.appendChild(b);
    });
    if (!hits.length) {
      box.appendChild(el("p", "faint", "　" + word("nothing")));
    }
  }

  function told(event) {
    if (event.kind === "village") {
      open(event.id);
    } else if (event.layer) {
      now.layers = Object.assign({}, now.layers);
      now.layers[event.layer] = event.shown;
      draw(false);
    } else if (event.code) {
      now.codes = Object.assign({}, now.codes);
      if (now.codes[event.code]) {
        delete now.codes[event.code];
      } else {
        now.codes[event.code] = true;
      }
      draw(false);
    } else if (event.all) {
      now.codes = {};
      draw(false);
    } else {
      choose(event.kind, event.id, false);
    }
  }
  function step(by) {
    var all = Array.prototype.slice.call(document.querySelectorAll("#list button[data-id]")),
      at = all.findIndex(function (b) {
        return b.getAttribute("aria-current") === "true";
      }),
      next = all[at < 0 ? 0 : at + by];
    if (next) {
      next.click();
      focusRow(next.dataset.id);
    }
  }

  var panel = D.panel({
    meta: meta,
    now: now,
    word: word,
    said: said,
    titled: titled,
    village: village,
    place: place,
    here: here,
    caption: caption,
    goto: goto,
    totals: totals,
  });
  D.mount(map, meta.settings, told);
  view = D.view;
  $("scope").onchange = function (e) {
    if (e.target.value === "@") {
      now.scope = null;
      now.chosen = null;
      draw(true);
    } else {
      open(e.target.value.slice(1));
    }
  };
  $("metric").onchange = function (e) {
    now.metric = Number(e.target.value);
    draw(false);
  };
  $("language").onclick = function () {
    now.language = now.language === "zh" ? "en" : "zh";
    draw(false);
  };
  $("dark").onclick = function () {
    now.dark = !now.dark;
    draw(false);
  };
  $("print").onclick = function () {
    window.print();
  };
  $("filter").oninput = function (e) {
    now.text = e.target.value.trim();
    now.shown = LONG;
    draw(false);
  };
  $("query").oninput = function (e) {
    find(e.target.value);
  };
  $("query").onkeydown = function (e) {
    var b = $("hits").querySelector("button");
    if (e.key === "Enter" && b) {
      b.click();
    }
    if (e.key === "ArrowDown" && b) {
      b.focus();
      e.preventDefault();
    }
  };
  $("hits").onkeydown = function (e) {
    var b = document.activeElement,
      next = e.key === "ArrowDown" ? b.nextSibling : e.key === "ArrowUp" ? b.previousSibling || $("query") : null;
    if (next) {
      next.focus();
      e.preventDefault();
    }
  };
  document.addEventListener("click", function (e) {
    if (!$("find").contains(e.target)) {
      $("hits").hidden = true;
    }
  });
  document.addEventListener("keydown", function (e) {
    var typing = /INPUT|SELECT/.test(document.activeElement.tagName);
    if (e.key === "Escape") {
      $("hits").hidden = true;
      if (typing) {
        document.activeElement.blur();
      } else if (now.scope !== null) {
        choose(null);
      }
    } else if (e.key === "/" && !typing) {
      e.preventDefault();
      $("query").focus();
    } else if (
      (e.key === "ArrowDown" || e.key === "ArrowUp") &&
      !typing &&
      now.scope !== null &&
      !$("map").contains(document.activeElement) &&
      !$("find").contains(document.activeElement)
    ) {
      e.preventDefault();
      step(e.key === "ArrowDown" ? 1 : -1);
    }
  });
  window.addEventListener("beforeprint", function () {
    map.invalidateSize();
  });
  if (meta.villages.length === 1) {
    open(meta.villages[0].code);
  } else {
    draw(true);
  }
})();
