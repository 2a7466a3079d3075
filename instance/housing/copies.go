package housing

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// copyOf returns what stands in a ledger as far as we have it: the whole of one
// of ours. It returns [instance.ErrConflict] for one that was shown otherwise
// before.
func (s *Service) copyOf(ctx context.Context, tx store.Tx, home string) (*ledger.Book, error) {
	if s.site.Owns(home) {
		return readBook(tx.Query(ctx, `
			SELECT e.body
			  FROM housing_entries e JOIN housing_listings l ON l.id = e.listing_id
			 WHERE l.uri = $1
			 ORDER BY e.number`, home))
	}
	var broken string
	err := tx.QueryRow(ctx, `SELECT broken FROM housing_copies WHERE uri = $1`, home).Scan(&broken)
	switch {
	case errors.Is(err, store.ErrNoRows):
		return &ledger.Book{}, nil
	case err != nil:
		return nil, err
	case broken != "":
		return nil, fmt.Errorf("the ledger of %s does not hold (%s): %w", home, broken, instance.ErrConflict)
	}
	return readBook(tx.Query(ctx, `SELECT body FROM housing_copy_entries WHERE uri = $1 ORDER BY number`, home))
}

// copiesOf is [Service.copyOf] for many homes in one question. Of whose ledger we have
// nothing, or nothing that holds, there is none.
func (s *Service) copiesOf(ctx context.Context, tx store.Tx, homes []string) (map[string]*ledger.Book, error) {
	if len(homes) == 0 {
		return nil, nil
	}
	args := make([]any, len(homes))
	for i, home := range homes {
		args[i] = home
	}
	in := store.Placeholders(1, len(homes))
	list, err := readBooks(tx.Query(ctx, `
		SELECT body
		  FROM (SELECT l.uri, e.number, e.body
		          FROM housing_entries e JOIN housing_listings l ON l.id = e.listing_id
		         WHERE l.uri IN (`+in+`)
		        UNION ALL
		        SELECT c.uri, e.number, e.body
		          FROM housing_copy_entries e JOIN housing_copies c ON c.uri = e.uri
		         WHERE c.broken = '' AND c.uri IN (`+in+`)) ledgers
		 ORDER BY uri, number`, args...))
	books := make(map[string]*ledger.Book, len(list))
	for _, b := range list {
		books[b.ID()] = b
	}
	return books, err
}

// upToDate brings our copy of a ledger up to date.
func (s *Service) upToDate(ctx context.Context, d desk, home string) error {
	if s.site.Owns(home) {
		return nil
	}
	if err := s.known(ctx, d, home); err != nil {
		return err
	}
	for {
		book, err := s.copyOf(ctx, s.db.Read(), home)
		if err != nil {
			return err
		}
		before := book.Newest().Number
		b, err := s.wire.Entries(ctx, d.Group, home, before)
		if err != nil {
			return err
		}
		entries, err := ledger.DecodePage(b)
		if err == nil && len(entries) == 0 {
			return nil
		}
		if err := s.learn(ctx, home, b); err != nil {
			return err
		}
		if len(entries) < ledger.MostInPage {
			return nil
		}
	}
}

// known makes a copy for the ledger of a home that a programme sees, under the
// seal that a person agreed to.
func (s *Service) known(ctx context.Context, d desk, home string) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO housing_copies (uri, seal)
			SELECT h.uri, x.seal
			  FROM housing_homes h
			  JOIN housing_partners x ON x.programme_id = h.programme_id AND x.partner_id = h.partner_id
			 WHERE h.programme_id = $1 AND h.uri = $2 AND x.we_see = 'agreed' AND x.seal <> ''
			ON CONFLICT (uri) DO UPDATE SET seal = housing_copies.seal`, d.Group.ID, home)
		if err != nil || n > 0 {
			return err
		}
		// A home that is not shown any more, where something of ours may be still.
		var held bool
		err = tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM housing_holds h JOIN housing_copies c ON c.uri = h.home WHERE h.programme_id = $1 AND h.home = $2)`,
			d.Group.ID, home).Scan(&held)
		if err == nil && !held {
			err = instance.ErrNotFound
		}
		return err
	})
}

// learn takes entries of another's ledger into our copy, after checking each.
// Where they do not hold the copy is broken for good, and a person has to look.
func (s *Service) learn(ctx context.Context, home string, pageBytes []byte) error {
	if s.site.Owns(home) {
		return nil
	}
	entries, err := ledger.DecodePage(pageBytes)
	if err != nil {
		return s.breakCopy(ctx, home, err)
	}
	var fault error
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		fault = nil
		var seal string
		err := tx.QueryRow(ctx, `UPDATE housing_copies SET seal = seal WHERE uri = $1 RETURNING seal`, home).Scan(&seal)
		if err != nil {
			return notFound(err)
		}
		book, err := s.copyOf(ctx, tx, home)
		if err != nil {
			return err
		}
		fault = s.admit(ctx, tx, home, ledger.Seal(seal), book, entries)
		if fault != nil {
			return fault
		}
		return s.follow(ctx, tx, home, book)
	})
	if fault != nil && errors.Is(err, fault) && isLie(fault) {
		return s.breakCopy(ctx, home, fault)
	}
	return err
}

// isLie tells faults of a ledger from those of our own database.
func isLie(err error) bool {
	if unreachable(err) {
		return false
	}
	for _, lie := range []error{ledger.ErrMalformed, ledger.ErrSignature, ledger.ErrChain, ledger.ErrForbidden, ledger.ErrTaken, ledger.ErrClock, ledger.ErrForked} {
		if errors.Is(err, lie) {
			return true
		}
	}
	return false
}

func (s *Service) admit(ctx context.Context, tx store.Tx, home string, seal ledger.Seal, book *ledger.Book, entries []ledger.Entry) error {
	rows := store.Many{Into: "housing_copy_entries (uri, number, body)"}
	for _, e := range entries {
		if e.Number <= book.Newest().Number {
			if err := book.Shows(e.Mark()); err != nil {
				return &ledger.Fault{Number: e.Number, Err: err}
			}
			continue // we have it
		}
		if err := s.believe(home, seal, e); err != nil {
			return &ledger.Fault{Number: e.Number, Err: err}
		}
		if err := book.Admit(e); err != nil {
			return &ledger.Fault{Number: e.Number, Err: err}
		}
		body, err := e.Encode()
		if err != nil {
			return err
		}
		if err := rows.Add(ctx, tx, home, e.Number, string(body)); err != nil {
			return err
		}
	}
	return rows.End(ctx, tx)
}

// believe holds an entry to what we know besides the ledger.
func (s *Service) believe(home string, seal ledger.Seal, e ledger.Entry) error {
	switch {
	case e.Ledger != home:
		return fmt.Errorf("%w: of another home", ledger.ErrChain)
	case e.At.After(s.now().Add(ledger.Skew)):
		// One of the two clocks is wrong, and it may be ours: that breaks nothing, and
		// nothing is held until they agree.
		return fmt.Errorf("made in the future: %w", instance.ErrUnreachable)
	}
	if o, ok := e.Deed.(ledger.Opened); ok && o.Seal != seal {
		return fmt.Errorf("%w: under another seal than was agreed to", ledger.ErrSignature)
	}
	return nil
}

// breakCopy notes that a ledger does not hold.
func (s *Service) breakCopy(ctx context.Context, home string, fault error) error {
	why := fault.Error()
	why = why[:min(len(why), 500)]
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE housing_copies SET broken = $2 WHERE uri = $1 AND broken = ''`, home, strings.ToValidUTF8(why, ""))
		return err
	})
	return errors.Join(fmt.Errorf("the ledger of %s does not hold: %w: %w", home, instance.ErrConflict, fault), err)
}

// Look is the job that brings our copy of the ledger of a partner's home up to
// date.
type Look struct {
	Programme instance.ActorID `json:"programme"`
	Home      string           `json:"home"`
}

// Kind names the job.
func (Look) Kind() string { return "housing_look" }

func (s *Service) look(ctx context.Context, j Look) error {
	d, err := programmeOf(ctx, s.db.Read(), `p.group_id = $1`, j.Programme)
	if err == nil {
		err = s.upToDate(ctx, d, j.Home)
	}
	if errors.Is(err, instance.ErrNotFound) || errors.Is(err, instance.ErrConflict) {
		return nil // it is not ours to see, or it is known not to hold
	}
	return because(err, "look at the ledger of %s", j.Home)
}

// Fetch asks, as the programme of ours of that name, who keeps the ledger of a
// home for all of it, and returns that as it came: nothing is checked but that
// the keeper is who it says, by the seal that its Group shows at its own address.
func (s *Service) Fetch(ctx context.Context, programme, home string) ([]ledger.Entry, error) {
	d, err := programmeOf(ctx, s.db.Read(), `a.username_key = $1 AND a.host = ''`, strings.ToLower(programme))
	if err != nil {
		return nil, because(err, "programme %s", programme)
	}
	var all []ledger.Entry
	for {
		b, err := s.wire.Entries(ctx, d.Group, home, len(all))
		if err != nil {
			return nil, because(err, "ledger of %s", home)
		}
		entries, err := ledger.DecodePage(b)
		all = append(all, entries...)
		if err != nil {
			return all, because(err, "ledger of %s", home)
		}
		if len(entries) == 0 {
			return all, s.sealed(ctx, all)
		}
	}
}

// sealed returns [ledger.ErrSignature] if a ledger begins under a seal that its
// owner does not show.
func (s *Service) sealed(ctx context.Context, entries []ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	o, ok := entries[0].Deed.(ledger.Opened)
	if !ok {
		return nil // which is for who verifies it to say
	}
	shown, err := s.wire.Desk(ctx, o.Owner)
	if err == nil && shown.Seal != o.Seal {
		err = ledger.ErrSignature
	}
	return because(err, "seal of %s", o.Owner)
}
