-- +goose Up

-- Accounts that their owners close: from when on, what becomes of what they
-- said, and how far it has come. The row goes with the rest.
CREATE TABLE closings (
	person_id  BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	asked_at   BIGINT NOT NULL,
	due_at     BIGINT NOT NULL,
	keep_posts BOOLEAN NOT NULL,
	stage      TEXT NOT NULL DEFAULT 'asked' CHECK (stage IN ('asked', 'shut', 'told', 'cleared'))
);

-- Names for public addresses that nobody takes again, each as a keyed hash:
-- whoever took one would pass for the one who left.
CREATE TABLE names_left (
	name_hash TEXT PRIMARY KEY
);

-- Circles of care: those who look after one person, with that person's consent,
-- which can be taken back at any time; then the circle is erased. There is no
-- text in it, so nobody can note what somebody suffers from.
CREATE TABLE care_circles (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL UNIQUE REFERENCES actors (id) ON DELETE CASCADE,
	consent    TEXT NOT NULL CHECK (consent IN ('self', 'paper')),
	seen_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	agreed_at  BIGINT NOT NULL
);

CREATE TABLE care_members (
	circle_id BIGINT NOT NULL REFERENCES care_circles (id) ON DELETE CASCADE,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	role      TEXT NOT NULL CHECK (role IN ('volunteer', 'professional')),
	asked_at  BIGINT NOT NULL,
	agreed_at BIGINT,
	PRIMARY KEY (circle_id, person_id)
);
CREATE INDEX care_members_person ON care_members (person_id);

-- What was done and what is planned. An entry without done_at is planned.
CREATE TABLE care_entries (
	id        BIGINT PRIMARY KEY,
	circle_id BIGINT NOT NULL REFERENCES care_circles (id) ON DELETE CASCADE,
	by_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	what      TEXT NOT NULL CHECK (what IN ('call', 'visit', 'errand', 'outing', 'meal', 'papers')),
	at        BIGINT NOT NULL,
	done_at   BIGINT,
	how       TEXT NOT NULL DEFAULT '' CHECK (how IN ('', 'well', 'company', 'again', 'absent'))
);
CREATE INDEX care_entries_circle ON care_entries (circle_id, at);
CREATE INDEX care_entries_by ON care_entries (by_id);
