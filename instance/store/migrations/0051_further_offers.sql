-- +goose Up

-- Offers by which somebody on another server asked again for what they had asked
-- for already: taken back and asked anew there, of which the word may come in any
-- order. Each stands until it is taken back itself.
CREATE TABLE further_offers (
	uri          TEXT PRIMARY KEY,
	agreement_id BIGINT NOT NULL REFERENCES agreements (id) ON DELETE CASCADE,
	quantity     BIGINT NOT NULL,
	unit         TEXT NOT NULL,
	starts_at    BIGINT,
	ends_at      BIGINT,
	note         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX further_offers_agreement ON further_offers (agreement_id);
