-- Views of version 1, the same text for SQLite and PostgreSQL.
-- What the newest published run that spoke of a finding said of it.
CREATE VIEW newest AS
SELECT o.*
FROM observation o
JOIN run r ON r.run_id = o.run_id AND r.status = 'published'
WHERE NOT EXISTS (
  SELECT 1 FROM observation later
  JOIN run p ON p.run_id = later.run_id AND p.status = 'published'
  WHERE later.finding_id = o.finding_id AND later.run_id > o.run_id
)
--;
-- The houses that bear any name the address of a finding ever had, in any published run, as the newest runs of their villages
-- know them. Rows repeat. Written without DISTINCT, UNION or GROUP BY, so that asking about one finding looks at one finding.
CREATE VIEW guard_house AS
SELECT f.finding_id, h.run_id, h.house
FROM observation f
JOIN run r ON r.run_id = f.run_id AND r.status = 'published'
JOIN house_name own ON own.name = f.subject_id AND own.kind = 'address'
JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
JOIN house_name called ON called.run_id = own.run_id AND called.house = own.house
JOIN house_name h ON h.name = called.name
WHERE h.run_id IN (
  (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
   WHERE s.village_code = f.village_code ORDER BY s.run_id DESC LIMIT 1),
  (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
   WHERE s.village_code = coalesce(called.village_code, '') ORDER BY s.run_id DESC LIMIT 1))
--;
-- What the newest counts of the register say of each finding's address; census rows are not looked at. One without counts has
-- a row of zeros and is refused for it, one that is fixed has no row.
-- rows_n       rows that count its houses           occupied_n   of these, with somebody or some unit
-- unknown_n    of these, with a count or day unknown
-- might_n      above zero: rows that nobody could place, that may speak of its houses, and do not say that nobody is there
-- uncounted_n  addresses of its houses that no row counts     named_n   whether the newest run of its village knows the address
CREATE VIEW guard AS
SELECT f.finding_id, f.run_id, f.subject_id, f.village_code,
  (SELECT count(DISTINCT o.row)
     FROM guard_house g JOIN occupancy o ON o.run_id = g.run_id AND o.house = g.house AND o.source = 'register' WHERE g.finding_id = f.finding_id) AS rows_n,
  (SELECT count(DISTINCT o.row)
     FROM guard_house g JOIN occupancy o ON o.run_id = g.run_id AND o.house = g.house AND o.source = 'register' WHERE g.finding_id = f.finding_id
      AND (o.registered_n > 0 OR o.resident_n > 0 OR o.floating_n > 0 OR o.absent_n > 0 OR o.unit_n > 0)) AS occupied_n,
  (SELECT count(DISTINCT o.row)
     FROM guard_house g JOIN occupancy o ON o.run_id = g.run_id AND o.house = g.house AND o.source = 'register' WHERE g.finding_id = f.finding_id
      AND (o.registered_n IS NULL OR o.resident_n IS NULL OR o.floating_n IS NULL OR o.absent_n IS NULL OR o.unit_n IS NULL
          OR o.counted_on IS NULL)) AS unknown_n,
  (SELECT min(o.counted_on)
     FROM guard_house g JOIN occupancy o ON o.run_id = g.run_id AND o.house = g.house AND o.source = 'register' WHERE g.finding_id = f.finding_id) AS oldest_on,
  (SELECT max(o.counted_on)
     FROM guard_house g JOIN occupancy o ON o.run_id = g.run_id AND o.house = g.house AND o.source = 'register' WHERE g.finding_id = f.finding_id) AS newest_on,
  (SELECT count(*) FROM guard_house g
     JOIN house_name n ON n.run_id = g.run_id AND n.house = g.house
     JOIN occupancy o ON o.run_id = g.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
      AND (o.scope = 'town' OR o.village_code IS NULL OR n.village_code IS NULL OR o.village_code = n.village_code)
      AND (o.scope <> 'number' OR o.number IS NULL OR o.number = n.number)
     WHERE g.finding_id = f.finding_id
      AND (coalesce(o.registered_n, 1) > 0 OR coalesce(o.resident_n, 1) > 0 OR coalesce(o.floating_n, 1) > 0 OR coalesce(o.absent_n, 1) > 0
           OR coalesce(o.unit_n, 1) > 0 OR o.counted_on IS NULL)) AS might_n,
  (SELECT min(o.counted_on) FROM guard_house g
     JOIN house_name n ON n.run_id = g.run_id AND n.house = g.house
     JOIN occupancy o ON o.run_id = g.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
      AND (o.scope = 'town' OR o.village_code IS NULL OR n.village_code IS NULL OR o.village_code = n.village_code)
      AND (o.scope <> 'number' OR o.number IS NULL OR o.number = n.number)
     WHERE g.finding_id = f.finding_id) AS other_oldest_on,
  (SELECT max(o.counted_on) FROM guard_house g
     JOIN house_name n ON n.run_id = g.run_id AND n.house = g.house
     JOIN occupancy o ON o.run_id = g.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
      AND (o.scope = 'town' OR o.village_code IS NULL OR n.village_code IS NULL OR o.village_code = n.village_code)
      AND (o.scope <> 'number' OR o.number IS NULL OR o.number = n.number)
     WHERE g.finding_id = f.finding_id) AS other_newest_on,
  (SELECT count(*) FROM guard_house g JOIN house_name n ON n.run_id = g.run_id AND n.house = g.house
     WHERE g.finding_id = f.finding_id AND n.kind = 'address' AND n.counted = 0 AND (n.needs_count = 1 OR n.name = f.subject_id)) AS uncounted_n,
  (SELECT count(*) FROM house_name n WHERE n.kind = 'address' AND n.name = f.subject_id
     AND +n.run_id = (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
                     WHERE s.village_code = f.village_code ORDER BY s.run_id DESC LIMIT 1)) AS named_n
FROM newest f
WHERE f.change <> 'fixed'
