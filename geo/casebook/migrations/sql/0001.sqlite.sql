-- What the newest counts of the register say of each finding's address; census rows are not looked at. One without counts has
-- a row of zeros and is refused for it, one that is fixed has no row.
-- rows_n       rows that count its houses           occupied_n   of these, with somebody or some unit
-- unknown_n    of these, with a count or day unknown
-- might_n      above zero: rows that nobody could place, that may speak of its houses, and do not say that nobody is there
-- uncounted_n  addresses of its houses that no row counts     named_n   whether the newest run of its village knows the address
-- Each column asks the same two questions: every name a house of the address ever bore, in any published run (called); and the
-- houses that bear one in the newest runs of their villages (houses). They are written out in each, because SQLite looks at one
-- finding only where the question stands inside the column; guarding one case takes milliseconds so, seconds otherwise.
CREATE VIEW guard AS
SELECT f.finding_id, f.run_id, f.subject_id, f.village_code,
  (SELECT count(*) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN occupancy o ON o.run_id = houses.run_id AND o.house = houses.house AND o.source = 'register') AS rows_n,
  (SELECT count(*) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN occupancy o ON o.run_id = houses.run_id AND o.house = houses.house AND o.source = 'register'
      WHERE o.registered_n > 0 OR o.resident_n > 0 OR o.floating_n > 0 OR o.absent_n > 0 OR o.unit_n > 0) AS occupied_n,
  (SELECT count(*) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN occupancy o ON o.run_id = houses.run_id AND o.house = houses.house AND o.source = 'register'
      WHERE o.registered_n IS NULL OR o.resident_n IS NULL OR o.floating_n IS NULL OR o.absent_n IS NULL OR o.unit_n IS NULL
         OR o.counted_on IS NULL) AS unknown_n,
  (SELECT min(o.counted_on) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN occupancy o ON o.run_id = houses.run_id AND o.house = houses.house AND o.source = 'register') AS oldest_on,
  (SELECT max(o.counted_on) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN occupancy o ON o.run_id = houses.run_id AND o.house = houses.house AND o.source = 'register') AS newest_on,
  (SELECT count(*) FROM (SELECT DISTINCT n.run_id, n.village_code, n.number FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN house_name n ON n.run_id = houses.run_id AND n.house = houses.house) named
      JOIN occupancy o ON o.run_id = named.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
       AND (o.scope = 'town' OR o.village_code IS NULL OR named.village_code IS NULL OR o.village_code = named.village_code)
       AND (o.scope <> 'number' OR o.number IS NULL OR o.number = named.number)
      WHERE coalesce(o.registered_n, 1) > 0 OR coalesce(o.resident_n, 1) > 0 OR coalesce(o.floating_n, 1) > 0 OR coalesce(o.absent_n, 1) > 0
         OR coalesce(o.unit_n, 1) > 0 OR o.counted_on IS NULL) AS might_n,
  (SELECT min(o.counted_on) FROM (SELECT DISTINCT n.run_id, n.village_code, n.number FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN house_name n ON n.run_id = houses.run_id AND n.house = houses.house) named
      JOIN occupancy o ON o.run_id = named.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
       AND (o.scope = 'town' OR o.village_code IS NULL OR named.village_code IS NULL OR o.village_code = named.village_code)
       AND (o.scope <> 'number' OR o.number IS NULL OR o.number = named.number)) AS other_oldest_on,
  (SELECT max(o.counted_on) FROM (SELECT DISTINCT n.run_id, n.village_code, n.number FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN house_name n ON n.run_id = houses.run_id AND n.house = houses.house) named
      JOIN occupancy o ON o.run_id = named.run_id AND o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere'
       AND (o.scope = 'town' OR o.village_code IS NULL OR named.village_code IS NULL OR o.village_code = named.village_code)
       AND (o.scope <> 'number' OR o.number IS NULL OR o.number = named.number)) AS other_newest_on,
  (SELECT count(*) FROM (SELECT DISTINCT h.run_id, h.house
      FROM (SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code, x.village_code AS own_village_code
            FROM observation x
            JOIN run r ON r.run_id = x.run_id AND r.status = 'published'
            JOIN house_name own ON own.name = x.subject_id AND own.kind = 'address'
            JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
            JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
            WHERE x.finding_id = f.finding_id) called
      JOIN house_name h ON h.name = called.name AND h.run_id IN (
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.own_village_code ORDER BY s.run_id DESC LIMIT 1),
            (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = called.village_code ORDER BY s.run_id DESC LIMIT 1))) houses
      JOIN house_name n ON n.run_id = houses.run_id AND n.house = houses.house
      WHERE n.kind = 'address' AND n.counted = 0 AND (n.needs_count = 1 OR n.name = f.subject_id)) AS uncounted_n,
  (SELECT count(*) FROM house_name n WHERE n.kind = 'address' AND n.name = f.subject_id
      AND n.run_id = (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
              WHERE s.village_code = f.village_code ORDER BY s.run_id DESC LIMIT 1)) AS named_n
FROM newest f
WHERE f.change <> 'fixed'
--;
-- Guards of version 1 for SQLite. They hold for every connection, with or without recursive_triggers: a row that is there
-- already is refused before INSERT OR REPLACE can put another in its place.
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'kept: the log only grows'); END
--;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'kept: the log only grows'); END
--;
CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM decision WHERE decision_id = NEW.decision_id)
  OR EXISTS (SELECT 1 FROM decision WHERE hash = NEW.hash)
  OR EXISTS (SELECT 1 FROM decision WHERE undoes = NEW.undoes)
  OR EXISTS (SELECT 1 FROM decision WHERE finding_id = NEW.finding_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'stale: this place in the log is taken'); END
--;
CREATE TRIGGER decision_chain BEFORE INSERT ON decision
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM decision)
  OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM decision ORDER BY seq DESC LIMIT 1), (SELECT v FROM meta WHERE k = 'genesis'))
  OR NEW.at < (SELECT at FROM decision ORDER BY seq DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'chain: not the next row of the log'); END
--;
CREATE TRIGGER decision_lock BEFORE INSERT ON decision
WHEN NEW.finding_id IS NOT NULL AND (
     NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM decision WHERE finding_id = NEW.finding_id)
  OR NEW.evidence_hash IS NOT (SELECT evidence_hash FROM newest WHERE finding_id = NEW.finding_id)
  OR NEW.was IS NOT coalesce((SELECT status FROM decision WHERE finding_id = NEW.finding_id ORDER BY version DESC LIMIT 1), 'open'))
BEGIN SELECT RAISE(ABORT, 'stale: the case or its evidence changed'); END
--;
CREATE TRIGGER decision_actor BEFORE INSERT ON decision
WHEN NEW.verb <> 'found' AND NOT EXISTS (
  SELECT 1 FROM role_grant g JOIN account a ON a.user_id = g.user_id
  WHERE g.user_id = NEW.by AND g.role = NEW.office AND g.revoked_seq IS NULL AND a.closed_seq IS NULL
    AND (NEW.finding_id IS NULL OR (g.role NOT IN ('leader', 'admin')
      AND (g.village_code = '*' OR g.village_code = (SELECT village_code FROM newest WHERE finding_id = NEW.finding_id)))))
BEGIN SELECT RAISE(ABORT, 'right: this account holds no such role here'); END
--;
CREATE TRIGGER decision_found BEFORE INSERT ON decision
WHEN NEW.verb = 'found' AND EXISTS (SELECT 1 FROM decision)
BEGIN SELECT RAISE(ABORT, 'right: a casebook is founded once'); END
--;
CREATE TRIGGER decision_undo BEFORE INSERT ON decision
WHEN NEW.undoes IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM decision d WHERE d.seq = NEW.undoes AND d.finding_id = NEW.finding_id AND d.was = NEW.status)
BEGIN SELECT RAISE(ABORT, 'stale: an undo restores what was before a decision of the same case'); END
--;
-- Whatever row leads to a requested or approved cancellation, an undo too, is guarded; only taking an approval back is free.
CREATE TRIGGER decision_guard BEFORE INSERT ON decision
WHEN (NEW.verb IN ('request_cancellation', 'approve_cancellation')
    OR (NEW.status IN ('cancellation_requested', 'cancellation_approved') AND NEW.status <> NEW.was
        AND NOT (NEW.was = 'cancellation_approved' AND NEW.status = 'cancellation_requested')))
  AND NOT EXISTS (
    SELECT 1 FROM guard g WHERE g.finding_id = NEW.finding_id
      AND g.rows_n > 0 AND g.named_n > 0 AND g.occupied_n = 0 AND g.unknown_n = 0 AND g.uncounted_n = 0 AND g.might_n = 0
      AND min(g.oldest_on, coalesce(g.other_oldest_on, g.oldest_on)) >= date(max(substr(NEW.at, 1, 10), CASE (SELECT v FROM meta WHERE k = 'clock') WHEN 'wall' THEN date('now', '+8 hours') ELSE '' END),
                              '-' || (SELECT v FROM meta WHERE k = 'max_count_age_days') || ' days')
      AND max(g.newest_on, coalesce(g.other_newest_on, g.newest_on)) <= substr(NEW.at, 1, 10))
BEGIN SELECT RAISE(ABORT, 'guard: the newest counts do not say that nobody is left'); END
--;
CREATE TRIGGER decision_guard_step BEFORE INSERT ON decision
WHEN (NEW.status = 'cancellation_requested' AND NEW.was <> NEW.status AND NEW.verb NOT IN ('request_cancellation', 'undo'))
  OR (NEW.status = 'cancellation_approved' AND NEW.was <> NEW.status AND NEW.verb NOT IN ('approve_cancellation', 'undo'))
  OR (NEW.verb = 'request_cancellation' AND NEW.status <> 'cancellation_requested')
  OR (NEW.verb = 'approve_cancellation' AND (NEW.status <> 'cancellation_approved' OR NEW.was <> 'cancellation_requested'))
  OR (NEW.status IN ('cancellation_requested', 'cancellation_approved') AND NOT EXISTS (
        SELECT 1 FROM finding WHERE finding_id = NEW.finding_id AND subject = 'address'))
BEGIN SELECT RAISE(ABORT, 'guard: not a step of a cancellation'); END
--;
-- Four eyes: whoever ever asked for the cancellation of this case never approves it; and what was asked for is what is approved.
CREATE TRIGGER decision_four_eyes BEFORE INSERT ON decision
WHEN NEW.status = 'cancellation_approved' AND NEW.was <> NEW.status AND (
     NOT EXISTS (SELECT 1 FROM decision WHERE finding_id = NEW.finding_id AND verb = 'request_cancellation')
  OR EXISTS (SELECT 1 FROM decision WHERE finding_id = NEW.finding_id AND verb = 'request_cancellation' AND by = NEW.by)
  OR NEW.evidence_hash IS NOT (SELECT evidence_hash FROM decision WHERE finding_id = NEW.finding_id AND verb = 'request_cancellation'
                               ORDER BY seq DESC LIMIT 1))
BEGIN SELECT RAISE(ABORT, 'four eyes: another person approves, on the evidence that was asked about'); END
--;
CREATE TRIGGER decision_to_case AFTER INSERT ON decision WHEN NEW.finding_id IS NOT NULL AND NEW.version = 1
BEGIN
  INSERT INTO casefile (finding_id, version, last_seq, status, state, seen_hash, seen_run)
  VALUES (NEW.finding_id, NEW.version, NEW.seq, NEW.status, NEW.state, NEW.seen_hash, NEW.seen_run);
END
--;
CREATE TRIGGER decision_to_case_again AFTER INSERT ON decision WHEN NEW.finding_id IS NOT NULL AND NEW.version > 1
BEGIN
  UPDATE casefile SET version = NEW.version, last_seq = NEW.seq, status = NEW.status, state = NEW.state, seen_hash = NEW.seen_hash, seen_run = NEW.seen_run
  WHERE finding_id = NEW.finding_id;
END
--;
CREATE TRIGGER casefile_follows BEFORE UPDATE ON casefile WHEN NEW.finding_id <> OLD.finding_id OR NOT EXISTS (
  SELECT 1 FROM decision d WHERE d.seq = NEW.last_seq AND d.finding_id = NEW.finding_id AND d.version = NEW.version AND d.status = NEW.status
    AND d.state = NEW.state AND d.seen_hash IS NEW.seen_hash AND d.seen_run IS NEW.seen_run
    AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.finding_id = d.finding_id AND later.version > d.version))
BEGIN SELECT RAISE(ABORT, 'kept: a case follows its log'); END
--;
CREATE TRIGGER casefile_begins BEFORE INSERT ON casefile
WHEN EXISTS (SELECT 1 FROM casefile WHERE finding_id = NEW.finding_id) OR NOT EXISTS (
  SELECT 1 FROM decision d WHERE d.seq = NEW.last_seq AND d.finding_id = NEW.finding_id AND d.version = NEW.version AND d.status = NEW.status
    AND d.state = NEW.state AND d.seen_hash IS NEW.seen_hash AND d.seen_run IS NEW.seen_run
    AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.finding_id = d.finding_id AND later.version > d.version))
BEGIN SELECT RAISE(ABORT, 'kept: a case follows its log'); END
--;
CREATE TRIGGER casefile_no_delete BEFORE DELETE ON casefile BEGIN SELECT RAISE(ABORT, 'kept: cases are never deleted'); END
--;
CREATE TRIGGER account_opens BEFORE INSERT ON account
WHEN NEW.closed_seq IS NOT NULL OR EXISTS (SELECT 1 FROM account WHERE user_id = NEW.user_id)
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.opened_seq AND verb IN ('found', 'open_account')
    AND seq = (SELECT max(seq) FROM decision))
BEGIN SELECT RAISE(ABORT, 'kept: accounts are opened through the log'); END
--;
CREATE TRIGGER account_closes BEFORE UPDATE ON account
WHEN NEW.user_id <> OLD.user_id OR NEW.display <> OLD.display OR NEW.office <> OLD.office OR NEW.opened_seq <> OLD.opened_seq OR OLD.closed_seq IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.closed_seq AND verb = 'close_account' AND seq = (SELECT max(seq) FROM decision))
BEGIN SELECT RAISE(ABORT, 'kept: accounts are closed through the log'); END
--;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'kept: accounts are never deleted'); END
--;
CREATE TRIGGER grant_given BEFORE INSERT ON role_grant
WHEN NEW.revoked_seq IS NOT NULL OR EXISTS (SELECT 1 FROM role_grant WHERE grant_id = NEW.grant_id)
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.granted_seq AND by = NEW.granted_by AND seq = (SELECT max(seq) FROM decision)
    AND ((verb = 'grant' AND NEW.granted_by <> NEW.user_id) OR (verb = 'found' AND NEW.role = 'admin')))
  OR EXISTS (SELECT 1 FROM role_grant WHERE user_id = NEW.user_id AND revoked_seq IS NULL AND (role = 'admin') <> (NEW.role = 'admin'))
BEGIN SELECT RAISE(ABORT, 'right: grants are given through the log, never to oneself, and an admin holds nothing else'); END
--;
CREATE TRIGGER grant_revoked BEFORE UPDATE ON role_grant
WHEN NEW.grant_id <> OLD.grant_id OR NEW.user_id <> OLD.user_id OR NEW.role <> OLD.role OR NEW.village_code <> OLD.village_code
  OR NEW.granted_by <> OLD.granted_by OR NEW.granted_seq <> OLD.granted_seq OR OLD.revoked_seq IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.revoked_seq AND verb = 'revoke' AND seq = (SELECT max(seq) FROM decision))
BEGIN SELECT RAISE(ABORT, 'kept: grants are revoked through the log'); END
--;
CREATE TRIGGER grant_no_delete BEFORE DELETE ON role_grant BEGIN SELECT RAISE(ABORT, 'kept: grants are never deleted'); END
--;
CREATE TRIGGER village_deadline_logged BEFORE INSERT ON village_deadline
WHEN EXISTS (SELECT 1 FROM village_deadline WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq AND verb = 'set_deadline' AND seq = (SELECT max(seq) FROM decision))
BEGIN SELECT RAISE(ABORT, 'kept: it goes through the log'); END
--;
CREATE TRIGGER village_deadline_no_update BEFORE UPDATE ON village_deadline BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER village_deadline_no_delete BEFORE DELETE ON village_deadline BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER export_log_logged BEFORE INSERT ON export_log
WHEN EXISTS (SELECT 1 FROM export_log WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq AND verb = 'export' AND seq = (SELECT max(seq) FROM decision))
BEGIN SELECT RAISE(ABORT, 'kept: it goes through the log'); END
--;
CREATE TRIGGER export_log_no_update BEFORE UPDATE ON export_log BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER export_log_no_delete BEFORE DELETE ON export_log BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta WHEN OLD.k <> 'opened_at' OR NEW.k <> OLD.k
BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER meta_no_replace BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta WHERE k = NEW.k)
BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'kept: what was written stays'); END
--;
CREATE TRIGGER run_begins BEFORE INSERT ON run
WHEN NEW.status <> 'running' OR EXISTS (SELECT 1 FROM run WHERE run_id >= NEW.run_id)
BEGIN SELECT RAISE(ABORT, 'kept: a run begins as running, after all others'); END
--;
-- One row of one run makes it visible: from running to published, named by the newest row of the log, nothing newer published.
CREATE TRIGGER run_flips BEFORE UPDATE ON run
WHEN OLD.status <> 'running' OR NEW.run_id <> OLD.run_id OR NEW.started_at <> OLD.started_at OR NEW.started_by <> OLD.started_by
  OR (NEW.status = 'published' AND (
       EXISTS (SELECT 1 FROM run WHERE status = 'published' AND run_id > NEW.run_id)
    OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.published_seq AND verb = 'publish' AND seq = (SELECT max(seq) FROM decision))))
BEGIN SELECT RAISE(ABORT, 'kept: a run is published once, through the log'); END
--;
CREATE TRIGGER run_no_delete BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'kept: runs are never deleted'); END
--;
CREATE TRIGGER run_scope_staged BEFORE INSERT ON run_scope
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM run_scope WHERE run_id = NEW.run_id AND village_code = NEW.village_code AND code = NEW.code)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER run_scope_no_update BEFORE UPDATE ON run_scope BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER run_scope_no_delete BEFORE DELETE ON run_scope WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER observation_staged BEFORE INSERT ON observation
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM observation WHERE finding_id = NEW.finding_id AND run_id = NEW.run_id)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER observation_no_update BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER observation_no_delete BEFORE DELETE ON observation WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER occupancy_staged BEFORE INSERT ON occupancy
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM occupancy WHERE run_id = NEW.run_id AND row = NEW.row)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER occupancy_no_update BEFORE UPDATE ON occupancy BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER occupancy_no_delete BEFORE DELETE ON occupancy WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER house_name_staged BEFORE INSERT ON house_name
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM house_name WHERE run_id = NEW.run_id AND house = NEW.house AND kind = NEW.kind AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER house_name_no_update BEFORE UPDATE ON house_name BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER house_name_no_delete BEFORE DELETE ON house_name WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER finding_staged BEFORE INSERT ON finding
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.opened_run AND status = 'running') OR EXISTS (SELECT 1 FROM finding WHERE finding_id = NEW.finding_id)
BEGIN SELECT RAISE(ABORT, 'kept: findings come with a run'); END
--;
CREATE TRIGGER finding_no_update BEFORE UPDATE ON finding BEGIN SELECT RAISE(ABORT, 'kept: findings keep their identity'); END
--;
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'kept: findings are never deleted'); END
--;
CREATE TRIGGER object_seen_staged BEFORE INSERT ON object_seen
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM object_seen WHERE kind = NEW.kind AND object_id = NEW.object_id AND run_id = NEW.run_id)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER object_seen_no_update BEFORE UPDATE ON object_seen BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER object_seen_no_delete BEFORE DELETE ON object_seen WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER lineage_staged BEFORE INSERT ON lineage
WHEN NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') OR EXISTS (SELECT 1 FROM lineage WHERE run_id = NEW.run_id AND child = NEW.child AND parent = NEW.parent)
BEGIN SELECT RAISE(ABORT, 'kept: a published run takes no more rows'); END
--;
CREATE TRIGGER lineage_no_update BEFORE UPDATE ON lineage BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
--;
CREATE TRIGGER lineage_no_delete BEFORE DELETE ON lineage WHEN EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published')
BEGIN SELECT RAISE(ABORT, 'kept: what a run said stays'); END
