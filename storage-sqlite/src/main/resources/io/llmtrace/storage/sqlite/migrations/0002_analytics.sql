-- The parts of findings and actions that sums and filters need; the bodies of spans hold the rest. The program fills these tables
-- for the spans that are stored already.

DROP TABLE findings;
CREATE TABLE findings (
  span         INTEGER NOT NULL,
  finding_type INTEGER NOT NULL,
  severity     TEXT NOT NULL,
  findings     INTEGER NOT NULL,            -- how many of this type and severity the span has
  PRIMARY KEY (span, finding_type, severity)
) WITHOUT ROWID;
CREATE INDEX findings_by_type ON findings (finding_type, span);

CREATE TABLE actions (
  span        INTEGER NOT NULL,
  place       INTEGER NOT NULL,             -- position among the actions of the span, from 0
  action_type TEXT NOT NULL,
  name        INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  duration_ms INTEGER,
  PRIMARY KEY (span, place)
) WITHOUT ROWID;

ALTER TABLE spans ADD COLUMN action_count INTEGER;
CREATE INDEX spans_with_actions ON spans (tenant, start_time) WHERE action_count IS NOT NULL;
