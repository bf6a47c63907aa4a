-- What the newest counts of the register say of each finding's address: the same columns as in 0001.sqlite.sql, each step asked once.
-- called   every name a house of the address ever bore, in any published run       houses   the houses that bear one in the newest runs
-- counted  rows that count them                                                   others   rows that nobody could place, that may speak of them
CREATE VIEW guard AS
SELECT f.finding_id, f.run_id, f.subject_id, f.village_code, g.*
FROM newest f
CROSS JOIN LATERAL (
  WITH called AS MATERIALIZED (
    SELECT DISTINCT c.name, coalesce(c.village_code, '') AS village_code
    FROM observation o
    JOIN run r ON r.run_id = o.run_id AND r.status = 'published'
    JOIN house_name own ON own.name = o.subject_id AND own.kind = 'address'
    JOIN run r1 ON r1.run_id = own.run_id AND r1.status = 'published'
    JOIN house_name c ON c.run_id = own.run_id AND c.house = own.house
    WHERE o.finding_id = f.finding_id
  ), looked AS MATERIALIZED (
    SELECT v.village_code, (SELECT s.run_id FROM run_scope s JOIN run p ON p.run_id = s.run_id AND p.status = 'published'
                            WHERE s.village_code = v.village_code ORDER BY s.run_id DESC LIMIT 1) AS run_id
    FROM (SELECT village_code FROM called UNION SELECT o.village_code FROM observation o WHERE o.finding_id = f.finding_id) v
  ), houses AS MATERIALIZED (
    SELECT DISTINCT h.run_id, h.house
    FROM called c
    JOIN looked l ON l.village_code = c.village_code OR l.village_code IN (SELECT o.village_code FROM observation o WHERE o.finding_id = f.finding_id)
    JOIN house_name h ON h.name = c.name AND h.run_id = l.run_id
  ), counted AS MATERIALIZED (
    SELECT o.* FROM houses h JOIN occupancy o ON o.run_id = h.run_id AND o.house = h.house AND o.source = 'register'
  ), named AS MATERIALIZED (
    SELECT n.* FROM houses h JOIN house_name n ON n.run_id = h.run_id AND n.house = h.house
  ), others AS MATERIALIZED (
    SELECT o.* FROM occupancy o
    WHERE o.house IS NULL AND o.source = 'register' AND o.scope <> 'elsewhere' AND o.run_id IN (SELECT run_id FROM houses)
      AND EXISTS (SELECT 1 FROM named n WHERE n.run_id = o.run_id
        AND (o.scope = 'town' OR o.village_code IS NULL OR n.village_code IS NULL OR o.village_code = n.village_code)
        AND (o.scope <> 'number' OR o.number IS NULL OR o.number = n.number))
  )
  SELECT
    (SELECT count(*) FROM counted) AS rows_n,
    (SELECT count(*) FROM counted WHERE registered_n > 0 OR resident_n > 0 OR floating_n > 0 OR absent_n > 0 OR unit_n > 0) AS occupied_n,
    (SELECT count(*) FROM counted WHERE registered_n IS NULL OR resident_n IS NULL OR floating_n IS NULL OR absent_n IS NULL OR unit_n IS NULL
       OR counted_on IS NULL) AS unknown_n,
    (SELECT min(counted_on) FROM counted) AS oldest_on,
    (SELECT max(counted_on) FROM counted) AS newest_on,
    (SELECT count(*) FROM others WHERE coalesce(registered_n, 1) > 0 OR coalesce(resident_n, 1) > 0 OR coalesce(floating_n, 1) > 0
       OR coalesce(absent_n, 1) > 0 OR coalesce(unit_n, 1) > 0 OR counted_on IS NULL) AS might_n,
    (SELECT min(counted_on) FROM others) AS other_oldest_on,
    (SELECT max(counted_on) FROM others) AS other_newest_on,
    (SELECT count(*) FROM named WHERE kind = 'address' AND counted = 0 AND (needs_count = 1 OR name = f.subject_id)) AS uncounted_n,
    (SELECT count(*) FROM house_name n JOIN looked l ON l.run_id = n.run_id AND l.village_code = f.village_code
       WHERE n.kind = 'address' AND n.name = f.subject_id) AS named_n
) g
WHERE f.change <> 'fixed'
--;
-- Guards of version 1 for PostgreSQL: the same rules as 0001.sqlite.sql, message by message.
CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'kept: what was written stays (%)', TG_TABLE_NAME; END $$
--;
CREATE TRIGGER decision_kept BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER decision_not_emptied BEFORE TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION decision_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_row decision%ROWTYPE;
  case_row decision%ROWTYPE;
  case_village text;
  case_evidence text;
  today text;
  asked_on text;
BEGIN
  IF EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq OR decision_id = NEW.decision_id OR hash = NEW.hash OR undoes = NEW.undoes
             OR (finding_id = NEW.finding_id AND version = NEW.version)) THEN
    RAISE EXCEPTION 'stale: this place in the log is taken';
  END IF;
  SELECT * INTO last_row FROM decision ORDER BY seq DESC LIMIT 1;
  IF NEW.seq IS DISTINCT FROM coalesce(last_row.seq, 0) + 1
     OR NEW.prev_hash IS DISTINCT FROM coalesce(last_row.hash, (SELECT v FROM meta WHERE k = 'genesis'))
     OR NEW.at < last_row.at THEN
    RAISE EXCEPTION 'chain: not the next row of the log';
  END IF;
  IF NEW.verb = 'found' AND last_row.seq IS NOT NULL THEN
    RAISE EXCEPTION 'right: a casebook is founded once';
  END IF;
  IF NEW.finding_id IS NOT NULL THEN
    SELECT * INTO case_row FROM decision WHERE finding_id = NEW.finding_id ORDER BY version DESC LIMIT 1;
    SELECT village_code, evidence_hash INTO case_village, case_evidence FROM newest WHERE finding_id = NEW.finding_id;
    IF NEW.version IS DISTINCT FROM coalesce(case_row.version, 0) + 1 OR NEW.evidence_hash IS DISTINCT FROM case_evidence
       OR NEW.was IS DISTINCT FROM coalesce(case_row.status, 'open') THEN
      RAISE EXCEPTION 'stale: the case or its evidence changed';
    END IF;
  END IF;
  IF NEW.verb <> 'found' AND NOT EXISTS (
    SELECT 1 FROM role_grant g JOIN account a ON a.user_id = g.user_id
    WHERE g.user_id = NEW."by" AND g.role = NEW.office AND g.revoked_seq IS NULL AND a.closed_seq IS NULL
      AND (NEW.finding_id IS NULL OR (g.role NOT IN ('leader', 'admin') AND (g.village_code = '*' OR g.village_code = case_village)))) THEN
    RAISE EXCEPTION 'right: this account holds no such role here';
  END IF;
  IF NEW.undoes IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM decision d WHERE d.seq = NEW.undoes AND d.finding_id = NEW.finding_id AND d.was = NEW.status) THEN
    RAISE EXCEPTION 'stale: an undo restores what was before a decision of the same case';
  END IF;
  IF (NEW.status = 'cancellation_requested' AND NEW.was <> NEW.status AND NEW.verb NOT IN ('request_cancellation', 'undo'))
     OR (NEW.status = 'cancellation_approved' AND NEW.was <> NEW.status AND NEW.verb NOT IN ('approve_cancellation', 'undo'))
     OR (NEW.verb = 'request_cancellation' AND NEW.status <> 'cancellation_requested')
     OR (NEW.verb = 'approve_cancellation' AND (NEW.status <> 'cancellation_approved' OR NEW.was <> 'cancellation_requested'))
     OR (NEW.status IN ('cancellation_requested', 'cancellation_approved') AND NOT EXISTS (
           SELECT 1 FROM finding WHERE finding_id = NEW.finding_id AND subject = 'address')) THEN
    RAISE EXCEPTION 'guard: not a step of a cancellation';
  END IF;
  -- Whatever row leads to a requested or approved cancellation, an undo too, is guarded; only taking an approval back is free.
  IF NEW.verb IN ('request_cancellation', 'approve_cancellation')
     OR (NEW.status IN ('cancellation_requested', 'cancellation_approved') AND NEW.status <> NEW.was
         AND NOT (NEW.was = 'cancellation_approved' AND NEW.status = 'cancellation_requested')) THEN
    today := greatest(substr(NEW.at, 1, 10), CASE (SELECT v FROM meta WHERE k = 'clock')
      WHEN 'wall' THEN to_char((now() AT TIME ZONE 'UTC') + interval '8 hours', 'YYYY-MM-DD') ELSE '' END);
    IF NOT EXISTS (
      SELECT 1 FROM guard g WHERE g.finding_id = NEW.finding_id
        AND g.rows_n > 0 AND g.named_n > 0 AND g.occupied_n = 0 AND g.unknown_n = 0 AND g.uncounted_n = 0 AND g.might_n = 0
        AND least(g.oldest_on, g.other_oldest_on) >= to_char(today::date - (SELECT v FROM meta WHERE k = 'max_count_age_days')::integer, 'YYYY-MM-DD')
        AND greatest(g.newest_on, g.other_newest_on) <= substr(NEW.at, 1, 10)) THEN
      RAISE EXCEPTION 'guard: the newest counts do not say that nobody is left';
    END IF;
  END IF;
  -- Four eyes: whoever ever asked for the cancellation of this case never approves it; and what was asked for is what is approved.
  IF NEW.status = 'cancellation_approved' AND NEW.was <> NEW.status THEN
    SELECT evidence_hash INTO asked_on FROM decision WHERE finding_id = NEW.finding_id AND verb = 'request_cancellation' ORDER BY seq DESC LIMIT 1;
    IF asked_on IS NULL OR NEW.evidence_hash IS DISTINCT FROM asked_on OR EXISTS (
      SELECT 1 FROM decision WHERE finding_id = NEW.finding_id AND verb = 'request_cancellation' AND "by" = NEW."by") THEN
      RAISE EXCEPTION 'four eyes: another person approves, on the evidence that was asked about';
    END IF;
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER decision_checked BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_checked()
--;
CREATE FUNCTION decision_to_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version = 1 THEN
    INSERT INTO casefile (finding_id, version, last_seq, status, state, seen_hash, seen_run)
    VALUES (NEW.finding_id, NEW.version, NEW.seq, NEW.status, NEW.state, NEW.seen_hash, NEW.seen_run);
  ELSIF NEW.version > 1 THEN
    UPDATE casefile SET version = NEW.version, last_seq = NEW.seq, status = NEW.status, state = NEW.state, seen_hash = NEW.seen_hash, seen_run = NEW.seen_run
    WHERE finding_id = NEW.finding_id;
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER decision_to_case AFTER INSERT ON decision FOR EACH ROW EXECUTE FUNCTION decision_to_case()
--;
CREATE FUNCTION casefile_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND NEW.finding_id <> OLD.finding_id) OR NOT EXISTS (
    SELECT 1 FROM decision d WHERE d.seq = NEW.last_seq AND d.finding_id = NEW.finding_id AND d.version = NEW.version AND d.status = NEW.status
      AND d.state = NEW.state AND d.seen_hash IS NOT DISTINCT FROM NEW.seen_hash AND d.seen_run IS NOT DISTINCT FROM NEW.seen_run
      AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.finding_id = d.finding_id AND later.version > d.version)) THEN
    RAISE EXCEPTION 'kept: a case follows its log';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER casefile_follows BEFORE INSERT OR UPDATE ON casefile FOR EACH ROW EXECUTE FUNCTION casefile_follows()
--;
CREATE TRIGGER casefile_kept BEFORE DELETE ON casefile FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER casefile_not_emptied BEFORE TRUNCATE ON casefile FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION account_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.closed_seq IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM decision WHERE seq = NEW.opened_seq AND verb IN ('found', 'open_account') AND seq = (SELECT max(seq) FROM decision)) THEN
      RAISE EXCEPTION 'kept: accounts are opened through the log';
    END IF;
  ELSIF (NEW.user_id, NEW.display, NEW.office, NEW.opened_seq) IS DISTINCT FROM (OLD.user_id, OLD.display, OLD.office, OLD.opened_seq)
    OR OLD.closed_seq IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM decision WHERE seq = NEW.closed_seq AND verb = 'close_account' AND seq = (SELECT max(seq) FROM decision)) THEN
    RAISE EXCEPTION 'kept: accounts are closed through the log';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER account_checked BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION account_checked()
--;
CREATE TRIGGER account_kept BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER account_not_emptied BEFORE TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION grant_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.revoked_seq IS NOT NULL
       OR NOT EXISTS (
         SELECT 1 FROM decision WHERE seq = NEW.granted_seq AND "by" = NEW.granted_by AND seq = (SELECT max(seq) FROM decision)
           AND ((verb = 'grant' AND NEW.granted_by <> NEW.user_id) OR (verb = 'found' AND NEW.role = 'admin')))
       OR EXISTS (SELECT 1 FROM role_grant WHERE user_id = NEW.user_id AND revoked_seq IS NULL AND (role = 'admin') <> (NEW.role = 'admin')) THEN
      RAISE EXCEPTION 'right: grants are given through the log, never to oneself, and an admin holds nothing else';
    END IF;
  ELSIF (NEW.grant_id, NEW.user_id, NEW.role, NEW.village_code, NEW.granted_by, NEW.granted_seq)
        IS DISTINCT FROM (OLD.grant_id, OLD.user_id, OLD.role, OLD.village_code, OLD.granted_by, OLD.granted_seq)
    OR OLD.revoked_seq IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM decision WHERE seq = NEW.revoked_seq AND verb = 'revoke' AND seq = (SELECT max(seq) FROM decision)) THEN
    RAISE EXCEPTION 'kept: grants are revoked through the log';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER grant_checked BEFORE INSERT OR UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION grant_checked()
--;
CREATE TRIGGER grant_kept BEFORE DELETE ON role_grant FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER grant_not_emptied BEFORE TRUNCATE ON role_grant FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq AND verb = TG_ARGV[0] AND seq = (SELECT max(seq) FROM decision)) THEN
    RAISE EXCEPTION 'kept: it goes through the log';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER village_deadline_logged BEFORE INSERT ON village_deadline FOR EACH ROW EXECUTE FUNCTION logged('set_deadline')
--;
CREATE TRIGGER village_deadline_kept BEFORE UPDATE OR DELETE ON village_deadline FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER village_deadline_not_emptied BEFORE TRUNCATE ON village_deadline FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER export_log_logged BEFORE INSERT ON export_log FOR EACH ROW EXECUTE FUNCTION logged('export')
--;
CREATE TRIGGER export_log_kept BEFORE UPDATE OR DELETE ON export_log FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER export_log_not_emptied BEFORE TRUNCATE ON export_log FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER meta_kept BEFORE UPDATE ON meta FOR EACH ROW WHEN (OLD.k <> 'opened_at' OR NEW.k <> OLD.k) EXECUTE FUNCTION kept()
--;
CREATE TRIGGER meta_not_deleted BEFORE DELETE ON meta FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER meta_not_emptied BEFORE TRUNCATE ON meta FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION run_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'running' OR EXISTS (SELECT 1 FROM run WHERE run_id >= NEW.run_id) THEN
      RAISE EXCEPTION 'kept: a run begins as running, after all others';
    END IF;
  ELSIF OLD.status <> 'running' OR (NEW.run_id, NEW.started_at, NEW.started_by) IS DISTINCT FROM (OLD.run_id, OLD.started_at, OLD.started_by)
    OR (NEW.status = 'published' AND (
         EXISTS (SELECT 1 FROM run WHERE status = 'published' AND run_id > NEW.run_id)
      OR NOT EXISTS (SELECT 1 FROM decision WHERE seq = NEW.published_seq AND verb = 'publish' AND seq = (SELECT max(seq) FROM decision)))) THEN
    RAISE EXCEPTION 'kept: a run is published once, through the log';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER run_checked BEFORE INSERT OR UPDATE ON run FOR EACH ROW EXECUTE FUNCTION run_checked()
--;
CREATE TRIGGER run_kept BEFORE DELETE ON run FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER run_not_emptied BEFORE TRUNCATE ON run FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION staged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM run WHERE run_id = OLD.run_id AND status = 'published') THEN
      RAISE EXCEPTION 'kept: what a run said stays';
    END IF;
    RETURN OLD;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id AND status = 'running') THEN
    RAISE EXCEPTION 'kept: a published run takes no more rows';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER run_scope_staged BEFORE INSERT OR DELETE ON run_scope FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER run_scope_kept BEFORE UPDATE ON run_scope FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER run_scope_not_emptied BEFORE TRUNCATE ON run_scope FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER observation_staged BEFORE INSERT OR DELETE ON observation FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER observation_kept BEFORE UPDATE ON observation FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER observation_not_emptied BEFORE TRUNCATE ON observation FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER occupancy_staged BEFORE INSERT OR DELETE ON occupancy FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER occupancy_kept BEFORE UPDATE ON occupancy FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER occupancy_not_emptied BEFORE TRUNCATE ON occupancy FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER house_name_staged BEFORE INSERT OR DELETE ON house_name FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER house_name_kept BEFORE UPDATE ON house_name FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER house_name_not_emptied BEFORE TRUNCATE ON house_name FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE FUNCTION finding_staged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM run WHERE run_id = NEW.opened_run AND status = 'running') THEN
    RAISE EXCEPTION 'kept: findings come with a run';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER finding_staged BEFORE INSERT ON finding FOR EACH ROW EXECUTE FUNCTION finding_staged()
--;
CREATE TRIGGER finding_kept BEFORE UPDATE OR DELETE ON finding FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER finding_not_emptied BEFORE TRUNCATE ON finding FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER object_seen_staged BEFORE INSERT OR DELETE ON object_seen FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER object_seen_kept BEFORE UPDATE ON object_seen FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER object_seen_not_emptied BEFORE TRUNCATE ON object_seen FOR EACH STATEMENT EXECUTE FUNCTION kept()
--;
CREATE TRIGGER lineage_staged BEFORE INSERT OR DELETE ON lineage FOR EACH ROW EXECUTE FUNCTION staged()
--;
CREATE TRIGGER lineage_kept BEFORE UPDATE ON lineage FOR EACH ROW EXECUTE FUNCTION kept()
--;
CREATE TRIGGER lineage_not_emptied BEFORE TRUNCATE ON lineage FOR EACH STATEMENT EXECUTE FUNCTION kept()
