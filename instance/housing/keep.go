package housing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// keep writes what was added to a ledger: the entries, the beds they take and
// free, the state of the home, what our own programmes hold there, and that
// partners are to be told.
func (s *Service) keep(ctx context.Context, tx store.Tx, l instance.Listing, book *ledger.Book, added []ledger.Entry) error {
	for _, e := range added {
		if err := s.add(ctx, tx, l.ID, book, e); err != nil {
			return fmt.Errorf("entry %d: %w", e.Number, err)
		}
		if err := lease(ctx, tx, l, book, e); err != nil {
			return fmt.Errorf("lease of entry %d: %w", e.Number, err)
		}
	}
	if l.State.Shown() {
		for _, step := range instance.StepsByLedger(l.State, book, s.tonight(l.Commune)) {
			if err := s.step(ctx, tx, l, step, "", instance.Account{}); err != nil {
				return err
			}
			l.State = step.To()
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE housing_listings SET due_at = $2, updated_at = $3 WHERE id = $1`, l.ID, store.MillisOrNull(book.Due()), store.Millis(s.now()))
	if err != nil {
		return err
	}
	if err := s.follow(ctx, tx, l.URI, book); err != nil {
		return err
	}
	store.AfterCommit(tx, func() { s.books.Add(l.ID, book) })
	if len(added) == 0 {
		return nil
	}
	return s.jobs.Enqueue(ctx, tx, Share{l.ID}, jobs.Unique(l.ID.String()))
}

// lease notes, of an entry, whether somebody else begins or ends to wait for or
// hold something in the ledger.
func lease(ctx context.Context, tx store.Tx, l instance.Listing, book *ledger.Book, e ledger.Entry) error {
	var ended int
	switch d := e.Deed.(type) {
	case ledger.Asked:
		if d.Statement.By == book.Opened().Owner {
			return nil
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_leases (listing_id, hold, programme_id, by_uri)
			VALUES ($1, $2, $3, $4)`, l.ID, e.Number, l.Programme, d.Statement.By)
		return err
	case ledger.Withdrawn:
		said, _ := d.Statement.Saying.(ledger.Withdraw)
		ended = said.Hold
	case ledger.Lapsed:
		ended = d.Hold
	case ledger.Dropped:
		ended = d.Hold
	case ledger.Placed:
		ended = d.Hold
	default:
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM housing_leases WHERE listing_id = $1 AND hold = $2`, l.ID, ended)
	return err
}

// add writes one entry and its beds. Two entries with one number, or two holds
// with one bed in one night, are refused by the database itself.
func (s *Service) add(ctx context.Context, tx store.Tx, id instance.ListingID, book *ledger.Book, e ledger.Entry) error {
	body, err := e.Encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_entries (listing_id, number, hash, previous, body)
		VALUES ($1, $2, $3, $4, $5)`, id, e.Number, e.Hash().String(), e.Previous.String(), string(body))
	if err != nil {
		return err
	}
	switch d := e.Deed.(type) {
	case ledger.Granted:
		h, _ := book.Hold(d.Hold)
		nights := store.Many{Into: "housing_nights (listing_id, bed, night, hold)"}
		for _, bed := range d.Beds {
			for n := h.Ask.Stay.From; n < h.Ask.Stay.Until; n++ {
				if err := nights.Add(ctx, tx, id, bed, int64(n), d.Hold); err != nil {
					return err
				}
			}
		}
		return nights.End(ctx, tx)
	case ledger.Withdrawn:
		said, _ := d.Statement.Saying.(ledger.Withdraw)
		return s.free(ctx, tx, id, said.Hold, 0)
	case ledger.Lapsed:
		return s.free(ctx, tx, id, d.Hold, 0)
	case ledger.Dropped:
		return s.free(ctx, tx, id, d.Hold, 0)
	case ledger.Ended:
		return s.free(ctx, tx, id, d.Hold, d.Leaving)
	}
	return nil
}

func (s *Service) free(ctx context.Context, tx store.Tx, id instance.ListingID, hold int, from ledger.Night) error {
	_, err := tx.Exec(ctx, `DELETE FROM housing_nights WHERE listing_id = $1 AND hold = $2 AND night >= $3`, id, hold, int64(from))
	return err
}

// Hear answers what a programme, of here or elsewhere, says about a home of
// ours. signer is who signed the request: nobody speaks for another. It returns
// [instance.ErrNotFound] to everyone who may not see the home, and
// [instance.ErrInvalid] for what is no statement.
func (s *Service) Hear(ctx context.Context, signer, home string, body []byte) (Answer, error) {
	said, err := ledger.DecodeStatement(body)
	if err != nil {
		return Answer{}, fmt.Errorf("hear a statement: %w: %w", &instance.Invalid{Field: "statement", Code: "malformed"}, err)
	}
	if said.By != signer {
		return Answer{}, fmt.Errorf("hear a statement of %s: %w", signer, instance.ErrNotFound)
	}
	var a Answer
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		a = Answer{}
		l, err := s.heldByURI(ctx, tx, home)
		if err != nil {
			return err
		}
		refusal, err := s.hear(ctx, tx, l, said)
		if err != nil {
			return err
		}
		if refusal != nil {
			a.Refusal, err = refusal.Encode()
			return err
		}
		a.Page, err = page(ctx, tx, l.ID, said.Seen.Number)
		return err
	})
	if errors.Is(err, ledger.ErrClock) {
		s.log.Error("the clock is behind what stands in a ledger; nothing is held until it is right", "home", home)
		a.Refusal, err = ledger.Refusal{Ledger: home, Statement: said.ID, Why: ledger.BadClock}.Encode()
	}
	return a, because(err, "hear a statement of %s about %s", signer, home)
}

// heldByURI is [Service.held] for a home that others may see.
func (s *Service) heldByURI(ctx context.Context, tx store.Tx, uri string) (instance.Listing, error) {
	n, err := tx.Exec(ctx, `
		UPDATE housing_listings SET updated_at = updated_at WHERE uri = $1 AND state IN ('available', 'held', 'placed', 'ending')`, uri)
	if err == nil && n == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Listing{}, err
	}
	return scanListing(tx.QueryRow(ctx, `SELECT `+listingColumns+` FROM housing_listings l WHERE l.uri = $1`, uri))
}

// hear takes a statement of somebody who may see a home into its ledger.
func (s *Service) hear(ctx context.Context, tx store.Tx, l instance.Listing, said ledger.Statement) (*ledger.Refusal, error) {
	d, err := s.deskFor(ctx, tx, l)
	if err != nil {
		return nil, err
	}
	seal, err := s.sealOf(ctx, tx, d, said.By)
	if err != nil {
		return nil, err
	}
	refuse := func(why ledger.Why) *ledger.Refusal {
		return &ledger.Refusal{Ledger: l.URI, Statement: said.ID, Why: why}
	}
	if said.Seal != seal {
		return refuse(ledger.BadSeal), nil
	}
	book, err := s.book(ctx, tx, l)
	if err != nil {
		return nil, err
	}
	if _, again := book.Heard(said.By, said.ID); d.refuses(said.Saying) && !again {
		return refuse(ledger.IsFrozen), nil
	}
	if a, asks := said.Saying.(ledger.Ask); asks {
		if _, again := book.Heard(said.By, said.ID); !again && a.Stay.From < countries.Going(s.now(), l.Commune) {
			return refuse(ledger.BadDates), nil // that night is over where the home is
		}
		busy, err := s.busy(ctx, tx, d, said, book)
		if err != nil || busy {
			return refuse(ledger.TooBusy), err
		}
	}
	keeper, err := s.keeper(ctx, tx, d, l, book)
	if err != nil {
		return nil, err
	}
	written, refusal, err := keeper.Hear(said, s.now())
	if err != nil {
		return nil, err
	}
	return refusal, s.keep(ctx, tx, l, book, written)
}

// deskFor is the desk of who keeps a home, stopped as long as the home is, and as
// long as its host is not approved, and with what is switched off for it.
func (s *Service) deskFor(ctx context.Context, tx store.Tx, l instance.Listing) (desk, error) {
	d, err := s.deskOf(ctx, tx, `p.group_id = $1`, l.Programme)
	if err != nil || d.stopped {
		return d, err
	}
	if d.stopped, err = frozen(ctx, tx, l.Programme, l.URI); err != nil || d.stopped {
		return d, err
	}
	fit, err := s.fit(ctx, tx, l.ID)
	if d.stopped = !fit; err != nil || d.stopped {
		return d, err
	}
	off, err := s.cuts(ctx, tx, l.Programme)
	area := instance.DepartementOf(l.Commune)
	d.noHolds, d.noPlacements = off.off(CutHolds, area, l.Category), off.off(CutPlacements, area, l.Category)
	return d, err
}

// refuses tells whether a desk hears nothing of that kind now.
func (d desk) refuses(what ledger.Saying) bool {
	switch what.(type) {
	case ledger.Ask:
		return d.stopped || d.noHolds
	case ledger.Agree:
		return d.stopped || d.noPlacements
	}
	return false
}

// mostLeases is how much one other association may wait for and hold at a time,
// in all homes of one programme: enough for all it can place in three days, and
// too little to keep every home from the others.
const mostLeases = 30

// busy tells whether who asks has as much with a programme of ours as it may.
func (s *Service) busy(ctx context.Context, tx store.Tx, d desk, said ledger.Statement, book *ledger.Book) (bool, error) {
	if _, again := book.Heard(said.By, said.ID); again || said.By == d.Group.URI {
		return false, nil
	}
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM housing_leases WHERE programme_id = $1 AND by_uri = $2`, d.Group.ID, said.By).Scan(&n)
	return n >= mostLeases, err
}

// keeper is who writes a ledger of a programme of ours: it drops what those hold
// who may not see the home any more, or under another seal than a person agreed
// to.
func (s *Service) keeper(ctx context.Context, tx store.Tx, d desk, l instance.Listing, book *ledger.Book) (ledger.Keeper, error) {
	k := ledger.Keeper{Book: book, Key: d.key, Still: d.stopped || d.noHolds}
	limit, ok, err := s.limitOf(ctx, tx, l.ID)
	if err != nil {
		return k, err
	}
	if ok {
		k.Limit = func(by string, a ledger.Ask) ledger.Why { return limit.refuses(book, by, a) }
	}
	others := slices.ContainsFunc(book.Holds(), func(h ledger.Hold) bool { return h.Standing.Leased() && h.By != d.Group.URI })
	if !others {
		return k, nil
	}
	seals, err := seals(ctx, tx, d.Group.ID)
	k.Expelled = func(h ledger.Hold) bool { return h.By != d.Group.URI && seals[h.By] != h.Seal }
	return k, err
}

// seals returns the seals of those who may see the homes of a programme, by the
// ids of their Groups.
func seals(ctx context.Context, tx store.Tx, programme instance.ActorID) (map[string]ledger.Seal, error) {
	rows, err := tx.Query(ctx, `
		SELECT a.uri, x.seal
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND x.sees_ours = 'agreed' AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, programme)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]ledger.Seal{}
	for rows.Next() {
		var uri, seal string
		if err := rows.Scan(&uri, &seal); err != nil {
			return nil, err
		}
		found[uri] = ledger.Seal(seal)
	}
	return found, rows.Err()
}

// sealOf returns the seal of who may see the homes of a programme of ours, as a
// person agreed to it; [instance.ErrNotFound] for everyone else. A programme
// sees its own.
func (s *Service) sealOf(ctx context.Context, tx store.Tx, d desk, group string) (ledger.Seal, error) {
	if group == d.Group.URI {
		return d.Seal, nil
	}
	var seal string
	err := tx.QueryRow(ctx, `
		SELECT x.seal
		  FROM housing_partners x JOIN actors a ON a.id = x.partner_id
		 WHERE x.programme_id = $1 AND a.uri = $2 AND x.sees_ours = 'agreed' AND a.deleted_at IS NULL AND a.suspended_at IS NULL`,
		d.Group.ID, group).Scan(&seal)
	return ledger.Seal(seal), notFound(err)
}

// page returns the entries of a ledger after one of that number.
func page(ctx context.Context, tx store.Tx, id instance.ListingID, after int) ([]byte, error) {
	entries, err := entriesOf(tx.Query(ctx, `
		SELECT body
		  FROM housing_entries
		 WHERE listing_id = $1 AND number > $2
		 ORDER BY number
		 LIMIT $3`, id, after, ledger.MostInPage))
	if err != nil {
		return nil, err
	}
	return ledger.EncodePage(entries)
}

// Ledger returns what stands in the ledger of a home after an entry, to a server
// of which a Group may see it. signer is who signed the request. It returns
// [instance.ErrNotFound] to everyone else.
func (s *Service) Ledger(ctx context.Context, signer, home string, after int) ([]byte, error) {
	l, err := s.seen(ctx, signer, home)
	if errors.Is(err, instance.ErrNotFound) {
		l, err = s.askedBefore(ctx, signer, home)
	}
	if err != nil {
		return nil, because(err, "ledger of %s for %s", home, signer)
	}
	b, err := page(ctx, s.db.Read(), l.ID, after)
	return b, because(err, "ledger of %s for %s", home, signer)
}

// Home returns the document about a home as [Service.Ledger] returns its ledger.
func (s *Service) Home(ctx context.Context, signer, home string) ([]byte, error) {
	l, err := s.seen(ctx, signer, home)
	if err == nil {
		var off bool
		if off, err = s.offFor(ctx, s.db.Read(), CutSearch, l); err == nil && !off && l.MovedAt.IsZero() {
			off, err = frozen(ctx, s.db.Read(), l.Programme, l.URI)
		}
		if err == nil && (off || !l.MovedAt.IsZero()) {
			err = instance.ErrNotFound
		}
	}
	if err != nil {
		return nil, because(err, "home %s for %s", home, signer)
	}
	b, err := s.document(ctx, s.db.Read(), l)
	return b, because(err, "home %s for %s", home, signer)
}

// seen returns a home that the server of a signer may see: the signer is a Group
// that may, or on the same host as one (FEP-fe34).
func (s *Service) seen(ctx context.Context, signer, home string) (instance.Listing, error) {
	return scanListing(s.db.Read().QueryRow(ctx, `
		SELECT `+listingColumns+`
		  FROM housing_listings l
		 WHERE l.uri = $1 AND l.state IN ('available', 'held', 'placed', 'ending')
		   AND EXISTS (SELECT 1
		                 FROM actors signer
		                 JOIN actors a ON a.host = signer.host AND a.host <> '' AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		                 JOIN housing_partners x ON x.partner_id = a.id AND x.programme_id = l.programme_id AND x.sees_ours = 'agreed'
		                WHERE signer.uri = $2 AND signer.deleted_at IS NULL AND signer.suspended_at IS NULL)`, home, signer))
}

// Place signs a placement to which the other association has agreed. Those who
// keep homes may. It returns [instance.ErrConflict] for what cannot be placed:
// nobody agreed, or the lease is over.
func (s *Service) Place(ctx context.Context, by instance.Account, id instance.ListingID, hold int) error {
	return s.write(ctx, by, id, "place", func(k ledger.Keeper, stopped bool) ([]ledger.Entry, error) {
		if stopped {
			return nil, instance.ErrForbidden
		}
		return k.Place(hold, s.now())
	})
}

// Drop takes back what somebody waits for or holds, before anybody is placed: the
// home cannot be lent after all. Those who keep homes may, and it stands in the
// ledger. It returns [instance.ErrConflict] if there is nothing to take back.
func (s *Service) Drop(ctx context.Context, by instance.Account, id instance.ListingID, hold int) error {
	return s.write(ctx, by, id, "drop", func(k ledger.Keeper, _ bool) ([]ledger.Entry, error) {
		return k.Drop(hold, ledger.Unfit, s.now())
	})
}

// End notes that a household leaves, and from which night on its beds are free.
func (s *Service) End(ctx context.Context, by instance.Account, id instance.ListingID, hold int, leaving ledger.Night, why ledger.Reason) error {
	return s.write(ctx, by, id, "end", func(k ledger.Keeper, _ bool) ([]ledger.Entry, error) {
		return k.End(hold, leaving, why, s.now())
	})
}

// write does what those who keep a home do in its ledger.
func (s *Service) write(ctx context.Context, by instance.Account, id instance.ListingID, deed string, do func(k ledger.Keeper, stopped bool) ([]ledger.Entry, error)) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		if !l.State.Shown() {
			return instance.ErrConflict
		}
		if err := s.note(ctx, tx, l.Programme, by.ID, LogDeed(deed), id.String()); err != nil {
			return err
		}
		return s.inLedger(ctx, tx, l, do)
	})
	if errors.Is(err, ledger.ErrForbidden) || errors.Is(err, ledger.ErrClock) || errors.Is(err, ledger.ErrMalformed) {
		err = fmt.Errorf("%w: %w", instance.ErrConflict, err)
	}
	return because(err, "%s at home %s", deed, id)
}

// inLedger adds to the ledger of a home whose row the transaction holds.
func (s *Service) inLedger(ctx context.Context, tx store.Tx, l instance.Listing, do func(k ledger.Keeper, stopped bool) ([]ledger.Entry, error)) error {
	d, err := s.deskFor(ctx, tx, l)
	if err != nil {
		return err
	}
	book, err := s.book(ctx, tx, l)
	if err != nil {
		return err
	}
	keeper, err := s.keeper(ctx, tx, d, l, book)
	if err != nil {
		return err
	}
	written, err := do(keeper, d.stopped || d.noPlacements)
	if err != nil {
		return err
	}
	return s.keep(ctx, tx, l, book, written)
}

// Book returns what stands in the ledger of a home, to those of its programme.
func (s *Service) Book(ctx context.Context, by instance.Account, id instance.ListingID) (*ledger.Book, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	book, err := readBook(s.db.Read().Query(ctx, `SELECT body FROM housing_entries WHERE listing_id = $1 ORDER BY number`, l.ID))
	return book, because(err, "ledger of home %s", id)
}

// Sweep is the job that writes what time has brought about: leases and mandates that
// ended.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "housing_sweep" }

// sweptAtOnce is how many homes one run tidies; those left come a minute later.
const sweptAtOnce = 200

func (s *Service) sweep(ctx context.Context, _ Sweep) error {
	due, err := s.idsOf(ctx, `
		SELECT id FROM housing_listings WHERE due_at <= $1 ORDER BY due_at LIMIT $2`, store.Millis(s.now()), sweptAtOnce)
	if err != nil {
		return because(err, "homes with leases that ended")
	}
	for _, id := range due {
		if err := s.tidy(ctx, id); err != nil {
			return because(err, "tidy home %s", id)
		}
	}
	for _, do := range []func(context.Context) error{s.endMandates, s.lapse, s.closeLeft, s.forget, s.purge} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tidy(ctx context.Context, id instance.ListingID) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil || !l.State.Shown() {
			return err
		}
		return s.inLedger(ctx, tx, l, func(k ledger.Keeper, _ bool) ([]ledger.Entry, error) { return k.Tidy(s.now()) })
	})
}

func (s *Service) idsOf(ctx context.Context, query string, args ...any) ([]instance.ID, error) {
	rows, err := s.db.Read().Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return scanIDs(rows)
}

// Entries returns the whole ledger of a home, to those of its programme.
func (s *Service) Entries(ctx context.Context, by instance.Account, id instance.ListingID) ([]ledger.Entry, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(s.db.Read().Query(ctx, `SELECT body FROM housing_entries WHERE listing_id = $1 ORDER BY number`, l.ID))
	return entries, because(err, "ledger of home %s", id)
}

// Export returns the whole ledger of a home as it travels, to those of its
// programme: what `palier housing verify` reads. That it
// was taken stands in the log.
func (s *Service) Export(ctx context.Context, by instance.Account, id instance.ListingID) ([]byte, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(s.db.Read().Query(ctx, `SELECT body FROM housing_entries WHERE listing_id = $1 ORDER BY number`, l.ID))
	if err != nil {
		return nil, because(err, "ledger of home %s", id)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error { return s.note(ctx, tx, l.Programme, by.ID, LogExported, id.String()) })
	if err != nil {
		return nil, because(err, "ledger of home %s", id)
	}
	return ledger.EncodePage(entries)
}
