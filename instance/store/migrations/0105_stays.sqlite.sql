-- +goose Up

-- When the host of a home wrote another address: it closes for good, at once or as
-- soon as nobody lives there any more. That stays so.
ALTER TABLE housing_listings ADD COLUMN moved_at BIGINT;
CREATE INDEX housing_listings_moved ON housing_listings (id) WHERE moved_at IS NOT NULL AND state <> 'closed';

-- +goose StatementBegin
CREATE TRIGGER housing_moved_stays BEFORE UPDATE OF moved_at ON housing_listings
	WHEN OLD.moved_at IS NOT NULL AND NEW.moved_at IS NOT OLD.moved_at
BEGIN
	SELECT RAISE(ABORT, 'a home with another address does not come back');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_moved_step BEFORE UPDATE OF state ON housing_listings
	WHEN NEW.moved_at IS NOT NULL AND OLD.state <> NEW.state AND NEW.state IN ('submitted', 'vetted', 'held', 'placed')
BEGIN
	SELECT RAISE(ABORT, 'a home with another address goes no further');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_moved_nights BEFORE INSERT ON housing_nights
	WHEN EXISTS (SELECT 1 FROM housing_listings WHERE id = NEW.listing_id AND moved_at IS NOT NULL)
BEGIN
	SELECT RAISE(ABORT, 'nobody moves into a home with another address');
END;
-- +goose StatementEnd

-- A hold by which a household stays on where it lives: of the nights after those of
-- the hold that it renews. renewed_at is when the household's stay was written on.
ALTER TABLE housing_case_holds ADD COLUMN renews BIGINT REFERENCES housing_holds (id) ON DELETE SET NULL;
ALTER TABLE housing_case_holds ADD COLUMN renewed_at BIGINT;
CREATE INDEX housing_case_holds_renews ON housing_case_holds (renews) WHERE renews IS NOT NULL;
INSERT INTO housing_case_steps (before, after) VALUES ('active', 'active');
