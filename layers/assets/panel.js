/* The panel of the offline page: what is wrong with one object and why, its evidence from three records, its links. */
(function (D) {
  "use strict";
  var KINDS = ["building", "plate", "address"];

  /* P is what the page shares: meta, now, and its small functions. Returns draw() and partners(). */
  D.panel = function (P) {
    var el = D.element,
      now = P.now,
      word = P.word,
      said = P.said,
      titled = P.titled,
      village = P.village,
      here = P.here,
      caption = P.caption,
      goto = P.goto;

    /* Everything of one object: findings that speak of it, the three records, links. */
    function subject() {
      var c = now.chosen,
        f;
      if (!c) {
        return null;
      }
      if (c.kind !== "finding") {
        return { kind: c.kind, id: c.id, first: null };
      }
      f = here().layers.findings.features.filter(function (x) {
        return x.properties.id === c.id;
      })[0];
      return f && { kind: f.properties.k, id: f.properties.o, first: f.properties };
    }
    function linked(s) {
      var key = s.kind[0],
        all = here().details.links,
        own = all.filter(function (l) {
          return l[key] === s.id;
        }),
        ids = { b: {}, p: {}, a: {} };
      own.concat([{}]).forEach(function (l) {
        ["b", "p", "a"].forEach(function (k) {
          if (l[k]) {
            ids[k][l[k]] = 1;
          }
        });
      });
      ids[key] = {};
      ids[key][s.id] = 1;
      // A plate and an address that only share a building are linked through it.
      ["b", "p", "a"].forEach(function (k) {
        if (!Object.keys(ids[k]).length) {
          all.forEach(function (l) {
            if (l.b && ids.b[l.b] && l[k]) {
              ids[k][l[k]] = 1;
            }
          });
        }
      });
      return all.filter(function (l) {
        return ["b", "p", "a"].every(function (k) {
          return !l[k] || ids[k][l[k]];
        });
      });
    }
    function around(s) {
      var links = linked(s),
        out = { building: {}, plate: {}, address: {} };
      if (out[s.kind]) {
        out[s.kind][s.id] = 1;
      }
      links.forEach(function (l) {
        if (l.b) {
          out.building[l.b] = 1;
        }
        if (l.p) {
          out.plate[l.p] = 1;
        }
        if (l.a) {
          out.address[l.a] = 1;
        }
      });
      if (s.first) {
        (s.first.r || []).forEach(function (o) {
          out[o[0]][o[1]] = 1;
        });
      }
      return { links: links, objects: out };
    }
    function partners() {
      var s = subject(),
        out = [];
      if (!s) {
        return out;
      }
      var near = around(s).objects;
      KINDS.forEach(function (k) {
        Object.keys(near[k]).forEach(function (id) {
          if (k !== s.kind || id !== s.id) {
            out.push([k, id]);
          }
        });
      });
      return out;
    }
    function panel() {
      var p = document.getElementById("panel"),
        s = subject();
      p.textContent = "";
      if (!s) {
        var v = P.meta.villages[P.place(now.scope)];
        p.appendChild(el("h2", "", v.name || word("outside")));
        p.appendChild(el("p", "", P.totals(v)));
        p.appendChild(el("p", "faint", word("choose")));
        return;
      }
      var o = (here().details.objects[s.kind] || {})[s.id];
      p.appendChild(el("h2", "", (o && o.t) || s.id));
      p.appendChild(el("p", "faint", said("kind", s.kind) + " " + s.id + (o ? "　" + titled(o.s) : "")));
      findings(p, s);
      var a = around(s);
      if (o) {
        records(p, a.objects);
        links(p, a.links);
      }
    }
    function findings(p, s) {
      var scene = here(),
        touch = D.view.touching[D.key(s.kind, s.id)] || [],
        all = scene.layers.findings.features;
      if (!touch.length && s.first) {
        touch = all
          .map(function (_, i) {
            return i;
          })
          .filter(function (i) {
            return all[i].properties.id === s.first.id;
          });
      }
      if (s.first) {
        touch = touch.slice().sort(function (x, y) {
          return (all[y].properties.id === s.first.id) - (all[x].properties.id === s.first.id) || x - y;
        });
      }
      if (!touch.length) {
        p.appendChild(el("p", "faint", word("no_finding")));
      }
      touch.forEach(function (i) {
        p.appendChild(finding(all[i].properties, scene.details.findings[i], s.first && all[i].properties.id === s.first.id));
      });
    }
    function finding(f, told, opened) {
      var card = el("div", "card"),
        look = D.view.look(f.s),
        sign = el("span", "sign", look.sign),
        info = P.meta.cards[f.s],
        lang = now.language,
        fold;
      sign.style.background = look.fill;
      sign.style.color = look.ink;
      card.appendChild(sign);
      card.appendChild(el("b", "", titled(f.s)));
      card.appendChild(el("span", "tag " + f.v, said("severity", f.v)));
      if (f.c === "suspect") {
        card.appendChild(el("span", "tag", word("suspect")));
      }
      card.appendChild(el("p", "", told[lang]));
      if (told.p) {
        point(card, word("proposal"), told.p);
      }
      if (info) {
        fold = el("details");
        fold.open = !!opened;
        fold.appendChild(el("summary", "", word("card")));
        card.appendChild(fold);
        point(fold, word("todo"), info["todo_" + lang]);
        point(fold, word("office"), said("office", told.o));
        point(fold, word("rule"), info["rule_" + lang]);
        point(fold, word("trap"), info["trap_" + lang]);
        point(fold, word("source"), info.source);
      }
      return card;
    }
    function point(box, name, text) {
      var q = el("p");
      q.appendChild(el("b", "", name + " "));
      q.appendChild(document.createTextNode(text));
      box.appendChild(q);
    }
    function records(p, objects) {
      var table = el("table");
      p.appendChild(el("h3", "", word("records")));
      p.appendChild(table);
      KINDS.forEach(function (kind) {
        var ids = Object.keys(objects[kind]).sort();
        if (!ids.length) {
          row(table, [said("kind", kind), "—", word("none")]);
        }
        ids.forEach(function (id) {
          var o = here().details.objects[kind][id] || { t: "", s: "", d: [] },
            r = row(table, [said("kind", kind)]),
            at = r.insertCell(),
            what = r.insertCell();
          at.appendChild(jump(id, kind, o.v));
          what.appendChild(el("div", "", o.t));
          what.appendChild(
            el(
              "small",
              "faint",
              [titled(o.s)]
                .concat(
                  (o.d || []).map(function (d) {
                    return said("state", d);
                  }),
                )
                .concat(o.v !== undefined && o.v !== now.scope ? [word("elsewhere") + " " + village(o.v)] : [])
                .join(now.language === "zh" ? "，" : ", "),
            ),
          );
          if (o.n) {
            what.appendChild(
              el(
                "div",
                "faint",
                word("people")
                  .split(" ")
                  .map(function (w, i) {
                    return w + " " + (o.n[i] || word("unknown"));
                  })
                  .join(now.language === "zh" ? "，" : ", "),
              ),
            );
          }
        });
      });
    }
    function jump(id, kind, code) {
      var b = el("a", "object", id);
      b.tabIndex = 0;
      b.setAttribute("role", "button");
      b.onclick = function () {
        goto(kind, id, code);
      };
      b.onkeydown = function (e) {
        if (e.key === "Enter") {
          goto(kind, id, code);
        }
      };
      return b;
    }
    function row(table, cells) {
      var r = table.insertRow();
      cells.forEach(function (c) {
        r.insertCell().textContent = c;
      });
      return r;
    }
    function links(p, found) {
      if (!found.length) {
        p.appendChild(el("p", "faint", word("no_link")));
        return;
      }
      p.appendChild(el("h3", "", word("links")));
      var table = el("table"),
        near = { p: {}, a: {} },
        differ;
      found.forEach(function (l) {
        near.p[l.p] = near.a[l.a] = 1;
      });
      differ = here().details.differ.filter(function (d) {
        return near.p[d.p] && near.a[d.a];
      });
      p.appendChild(table);
      found.forEach(function (l) {
        row(table, [
          [l.b, l.p, l.a]
            .map(function (x) {
              return x || "—";
            })
            .join(" · "),
          said("link", l.s),
          l.d === undefined ? "" : l.d + " m",
          word("score") + " " + (l.q === undefined ? "—" : l.q),
          said("reason", l.r || ""),
        ]);
      });
      if (!differ.length) {
        return;
      }
      p.appendChild(el("h3", "", word("compared")));
      differ.forEach(function (l) {
        var q = el("p");
        q.appendChild(el("span", "faint", l.p + "　"));
        l.m.forEach(function (piece) {
          q.appendChild(piece[1] ? document.createTextNode(piece[0]) : el("mark", "", piece[0]));
        });
        q.appendChild(el("br"));
        q.appendChild(el("span", "faint", l.a + "　" + caption("address", l.a)));
        p.appendChild(q);
      });
    }

    return { draw: panel, partners: partners };
  };
})(window.Doorplate);
