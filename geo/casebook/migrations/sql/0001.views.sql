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
-- The newest published run that looked at a village.
CREATE VIEW village_run AS
SELECT s.village_code, max(s.run_id) AS run_id
FROM (SELECT DISTINCT village_code, run_id FROM run_scope) s
JOIN run r ON r.run_id = s.run_id AND r.status = 'published'
GROUP BY s.village_code
--;
-- The houses, in the newest runs of their villages, that bear any name the address of a finding ever had, in any published run.
CREATE VIEW guard_house AS
SELECT DISTINCT f.finding_id, h.run_id, h.house
FROM newest f
JOIN house_name own ON own.name = f.subject_id AND own.kind = 'address'
JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
JOIN house_name called ON called.run_id = own.run_id AND called.house = own.house
JOIN house_name h ON h.name = called.name
JOIN run r2 ON r2.run_id = h.run_id AND r2.status = 'published'
WHERE h.run_id = (SELECT v.run_id FROM village_run v WHERE v.village_code = f.village_code)
   OR h.run_id = (SELECT v.run_id FROM village_run v WHERE v.village_code = coalesce(called.village_code, ''))
--;
-- Every row of the register's counts that speaks, or might speak, of those houses. Census rows are not looked at.
CREATE VIEW guard_row AS
SELECT g.finding_id, o.run_id, o.row, o.scope, o.registered_n, o.resident_n, o.floating_n, o.absent_n, o.unit_n, o.counted_on
FROM guard_house g
JOIN occupancy o ON o.run_id = g.run_id AND o.scope = 'house' AND o.house = g.house AND o.source = 'register'
UNION
SELECT g.finding_id, o.run_id, o.row, o.scope, o.registered_n, o.resident_n, o.floating_n, o.absent_n, o.unit_n, o.counted_on
FROM guard_house g
JOIN house_name n ON n.run_id = g.run_id AND n.house = g.house
JOIN occupancy o ON o.run_id = g.run_id AND o.scope IN ('number', 'village', 'town') AND o.source = 'register'
 AND (o.scope = 'town' OR o.village_code IS NULL OR n.village_code IS NULL OR o.village_code = n.village_code)
 AND (o.scope <> 'number' OR o.number IS NULL OR o.number = n.number)
--;
-- What is known of each finding's address; one without counts has a row of zeros and is refused for it, one that is fixed has no row.
CREATE VIEW guard AS
SELECT f.finding_id, f.run_id, f.subject_id, f.village_code,
  (SELECT count(*) FROM guard_row g WHERE g.finding_id = f.finding_id AND g.scope = 'house') AS rows_n,
  (SELECT count(*) FROM guard_row g WHERE g.finding_id = f.finding_id AND g.scope = 'house'
     AND (g.registered_n > 0 OR g.resident_n > 0 OR g.floating_n > 0 OR g.absent_n > 0 OR g.unit_n > 0)) AS occupied_n,
  (SELECT count(*) FROM guard_row g WHERE g.finding_id = f.finding_id AND g.scope = 'house'
     AND (g.registered_n IS NULL OR g.resident_n IS NULL OR g.floating_n IS NULL OR g.absent_n IS NULL OR g.unit_n IS NULL OR g.counted_on IS NULL)) AS unknown_n,
  (SELECT count(*) FROM guard_row g WHERE g.finding_id = f.finding_id AND g.scope <> 'house'
     AND (coalesce(g.registered_n, 1) > 0 OR coalesce(g.resident_n, 1) > 0 OR coalesce(g.floating_n, 1) > 0 OR coalesce(g.absent_n, 1) > 0
       OR coalesce(g.unit_n, 1) > 0 OR g.counted_on IS NULL)) AS might_n,
  (SELECT count(*) FROM guard_house h JOIN house_name n ON n.run_id = h.run_id AND n.house = h.house
     WHERE h.finding_id = f.finding_id AND n.kind = 'address' AND n.counted = 0 AND (n.needs_count = 1 OR n.name = f.subject_id)) AS uncounted_n,
  (SELECT count(*) FROM village_run v JOIN house_name n ON n.run_id = v.run_id
     WHERE v.village_code = f.village_code AND n.kind = 'address' AND n.name = f.subject_id) AS named_n,
  (SELECT min(g.counted_on) FROM guard_row g WHERE g.finding_id = f.finding_id) AS oldest_on,
  (SELECT max(g.counted_on) FROM guard_row g WHERE g.finding_id = f.finding_id) AS newest_on
FROM newest f
WHERE f.change <> 'fixed'
