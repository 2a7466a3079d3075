package hosts

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// File is who a host is and where they live. It exists sealed, and on the screen
// of who reads it.
type File struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone,omitzero"`
	Address string `json:"address,omitzero"`
	Born    int    `json:"born"` // the year
	// About is what a household is told of living there. It is searched for what
	// would tell more than that.
	About string `json:"about,omitzero"`
	// Rules are those of the house, which all three sign. They are searched likewise.
	Rules string `json:"rules,omitzero"`
	// What they offer, as they said at first.
	Whole bool `json:"whole,omitzero"` // a whole home
	// Commune is where it is, as they said at first: a code.
	Commune string `json:"commune,omitzero"`
	Nights  int    `json:"nights,omitzero"`
	From    string `json:"from,omitzero"` // a date
	Check   Check  `json:"check,omitzero"`
}

// Check is what a host answered to themself before anybody came.
type Check struct {
	Answers []string `json:"answers,omitempty"` // of [Questions], those they said yes to
}

// Questions are what hosts ask themselves; all have to be answered with yes.
var Questions = []string{"room", "free", "everyone", "time", "end", "visit", "papers", "talk"}

const (
	maxName    = 100
	maxAddress = 300
	maxPhone   = 40
	maxAbout   = 1500
)

// Kinds of what is sealed.
const (
	kindHost      = "host"
	kindAdult     = "host-adult"
	kindReference = "host-reference"
	kindVisit     = "host-visit"
	kindVenue     = "host-venue"
)

// within returns an [instance.Invalid] for a text that is missing or too long.
func within(field, text string, least, most int) error {
	switch n := utf8.RuneCountInString(text); {
	case n < least:
		return &instance.Invalid{Field: field, Code: "missing"}
	case n > most:
		return &instance.Invalid{Field: field, Code: "too-long", Limit: most}
	}
	return nil
}

// Lint returns an [instance.Invalid] with a word of [writing.TraceKinds] for its
// code if a text that households may read tells how to reach somebody past the
// association, where they live, or asks for something in return.
func Lint(field, text string) error {
	if found := writing.Traces(text); len(found) > 0 {
		return &instance.Invalid{Field: field, Code: "tells-" + string(found[0].Kind)}
	}
	return nil
}

// cleaned is one line without what cannot be seen.
func cleaned(text string, most int) string { return writing.CleanLine(text, most) }

// read opens the file of a host and notes who did.
func (s *Service) read(ctx context.Context, tx store.Tx, h row, by instance.ActorID, what string) (File, error) {
	f, err := s.open(ctx, tx, h)
	if err != nil {
		return f, err
	}
	return f, s.noteRead(ctx, tx, h.Programme, h.ID, by, what)
}

// open opens the file of a host for the host themself, or for a letter to them.
func (s *Service) open(ctx context.Context, tx store.Tx, h row) (File, error) {
	var f File
	if len(h.sealed) == 0 {
		return f, instance.ErrGone
	}
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return f, err
	}
	return f, keys.OpenJSON(kindHost, h.ID, h.sealed, &f)
}

// write seals the file of a host anew.
func (s *Service) write(ctx context.Context, tx store.Tx, h row, f File) error {
	keys, err := s.o.Vault.Keys(ctx, tx, h.Programme)
	if err != nil {
		return err
	}
	sealed, err := keys.SealJSON(kindHost, h.ID, f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE housing_hosts SET file = $2, changed_at = $3 WHERE id = $1`, h.ID, sealed, store.Millis(s.now()))
	return err
}

// noteRead writes down who opened what; host is 0 for a list of names.
func (s *Service) noteRead(ctx context.Context, tx store.Tx, programme instance.ActorID, host instance.HostID, by instance.ActorID, what string) error {
	var of *instance.HostID
	if host != 0 {
		of = &host
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_host_reads (id, programme_id, host_id, person_id, what, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.o.IDs.Next(), programme, of, by, what, store.Millis(s.now()))
	return err
}

// Change writes down what a host says anew of how to reach them, where it is, and
// what living there is like.
func (s *Service) Change(ctx context.Context, hand Hand, id instance.HostID, phone, address, about string) error {
	phone, address, about = cleaned(phone, maxPhone), strings.TrimSpace(address), strings.TrimSpace(about)
	for _, err := range []error{within("address", address, 0, maxAddress), within("about", about, 0, maxAbout), Lint("about", about)} {
		if err != nil {
			return err
		}
	}
	return s.own(ctx, hand, id, "change", func(tx store.Tx, h row) error {
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		before := f.Address
		f.Phone, f.Address, f.About = phone, address, about
		if err := s.write(ctx, tx, h, f); err != nil {
			return err
		}
		if err := s.compare(ctx, tx, h.Programme, h.ID, f); err != nil {
			return err
		}
		if before == "" || before == address {
			return nil
		}
		if err := s.o.Homes.AddressIn(ctx, tx, h.ID, before, address); err != nil {
			return err
		}
		return s.lookAgain(ctx, tx, h, 0) // another home was not visited
	})
}

// Answer keeps what a host answered to themself. It returns an [instance.Invalid]
// of the first question that was not answered with yes.
func (s *Service) Answer(ctx context.Context, hand Hand, id instance.HostID, yes []string) error {
	for _, q := range Questions {
		if !slices.Contains(yes, q) {
			return &instance.Invalid{Field: "check-" + q, Code: "unticked"}
		}
	}
	return s.own(ctx, hand, id, "check", func(tx store.Tx, h row) error {
		f, err := s.open(ctx, tx, h)
		if err != nil {
			return err
		}
		if f.Address == "" {
			return &instance.Invalid{Field: "address", Code: "missing"}
		}
		f.Check = Check{Answers: slices.Clone(Questions)}
		if err := s.write(ctx, tx, h, f); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE housing_hosts SET checked_at = $2 WHERE id = $1`, h.ID, store.Millis(s.now())); err != nil {
			return err
		}
		return s.step(ctx, tx, h, instance.CheckHost, 0)
	})
}

// Address returns where a home of a programme stands, as its host wrote it, and
// notes that by read it. It returns [instance.ErrNotFound] for a home without a
// host, and for a host who wrote none.
func (s *Service) Address(ctx context.Context, tx store.Tx, by instance.Account, home instance.ListingID) (string, error) {
	h, err := one(ctx, tx, `h.id = (SELECT l.host_id FROM housing_listings l WHERE l.id = $1)`, home)
	if err != nil {
		return "", because(err, "address of home %s", home)
	}
	f, err := s.read(ctx, tx, h, by.ID, "compare")
	if err == nil && f.Address == "" {
		err = instance.ErrNotFound
	}
	return f.Address, because(err, "address of home %s", home)
}
