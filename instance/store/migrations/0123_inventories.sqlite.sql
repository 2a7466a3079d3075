-- +goose Up

-- What is in a home and in which state, at the beginning and at the end of a stay.
-- What it says is sealed; its hash is not, so that each signature says what was
-- signed. shut_at is since when it waits for signatures and is not written in.
CREATE TABLE housing_inventories (
	id       BIGINT PRIMARY KEY,
	case_id  BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	hold_id  BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	host_id  BIGINT REFERENCES housing_hosts (id),
	moment   TEXT NOT NULL CHECK (moment IN ('entry', 'exit')),
	version  INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
	body     BYTEA NOT NULL,
	hash     TEXT NOT NULL DEFAULT '',
	made_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	made_at  BIGINT NOT NULL,
	shut_at  BIGINT,
	CHECK ((shut_at IS NULL) = (hash = '')),
	UNIQUE (hold_id, moment)
);
CREATE INDEX housing_inventories_case ON housing_inventories (case_id);

-- What one of the three has to say about it, sealed; it is only ever added to.
CREATE TABLE housing_inventory_remarks (
	id           BIGINT PRIMARY KEY,
	inventory_id BIGINT NOT NULL REFERENCES housing_inventories (id) ON DELETE CASCADE,
	party        TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	body         BYTEA NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX housing_inventory_remarks_inventory ON housing_inventory_remarks (inventory_id, id);

-- Photographs: the file is sealed by a key of its own, which is sealed here. digest is
-- of what it shows, for the hash. Without an inventory and a seal, only the file is
-- left to be deleted.
CREATE TABLE housing_inventory_photographs (
	id           BIGINT PRIMARY KEY,
	inventory_id BIGINT REFERENCES housing_inventories (id) ON DELETE SET NULL,
	room         TEXT NOT NULL,
	file         TEXT NOT NULL,
	seal         BYTEA,
	kind         TEXT NOT NULL,
	digest       TEXT NOT NULL,
	party        TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	added_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	added_at     BIGINT NOT NULL
);
CREATE INDEX housing_inventory_photographs_inventory ON housing_inventory_photographs (inventory_id, id);

CREATE TABLE housing_inventory_signatures (
	inventory_id BIGINT NOT NULL REFERENCES housing_inventories (id) ON DELETE CASCADE,
	party        TEXT NOT NULL CHECK (party IN ('guest', 'host', 'association')),
	paper        BOOLEAN NOT NULL, -- on a sheet, as somebody of the team wrote down
	language     TEXT NOT NULL,
	hash         TEXT NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	PRIMARY KEY (inventory_id, party)
);

-- What three signed stays as it was, and what waits for signatures is not written in.
-- +goose StatementBegin
CREATE TRIGGER housing_inventory_is BEFORE UPDATE OF case_id, hold_id, host_id, moment ON housing_inventories
BEGIN
	SELECT RAISE(ABORT, 'an inventory stays that of its stay');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_written BEFORE UPDATE OF body ON housing_inventories
	WHEN OLD.shut_at IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'what is signed stays as it was written');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_open BEFORE UPDATE OF shut_at, hash, version ON housing_inventories
	WHEN (SELECT COUNT(*) FROM housing_inventory_signatures WHERE inventory_id = OLD.id) = 3
BEGIN
	SELECT RAISE(ABORT, 'what three signed stays as it was written');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_signed BEFORE INSERT ON housing_inventory_signatures
	WHEN NOT EXISTS (SELECT 1 FROM housing_inventories WHERE id = NEW.inventory_id AND hash = NEW.hash AND shut_at IS NOT NULL)
BEGIN
	SELECT RAISE(ABORT, 'what holds is signed, and nothing else');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_remarked BEFORE INSERT ON housing_inventory_remarks
	WHEN EXISTS (SELECT 1 FROM housing_inventories WHERE id = NEW.inventory_id AND shut_at IS NOT NULL)
BEGIN
	SELECT RAISE(ABORT, 'nothing is added to what is signed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_remark_is BEFORE UPDATE OF inventory_id, party, body ON housing_inventory_remarks
BEGIN
	SELECT RAISE(ABORT, 'a remark stays as it was written');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_inventory_pictured BEFORE INSERT ON housing_inventory_photographs
	WHEN EXISTS (SELECT 1 FROM housing_inventories WHERE id = NEW.inventory_id AND shut_at IS NOT NULL)
BEGIN
	SELECT RAISE(ABORT, 'nothing is added to what is signed');
END;
-- +goose StatementEnd
