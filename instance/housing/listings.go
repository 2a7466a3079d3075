package housing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

const maxReason = 500

// Draft begins a home of a programme. It returns an [instance.Invalid] for facts
// that cannot be.
func (s *Service) Draft(ctx context.Context, by instance.Account, programme instance.ActorID, f instance.ListingFacts) (instance.Listing, error) {
	var none instance.Listing
	if err := s.check(f); err != nil {
		return none, err
	}
	now := s.now().UTC()
	l := instance.Listing{ID: s.ids.Next(), Programme: programme, State: instance.ListingDraft, ListingFacts: f, CreatedAt: now, UpdatedAt: now}
	l.URI = s.site.HomeURI(l.ID)
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_listings (id, programme_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children,
				pets, smoking, languages, features, created_by, created_at, updated_at, company)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)`,
			l.ID, programme, l.URI, f.Commune, int64(f.Stay.From), int64(f.Stay.Until), string(f.Category), f.Bedrooms, f.Places, f.Adults, f.Children,
			f.Pets, string(f.Smoking), strings.Join(f.Languages, " "), features(f.Features), by.ID, store.Millis(now), string(f.Company))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, programme, by.ID, LogDrafted, l.ID.String())
	})
	if err != nil {
		return none, because(err, "draft a home of programme %s", programme)
	}
	return l, nil
}

func features(list []vocab.HomeFeature) string {
	words := make([]string, len(list))
	for i, f := range list {
		words[i] = string(f)
	}
	return strings.Join(words, " ")
}

// check returns an [instance.Invalid] for facts that no home has. Whatever
// others would not be told is refused here already.
func (s *Service) check(f instance.ListingFacts) error {
	if s.country != "" && countries.CountryOf(f.Commune) != s.country {
		return &instance.Invalid{Field: "commune", Code: "abroad"} // hosts there are approved by other rules
	}
	if f.Stay.Nights() < 1 || f.Stay.Nights() > ledger.MaxOpen {
		return &instance.Invalid{Field: "stay", Code: "malformed", Limit: ledger.MaxOpen}
	}
	if f.Stay.From < s.tonight(f.Commune) {
		return &instance.Invalid{Field: "stay", Code: "past"}
	}
	if f.Places < 1 || f.Places > ledger.MaxPlaces {
		return &instance.Invalid{Field: "places", Code: "malformed", Limit: ledger.MaxPlaces}
	}
	l := instance.Listing{URI: s.site.HomeURI(1), State: instance.ListingAvailable, ListingFacts: f}
	home, err := s.told(l, s.site.GroupURI("x"), f.Places)
	if err != nil {
		return err
	}
	if err := home.Check(); err != nil {
		return fmt.Errorf("%w: %w", &instance.Invalid{Field: "facts", Code: "malformed"}, err)
	}
	return nil
}

// told is what other associations are told of a home. Nothing else leaves.
func (s *Service) told(l instance.Listing, group string, free int) (vocab.Home, error) {
	area, err := s.area(l.Commune)
	if err != nil {
		return vocab.Home{}, err
	}
	return vocab.Home{
		ID: l.URI, Group: group, Status: vocab.HomeStatus(l.State), Published: l.CreatedAt, Updated: l.UpdatedAt,
		Starts: l.Stay.From.Date(), Ends: l.Stay.Until.Date(), Area: area, Category: l.Category, Bedrooms: l.Bedrooms,
		Places: l.Places, Free: free, Adults: l.Adults, Children: l.Children, Pets: l.Pets, Smoking: l.Smoking,
		Languages: l.Languages, Features: l.Features, Company: l.Company,
	}, nil
}

const listingColumns = `l.id, l.programme_id, l.uri, l.state, l.commune, l.from_night, l.until_night, l.category, l.bedrooms, l.places,
	l.adults, l.children, l.pets, l.smoking, l.languages, l.features, l.created_at, l.updated_at, l.moved_at, l.company`

func scanListing(row store.Row) (instance.Listing, error) {
	var l instance.Listing
	var state, category, smoking, languages, kinds, company string
	var from, until, created, updated int64
	var moved *int64
	err := row.Scan(&l.ID, &l.Programme, &l.URI, &state, &l.Commune, &from, &until, &category, &l.Bedrooms, &l.Places,
		&l.Adults, &l.Children, &l.Pets, &smoking, &languages, &kinds, &created, &updated, &moved, &company)
	if err != nil {
		return l, notFound(err)
	}
	l.State, l.Category, l.Smoking = instance.ListingState(state), vocab.HomeCategory(category), vocab.Smoking(smoking)
	l.Stay, l.Company = ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}, vocab.Company(company)
	if languages != "" {
		l.Languages = strings.Fields(languages)
	}
	for _, word := range strings.Fields(kinds) {
		l.Features = append(l.Features, vocab.HomeFeature(word))
	}
	l.CreatedAt, l.UpdatedAt, l.MovedAt = store.Time(created), store.Time(updated), store.TimeOrNever(moved)
	return l, nil
}

func listing(ctx context.Context, tx store.Tx, id instance.ListingID) (instance.Listing, error) {
	return scanListing(tx.QueryRow(ctx, `SELECT `+listingColumns+` FROM housing_listings l WHERE l.id = $1`, id))
}

// Listing returns a home to those of its programme's team, with why somebody did
// the latest step where that was written down and can be opened.
func (s *Service) Listing(ctx context.Context, by instance.Account, id instance.ListingID) (instance.Listing, error) {
	l, err := listing(ctx, s.db.Read(), id)
	if err == nil {
		_, err = role(ctx, s.db.Read(), l.Programme, by.ID)
	}
	if err == nil {
		l.Reason, err = s.reasonOf(ctx, l)
	}
	if err != nil {
		return instance.Listing{}, because(err, "home %s", id)
	}
	return l, nil
}

// reasonOf opens why the latest step of a home was done; nothing if the keys are
// not here.
func (s *Service) reasonOf(ctx context.Context, l instance.Listing) (string, error) {
	var sealed string
	err := s.db.Read().QueryRow(ctx, `SELECT reason FROM housing_listings WHERE id = $1`, l.ID).Scan(&sealed)
	if err != nil || sealed == "" {
		return "", notFound(err)
	}
	keys, err := s.vault.Keys(ctx, s.db.Read(), l.Programme)
	if err != nil {
		return "", err
	}
	reason, err := keys.OpenText(kindOfReason, l.ID, sealed)
	if errors.Is(err, instance.ErrSealed) {
		return "", nil
	}
	return reason, err
}

// Listings returns the homes of a programme in one of states, or in any if none
// is named, the newest first, those before an id; 0 begins.
func (s *Service) Listings(ctx context.Context, by instance.Account, programme instance.ActorID, before instance.ListingID, limit int, states ...instance.ListingState) ([]instance.Listing, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "homes of programme %s", programme)
	}
	args := []any{programme, before, limit}
	in := ""
	if len(states) > 0 {
		in = ` AND l.state IN (` + store.Placeholders(4, len(states)) + `)`
		for _, state := range states {
			args = append(args, string(state))
		}
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+listingColumns+`
		  FROM housing_listings l
		 WHERE l.programme_id = $1 AND (CAST($2 AS BIGINT) = 0 OR l.id < $2)`+in+`
		 ORDER BY l.id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, because(err, "homes of programme %s", programme)
	}
	defer rows.Close()
	var list []instance.Listing
	for rows.Next() {
		l, err := scanListing(rows)
		if err != nil {
			return nil, because(err, "homes of programme %s", programme)
		}
		list = append(list, l)
	}
	return list, because(rows.Err(), "homes of programme %s", programme)
}

// Change writes the facts of a home anew, as long as it is a draft: what was
// vetted stays as it was vetted. It returns [instance.ErrConflict] for a home
// that is further.
func (s *Service) Change(ctx context.Context, by instance.Account, id instance.ListingID, f instance.ListingFacts) error {
	if err := s.check(f); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_listings
			   SET commune = $2, from_night = $3, until_night = $4, category = $5, bedrooms = $6, places = $7, adults = $8, children = $9,
			       pets = $10, smoking = $11, languages = $12, features = $13, changed_by = $14, updated_at = $15, company = $16
			 WHERE id = $1 AND state = 'draft'`,
			id, f.Commune, int64(f.Stay.From), int64(f.Stay.Until), string(f.Category), f.Bedrooms, f.Places, f.Adults, f.Children,
			f.Pets, string(f.Smoking), strings.Join(f.Languages, " "), features(f.Features), by.ID, store.Millis(s.now()), string(f.Company))
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, l.Programme, by.ID, LogChanged, id.String())
	})
	return because(err, "change home %s", id)
}

// Hands are who wrote a home down and who vetted it.
type Hands struct {
	Drafted, Changed, Vetted instance.ActorID // 0 for nobody, or an account that is gone
	VettedAt                 time.Time
}

// HandsOf returns who wrote a home down and who vetted it, to those of its
// programme's team.
func (s *Service) HandsOf(ctx context.Context, by instance.Account, id instance.ListingID) (Hands, error) {
	var h Hands
	var at *int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE(l.created_by, 0), COALESCE(l.changed_by, 0), COALESCE(l.vetted_by, 0), l.vetted_at
		  FROM housing_listings l JOIN housing_team t ON t.programme_id = l.programme_id AND t.person_id = $2
		 WHERE l.id = $1`, id, by.ID).Scan(&h.Drafted, &h.Changed, &h.Vetted, &at)
	h.VettedAt = store.TimeOrNever(at)
	return h, because(notFound(err), "hands of home %s", id)
}

// Step takes a home one step on. It returns [instance.ErrConflict] from a state
// that the step is not taken from, an [instance.Invalid] without a reason where
// one is due, and [instance.ErrForbidden] where somebody would vet a home that
// they wrote down themselves: two people see to each home. A home is vetted and
// offered only for a host who is approved, after a visit that holds; without one it
// returns an [instance.ErrConflict] that is an [instance.Invalid] of the field host.
// It needs an address with a street in it to be vetted, and is not offered while
// somebody else seems to list it too (see [Service.TwinsOf]).
func (s *Service) Step(ctx context.Context, by instance.Account, id instance.ListingID, step instance.ListingStep, reason string) error {
	reason = strings.TrimSpace(reason)
	switch {
	case step.Reasoned() && reason == "":
		return &instance.Invalid{Field: "reason", Code: "missing"}
	case utf8.RuneCountInString(reason) > maxReason:
		return &instance.Invalid{Field: "reason", Code: "too-long", Limit: maxReason}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		if err := s.step(ctx, tx, l, step, reason, by); err != nil {
			return err
		}
		if err := s.note(ctx, tx, l.Programme, by.ID, LogDeed(step.Name()), id.String()); err != nil {
			return err
		}
		switch step.Name() {
		case instance.VetListing.Name():
			return s.tagged(ctx, tx, by, l)
		case instance.OfferListing.Name():
			if err := single(ctx, tx, l.ID); err != nil {
				return err
			}
			return s.begin(ctx, tx, l)
		case instance.CloseListing.Name():
			return s.close(ctx, tx, l)
		}
		return nil
	})
	if err != nil {
		s.books.Remove(id)
	}
	return because(err, "%s home %s", step.Name(), id)
}

// held reads a home that nobody else changes until the transaction ends.
func (s *Service) held(ctx context.Context, tx store.Tx, id instance.ListingID) (instance.Listing, error) {
	if _, err := tx.Exec(ctx, `UPDATE housing_listings SET updated_at = updated_at WHERE id = $1`, id); err != nil {
		return instance.Listing{}, err
	}
	return listing(ctx, tx, id)
}

// step writes a step, from one of the states that it is taken from and no
// other.
func (s *Service) step(ctx context.Context, tx store.Tx, l instance.Listing, step instance.ListingStep, reason string, by instance.Account) error {
	if !slices.Contains(step.From(), l.State) {
		return instance.ErrConflict
	}
	if step.To() == instance.ListingVetted || step.To() == instance.ListingAvailable && l.State == instance.ListingVetted {
		if err := s.hosted(ctx, tx, l.ID); err != nil {
			return err
		}
		if err := s.within(ctx, tx, l); err != nil {
			return err
		}
	}
	if reason != "" {
		keys, err := s.vault.Keys(ctx, tx, l.Programme)
		if err == nil {
			reason, err = keys.SealText(kindOfReason, l.ID, reason)
		}
		if err != nil {
			return err
		}
	}
	set, args := "", []any{l.ID, string(l.State), string(step.To()), reason, store.Millis(s.now())}
	if step.To() == instance.ListingVetted {
		set = `, vetted_by = $6, vetted_at = $5`
		args = append(args, by.ID)
	}
	n, err := tx.Exec(ctx, `
		UPDATE housing_listings
		   SET state = $3, reason = $4, updated_at = $5`+set+`
		 WHERE id = $1 AND state = $2`, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return instance.ErrConflict
	}
	if step.To() != instance.ListingVetted {
		return nil
	}
	var own bool
	err = tx.QueryRow(ctx, `SELECT COALESCE(created_by, 0) = $2 OR COALESCE(changed_by, 0) = $2 FROM housing_listings WHERE id = $1`, l.ID, by.ID).Scan(&own)
	if err == nil && own {
		err = instance.ErrForbidden
	}
	return err
}

// begin opens the ledger of a home, and has partners told of it.
func (s *Service) begin(ctx context.Context, tx store.Tx, l instance.Listing) error {
	d, err := s.deskOf(ctx, tx, `p.group_id = $1`, l.Programme)
	if err != nil {
		return err
	}
	if d.stopped {
		return instance.ErrForbidden
	}
	k := ledger.Keeper{Book: &ledger.Book{}, Key: d.key}
	e, err := k.Open(l.URI, s.now(), ledger.Opened{Owner: d.Group.URI, Places: l.Places, Stay: l.Stay})
	if err != nil {
		return err
	}
	l.State = instance.ListingAvailable
	return s.keep(ctx, tx, l, k.Book, []ledger.Entry{e})
}

// close ends the ledger of a home that was offered, and has it taken back. It
// returns [instance.ErrConflict] as long as anybody waits, holds or lives there.
func (s *Service) close(ctx context.Context, tx store.Tx, l instance.Listing) error {
	if !l.State.Shown() {
		return nil
	}
	d, err := s.deskOf(ctx, tx, `p.group_id = $1`, l.Programme)
	if err != nil {
		return err
	}
	book, err := s.book(ctx, tx, l)
	if err != nil {
		return err
	}
	k := ledger.Keeper{Book: book, Key: d.key, Still: true}
	written, err := k.Tidy(s.now())
	if err != nil {
		return err
	}
	e, err := k.Close(s.now())
	if err != nil {
		return fmt.Errorf("%w: %w", instance.ErrConflict, err)
	}
	l.State = instance.ListingClosed
	return s.keep(ctx, tx, l, book, append(written, e))
}
