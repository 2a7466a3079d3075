-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER housing_step BEFORE UPDATE OF state ON housing_listings
	WHEN OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM housing_steps WHERE before = OLD.state AND after = NEW.state)
BEGIN
	SELECT RAISE(ABORT, 'a home does not take that step');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_begin BEFORE INSERT ON housing_listings
	WHEN NEW.state <> 'draft'
BEGIN
	SELECT RAISE(ABORT, 'a home begins as a draft');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_entry_changed BEFORE UPDATE ON housing_entries
BEGIN
	SELECT RAISE(ABORT, 'what stands in a ledger stays');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_entry_gone BEFORE DELETE ON housing_entries
BEGIN
	SELECT RAISE(ABORT, 'what stands in a ledger stays');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_entry_follows BEFORE INSERT ON housing_entries
	WHEN NEW.number > 1 AND NOT EXISTS (
		SELECT 1 FROM housing_entries WHERE listing_id = NEW.listing_id AND number = NEW.number - 1 AND hash = NEW.previous)
BEGIN
	SELECT RAISE(ABORT, 'an entry follows on the one before');
END;
-- +goose StatementEnd
