package housing

import (
	"context"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/france"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/twins"
)

// Notices that people of a team get. None says more than which programme it is about.
const (
	NoticeMoved   = "housing-moved"   // somebody lives in a home whose host wrote another address: for leads
	NoticeDropped = "housing-dropped" // what one asked for was taken back before anybody moved in
)

// AddressIn is told when the host of homes wrote another address than before, in the
// transaction that keeps it, and that is the only place where it is kept. A home
// that stands elsewhere now, as far as that can be told (see [twins.Moved]), closes
// for good: its commune, its tag and what was seen there are of another home. Partners
// are told that it is taken back, what was asked and held there is dropped and whoever
// asked is told. Where somebody lives they stay; the leads are told, nobody else comes,
// and it closes when they have left. To lend the new home, it is written down anew.
func (s *Service) AddressIn(ctx context.Context, tx store.Tx, host instance.HostID, before, after string) error {
	rows, err := tx.Query(ctx, `
		SELECT id FROM housing_listings WHERE host_id = $1 AND state <> 'closed' AND moved_at IS NULL ORDER BY id`, host)
	if err != nil {
		return because(err, "homes of host %s", host)
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return because(err, "homes of host %s", host)
	}
	for _, id := range ids { // each has a ledger of its own
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return because(err, "home %s of a host who moved", id)
		}
		town, err := townOf(l.Commune)
		if err == nil && twins.Moved(before, after, town) {
			err = s.moved(ctx, tx, l)
		}
		if err != nil {
			return because(err, "home %s of a host who moved", id)
		}
	}
	return nil
}

// townOf is what a commune is called, nothing for one that nobody knows.
func townOf(commune string) (string, error) {
	if a, ok := countries.Told(commune); ok {
		name, _, _ := strings.Cut(a.Name, " (")
		return name, nil
	}
	all, err := france.Communes()
	if err != nil {
		return "", err
	}
	c, _ := france.ByCode(all, commune)
	return c.Name, nil
}

// moved takes a home back for good, whose row the transaction holds.
func (s *Service) moved(ctx context.Context, tx store.Tx, l instance.Listing) error {
	if err := s.note(ctx, tx, l.Programme, 0, LogMoved, l.ID.String()); err != nil {
		return err
	}
	if l.State.Shown() {
		if err := s.dropAll(ctx, tx, l); err != nil {
			return err
		}
	}
	now := s.now()
	if _, err := tx.Exec(ctx, `UPDATE housing_listings SET moved_at = $2 WHERE id = $1`, l.ID, store.Millis(now)); err != nil {
		return err
	}
	l, err := listing(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	if slices.Contains(instance.CloseListing.From(), l.State) {
		return s.closeMoved(ctx, tx, l)
	}
	leads, err := leadsOf(ctx, tx, l.Programme)
	if err == nil {
		err = s.tellTeam(ctx, tx, NoticeMoved, l.Programme, leads)
	}
	if err != nil {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Share{l.ID}, jobs.Unique(l.ID.String()))
}

// dropAll takes back, in the ledger of a home, whatever is asked and held there
// before anybody is placed.
func (s *Service) dropAll(ctx context.Context, tx store.Tx, l instance.Listing) error {
	return s.inLedger(ctx, tx, l, func(k ledger.Keeper, _ bool) ([]ledger.Entry, error) {
		k.Still = true
		written, err := k.Tidy(s.now())
		for _, h := range k.Book.Holds() {
			if err != nil {
				return nil, err
			}
			if !h.Standing.Leased() {
				continue
			}
			var more []ledger.Entry
			more, err = k.Drop(h.Number, ledger.Unfit, s.now())
			written = append(written, more...)
		}
		return written, err
	})
}

// closeMoved closes a home in which nobody lives.
func (s *Service) closeMoved(ctx context.Context, tx store.Tx, l instance.Listing) error {
	if err := s.step(ctx, tx, l, instance.CloseListing, instance.ReasonMoved, instance.Account{}); err != nil {
		return err
	}
	if err := s.note(ctx, tx, l.Programme, 0, LogClose, l.ID.String()); err != nil {
		return err
	}
	return s.close(ctx, tx, l)
}

// closeLeft closes homes with another address whose people have left.
func (s *Service) closeLeft(ctx context.Context) error {
	ids, err := s.idsOf(ctx, `
		SELECT id FROM housing_listings WHERE moved_at IS NOT NULL AND state IN ('available', 'ending') ORDER BY id LIMIT $1`, sweptAtOnce)
	if err != nil {
		return because(err, "homes with another address")
	}
	for _, id := range ids {
		err := s.db.InTx(ctx, func(tx store.Tx) error {
			l, err := s.held(ctx, tx, id)
			if err != nil || !slices.Contains(instance.CloseListing.From(), l.State) {
				return err
			}
			return s.closeMoved(ctx, tx, l)
		})
		if err != nil {
			s.books.Remove(id)
			return because(err, "close home %s, which has another address", id)
		}
	}
	return nil
}

// leadsOf are who leads a programme.
func leadsOf(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]instance.ActorID, error) {
	return peopleOf(tx.Query(ctx, `SELECT person_id FROM housing_team WHERE programme_id = $1 AND role = 'lead' ORDER BY person_id`, programme))
}

func peopleOf(rows store.Rows, err error) ([]instance.ActorID, error) {
	if err != nil {
		return nil, err
	}
	ids, err := scanIDs(rows)
	people := make([]instance.ActorID, len(ids))
	for i, id := range ids {
		people[i] = instance.ActorID(id)
	}
	return people, err
}

// tellAsker tells who asked for a hold, or the leads where nobody of the team did any
// more.
func (s *Service) tellAsker(ctx context.Context, tx store.Tx, kind string, hold instance.ID) error {
	var programme instance.ActorID
	err := tx.QueryRow(ctx, `SELECT programme_id FROM housing_holds WHERE id = $1`, hold).Scan(&programme)
	if err != nil {
		return err
	}
	whom, err := peopleOf(tx.Query(ctx, `
		SELECT t.person_id
		  FROM housing_holds h JOIN housing_team t ON t.programme_id = h.programme_id AND t.person_id = h.asked_by
		 WHERE h.id = $1 AND t.role IN ('lead', 'caseworker')`, hold))
	if err == nil && len(whom) == 0 {
		whom, err = leadsOf(ctx, tx, programme)
	}
	if err != nil {
		return err
	}
	return s.tellTeam(ctx, tx, kind, programme, whom)
}

// tellTeam gives people of a team a notice.
func (s *Service) tellTeam(ctx context.Context, tx store.Tx, kind string, programme instance.ActorID, whom []instance.ActorID) error {
	if s.notify == nil || len(whom) == 0 {
		return nil
	}
	return s.notify(ctx, tx, kind, programme, whom)
}

// askedBefore returns a home that closed since it has another address to a Group that
// may see homes of its programme and asked for beds there: it reads in the ledger what
// became of that.
func (s *Service) askedBefore(ctx context.Context, signer, home string) (instance.Listing, error) {
	l, err := scanListing(s.db.Read().QueryRow(ctx, `
		SELECT `+listingColumns+`
		  FROM housing_listings l
		 WHERE l.uri = $1 AND l.state = 'closed' AND l.moved_at IS NOT NULL
		   AND EXISTS (SELECT 1
		                 FROM actors a
		                 JOIN housing_partners x ON x.partner_id = a.id AND x.programme_id = l.programme_id AND x.sees_ours = 'agreed'
		                WHERE a.uri = $2 AND a.deleted_at IS NULL AND a.suspended_at IS NULL)`, home, signer))
	if err != nil {
		return l, err
	}
	book, err := s.copyOf(ctx, s.db.Read(), home)
	if err == nil && !slices.ContainsFunc(book.Holds(), func(h ledger.Hold) bool { return h.By == signer }) {
		err = instance.ErrNotFound
	}
	return l, err
}
