CREATE TABLE meta (
  k TEXT NOT NULL,
  v TEXT NOT NULL,
  PRIMARY KEY (k)
)
--;
CREATE TABLE run (
  run_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  as_of TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  rules_hash TEXT NOT NULL,
  inputs_hash TEXT NOT NULL,
  facts TEXT NOT NULL,
  result_hash TEXT,
  published_at TEXT,
  published_seq BIGINT,
  PRIMARY KEY (run_id),
  CONSTRAINT status_known CHECK (status IN ('running', 'published', 'failed')),
  CONSTRAINT published_whole CHECK ((status = 'published') = (published_at IS NOT NULL AND result_hash IS NOT NULL AND published_seq IS NOT NULL))
)
--;
CREATE TABLE finding (
  finding_id TEXT NOT NULL,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  opened_run INTEGER NOT NULL,
  PRIMARY KEY (finding_id),
  FOREIGN KEY(opened_run) REFERENCES run (run_id)
)
--;
CREATE TABLE house_name (
  run_id INTEGER NOT NULL,
  house TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  village_code TEXT,
  number TEXT,
  needs_count INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  PRIMARY KEY (run_id, house, kind, name),
  CONSTRAINT kind_known CHECK (kind IN ('address', 'key', 'alias', 'renewed')),
  CONSTRAINT yes_or_no CHECK (needs_count IN (0, 1) AND counted IN (0, 1)),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE INDEX house_of_name ON house_name (name, run_id)
--;
CREATE TABLE lineage (
  run_id INTEGER NOT NULL,
  child TEXT NOT NULL,
  parent TEXT NOT NULL,
  how TEXT NOT NULL,
  PRIMARY KEY (run_id, child, parent),
  CONSTRAINT how_known CHECK (how IN ('split', 'merge')),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE TABLE object_seen (
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  present INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  village_code TEXT NOT NULL,
  outline TEXT,
  PRIMARY KEY (kind, object_id, run_id),
  CONSTRAINT kind_known CHECK (kind IN ('building', 'plate', 'address')),
  CONSTRAINT there_or_not CHECK (present IN (0, 1)),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE INDEX object_of_id ON object_seen (kind, id)
--;
CREATE TABLE occupancy (
  run_id INTEGER NOT NULL,
  row TEXT NOT NULL,
  source TEXT NOT NULL,
  scope TEXT NOT NULL,
  house TEXT,
  address_id TEXT,
  village_code TEXT,
  number TEXT,
  registered_n INTEGER,
  resident_n INTEGER,
  floating_n INTEGER,
  absent_n INTEGER,
  unit_n INTEGER,
  counted_on TEXT,
  PRIMARY KEY (run_id, row),
  CONSTRAINT registered_n_counts CHECK (registered_n >= 0),
  CONSTRAINT resident_n_counts CHECK (resident_n >= 0),
  CONSTRAINT floating_n_counts CHECK (floating_n >= 0),
  CONSTRAINT absent_n_counts CHECK (absent_n >= 0),
  CONSTRAINT unit_n_counts CHECK (unit_n >= 0),
  CONSTRAINT counted_on_is_a_day CHECK (counted_on IS NULL OR length(counted_on) = 10),
  CONSTRAINT house_named CHECK ((scope = 'house') = (house IS NOT NULL)),
  CONSTRAINT source_known CHECK (source IN ('register', 'census')),
  CONSTRAINT scope_known CHECK (scope IN ('house', 'number', 'village', 'town', 'elsewhere')),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE INDEX occupancy_of_house ON occupancy (run_id, house)
--;
CREATE TABLE run_scope (
  run_id INTEGER NOT NULL,
  village_code TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (run_id, village_code, code),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE INDEX scope_of_village ON run_scope (village_code, run_id)
--;
CREATE TABLE decision (
  seq BIGINT NOT NULL,
  decision_id TEXT NOT NULL,
  finding_id TEXT,
  version INTEGER,
  verb TEXT NOT NULL,
  was TEXT,
  status TEXT,
  state TEXT,
  seen_hash TEXT,
  seen_run INTEGER,
  payload TEXT NOT NULL,
  evidence_hash TEXT,
  by TEXT NOT NULL,
  office TEXT NOT NULL,
  reason TEXT NOT NULL,
  document TEXT NOT NULL,
  at TEXT NOT NULL,
  undoes BIGINT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (seq),
  CONSTRAINT one_decision_per_version UNIQUE (finding_id, version),
  CONSTRAINT verb_known CHECK (verb IN ('plate_missing', 'plate_ordered', 'plate_installed', 'number_proposed', 'not_to_be_numbered', 'confirm_dangling', 'confirm_demolished', 'entered_in_error', 'still_standing', 'false_alarm', 'assign', 'note', 'confirm_link', 'reject_link', 'request_cancellation', 'approve_cancellation', 'refuse_cancellation', 'move_plate', 'undo', 'found', 'open_account', 'close_account', 'grant', 'revoke', 'set_deadline', 'publish', 'export')),
  CONSTRAINT office_known CHECK (office IN ('civil_affairs', 'police', 'village', 'surveyor', 'data', 'leader', 'admin')),
  CONSTRAINT hashes_whole CHECK (length(hash) = 64 AND length(prev_hash) = 64),
  CONSTRAINT undoes_earlier CHECK (undoes IS NULL OR undoes < seq),
  CONSTRAINT undo_names_what CHECK ((verb = 'undo') = (undoes IS NOT NULL)),
  CONSTRAINT case_whole CHECK ((finding_id IS NULL) = (version IS NULL) AND (finding_id IS NULL) = (status IS NULL) AND (finding_id IS NULL) = (was IS NULL) AND (finding_id IS NULL) = (state IS NULL) AND (finding_id IS NULL) = (evidence_hash IS NULL)),
  UNIQUE (decision_id),
  FOREIGN KEY(finding_id) REFERENCES finding (finding_id),
  UNIQUE (undoes),
  FOREIGN KEY(undoes) REFERENCES decision (seq),
  UNIQUE (hash)
)
--;
CREATE TABLE observation (
  finding_id TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  change TEXT NOT NULL,
  evidence_hash TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  related TEXT NOT NULL,
  village_code TEXT NOT NULL,
  office TEXT NOT NULL,
  severity TEXT NOT NULL,
  certainty TEXT NOT NULL,
  detail_zh TEXT NOT NULL,
  detail_en TEXT NOT NULL,
  proposal TEXT,
  value DOUBLE PRECISION,
  unit TEXT NOT NULL,
  lon DOUBLE PRECISION,
  lat DOUBLE PRECISION,
  people_n DOUBLE PRECISION,
  people_rank INTEGER,
  PRIMARY KEY (finding_id, run_id),
  CONSTRAINT change_known CHECK (change IN ('new', 'changed', 'fixed', 'returned')),
  FOREIGN KEY(finding_id) REFERENCES finding (finding_id),
  FOREIGN KEY(run_id) REFERENCES run (run_id)
)
--;
CREATE INDEX observation_of_run ON observation (run_id, change)
--;
CREATE INDEX observation_of_village ON observation (village_code, finding_id)
--;
CREATE TABLE account (
  user_id TEXT NOT NULL,
  display TEXT NOT NULL,
  office TEXT NOT NULL,
  opened_seq BIGINT NOT NULL,
  closed_seq BIGINT,
  PRIMARY KEY (user_id),
  CONSTRAINT office_known CHECK (office IN ('civil_affairs', 'police', 'village', 'surveyor', 'data', 'leader', 'admin')),
  FOREIGN KEY(opened_seq) REFERENCES decision (seq),
  FOREIGN KEY(closed_seq) REFERENCES decision (seq)
)
--;
CREATE TABLE casefile (
  finding_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  last_seq BIGINT NOT NULL,
  status TEXT NOT NULL,
  state TEXT NOT NULL,
  seen_hash TEXT,
  seen_run INTEGER,
  PRIMARY KEY (finding_id),
  CONSTRAINT version_counts CHECK (version > 0),
  CONSTRAINT status_known CHECK (status IN ('open', 'plate_missing', 'number_proposed', 'plate_ordered', 'plate_installed', 'exempted', 'dangling_confirmed', 'demolished_confirmed', 'error_confirmed', 'standing_confirmed', 'false_alarm', 'link_confirmed', 'link_rejected', 'cancellation_requested', 'cancellation_approved')),
  FOREIGN KEY(finding_id) REFERENCES finding (finding_id),
  FOREIGN KEY(last_seq) REFERENCES decision (seq)
)
--;
CREATE TABLE export_log (
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  rows_n INTEGER NOT NULL,
  suppressed_n INTEGER NOT NULL,
  head_seq BIGINT NOT NULL,
  head_hash TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (seq),
  FOREIGN KEY(seq) REFERENCES decision (seq)
)
--;
CREATE TABLE village_deadline (
  seq BIGINT NOT NULL,
  village_code TEXT NOT NULL,
  deadline TEXT,
  PRIMARY KEY (seq),
  FOREIGN KEY(seq) REFERENCES decision (seq)
)
--;
CREATE TABLE role_grant (
  grant_id INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  village_code TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_seq BIGINT NOT NULL,
  revoked_seq BIGINT,
  PRIMARY KEY (grant_id),
  CONSTRAINT role_known CHECK (role IN ('civil_affairs', 'police', 'village', 'surveyor', 'data', 'leader', 'admin')),
  FOREIGN KEY(user_id) REFERENCES account (user_id),
  FOREIGN KEY(granted_by) REFERENCES account (user_id),
  FOREIGN KEY(granted_seq) REFERENCES decision (seq),
  FOREIGN KEY(revoked_seq) REFERENCES decision (seq)
)
