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
