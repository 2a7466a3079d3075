-- +goose Up

-- What somebody was told of that waits for them, so that they are told once. mark is
-- what would make it another thing: the night it is due, or the end it comes before.
CREATE TABLE housing_reminders (
	about    TEXT NOT NULL CHECK (about IN ('follow-up', 'stay', 'task', 'visit', 'approval')),
	about_id BIGINT NOT NULL,
	mark     BIGINT NOT NULL,
	told_at  BIGINT NOT NULL,
	PRIMARY KEY (about, about_id, mark)
);
CREATE INDEX housing_reminders_told ON housing_reminders (told_at);

-- Who of a team is on duty from when to when. What they hand over is sealed.
CREATE TABLE housing_duties (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	person_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	from_at      BIGINT NOT NULL,
	until_at     BIGINT NOT NULL,
	planned_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	handed_at    BIGINT,
	body         BYTEA,
	CHECK (until_at > from_at),
	CHECK ((handed_at IS NULL) = (body IS NULL)),
	UNIQUE (programme_id, person_id, from_at)
);
CREATE INDEX housing_duties_until ON housing_duties (programme_id, until_at, id);

-- Letters that a team writes often, sealed: they may say more than they should.
CREATE TABLE housing_letter_forms (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	body         BYTEA NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX housing_letter_forms_programme ON housing_letter_forms (programme_id, id);

-- What authorities ask for by law. There is none without the ground it rests on, and
-- two people decide what is given. Who asked for what, and what was given, is sealed.
CREATE TABLE housing_lawful_requests (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	case_id      BIGINT REFERENCES housing_cases (id) ON DELETE SET NULL,
	ground       TEXT NOT NULL CHECK (ground IN ('court', 'prosecutor', 'police', 'child-protection', 'vital-interest', 'law')),
	body         BYTEA NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	outcome      TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'all', 'part', 'nothing')),
	answer       BYTEA,
	first_by     BIGINT,
	first_at     BIGINT,
	second_by    BIGINT,
	second_at    BIGINT,
	CHECK ((first_at IS NULL) = (outcome = '')),
	CHECK ((first_at IS NULL) = (answer IS NULL)),
	CHECK (second_at IS NULL OR first_at IS NOT NULL),
	CHECK (first_by IS NULL OR second_by IS NULL OR first_by <> second_by)
);
CREATE INDEX housing_lawful_requests_programme ON housing_lawful_requests (programme_id, id);
