package hosts

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/store"
)

// Columns of lists of offers, by the names that offices give them; others are left
// alone.
var (
	nameColumns   = []string{"nom_complet", "nom", "name", "full_name", "hebergeur"}
	firstColumns  = []string{"prenom", "prénom", "first_name"}
	mailColumns   = []string{"courriel", "email", "e-mail", "mail", "adresse_courriel"}
	phoneColumns  = []string{"telephone", "téléphone", "tel", "phone"}
	bornColumns   = []string{"annee_naissance", "année_naissance", "date_naissance", "naissance", "born", "birth_year"}
	placesColumns = []string{"places", "nb_places", "nombre_places", "capacite", "capacité", "beds"}
	wholeColumns  = []string{"type_logement", "type", "logement", "category"}
	fromColumns   = []string{"disponible_du", "date_debut", "date_début", "debut", "from"}
	nightsColumns = []string{"nuits", "duree_jours", "durée_jours", "duree", "durée", "nights"}
	whereColumns  = []string{"adresse", "adresse_complete", "address"}
	townColumns   = []string{"commune", "ville", "city", "town"}
	tongueColumns = []string{"langue", "language"}
)

// MaxImported is how many rows of a list are taken at once.
const MaxImported = 5000

// RefusedWhy are the words for why a row of a list is not taken.
var RefusedWhy = []string{"row", "name", "email", "born", "places", "nights", "from", "twice", "too-many"}

// Imports tells whether a table can be a list of offers.
func Imports(t *sheets.Sheet) bool {
	has := func(names []string) bool {
		for _, n := range names {
			if t.Has(n) {
				return true
			}
		}
		return false
	}
	return has(nameColumns) && has(mailColumns)
}

// ErrNoOffers says that a table names neither people nor mailboxes.
var ErrNoOffers = errors.New("holds no offers: it needs a name and a mail address")

// importedAtOnce is how many rows are written in one transaction.
const importedAtOnce = 50

// Import takes a list of offers that an office made into the queue of a programme,
// for its lead. Each row becomes a first word and nothing more: who they are goes
// straight into the vault, they get a letter, and they are in the queue once they
// follow its link, as if they had written themselves; those who do not are erased
// after a week. Rows that cannot be taken are told to the report of the table, with
// a word of [RefusedWhy]. It returns an [instance.Invalid] while the programme takes
// nobody in.
func (s *Service) Import(ctx context.Context, by instance.Account, programme instance.ActorID, t *sheets.Sheet, report *sheets.Report) error {
	if !Imports(t) {
		return because(ErrNoOffers, "import offers")
	}
	known, err := s.mailboxes(ctx, by, programme)
	if err != nil {
		return because(err, "import offers to programme %s", programme)
	}
	var some []Interest
	write := func() error {
		err := s.takeIn(ctx, programme, some)
		if err == nil {
			report.Good += len(some)
		}
		some = some[:0]
		return err
	}
	for t.Next() {
		i, why := s.row(t)
		if why == "" {
			switch _, key, err := instance.ParseEmail(i.Email); {
			case err != nil:
				why = "email"
			case known[key]:
				why = "twice"
			case report.Good+len(some) >= MaxImported:
				why = "too-many"
			default:
				known[key] = true
			}
		}
		if why != "" {
			t.Refuse(why)
			continue
		}
		if some = append(some, i); len(some) < importedAtOnce {
			continue
		}
		if err := write(); err != nil {
			return because(err, "import offers to programme %s", programme)
		}
	}
	if err := write(); err != nil {
		return because(err, "import offers to programme %s", programme)
	}
	return because(t.Err(), "import offers to programme %s", programme)
}

// row reads a row as what its host would have said. What is missing and can be asked
// later is filled with what is usual; why names what cannot.
func (s *Service) row(t *sheets.Sheet) (i Interest, why string) {
	i = Interest{
		Name: strings.TrimSpace(t.Get(firstColumns...) + " " + t.Get(nameColumns...)), Email: t.Get(mailColumns...), Phone: t.Get(phoneColumns...),
		Places: 1, Nights: s.o.Pack.Stay.Usual, From: s.now().Format(time.DateOnly), Whole: whole(t.Get(wholeColumns...)), Language: "fr",
	}
	if where := strings.TrimSpace(t.Get(whereColumns...) + " " + t.Get(townColumns...)); where != "" {
		i.where = strings.ToValidUTF8(where[:min(len(where), maxAddress)], "")
	}
	for _, l := range []string{"fr", "en", "uk", "ar"} { // as a code, or a word that begins like it
		if strings.HasPrefix(strings.ToLower(t.Get(tongueColumns...)), l) {
			i.Language = l
		}
	}
	if born := t.Get(bornColumns...); born != "" {
		year, ok := yearIn(born)
		if !ok {
			return i, "born"
		}
		i.Born = year
	}
	number := func(columns []string, into *int) bool {
		typed := t.Get(columns...)
		if typed == "" {
			return true
		}
		n, err := strconv.Atoi(strings.TrimSuffix(strings.ReplaceAll(typed, " ", ""), ".0"))
		*into = n
		return err == nil
	}
	if !number(placesColumns, &i.Places) {
		return i, "places"
	}
	if !number(nightsColumns, &i.Nights) {
		return i, "nights"
	}
	i.Nights = min(i.Nights, s.o.Pack.Stay.Most)
	if from := t.Get(fromColumns...); from != "" {
		day, ok := dayIn(from)
		if !ok {
			return i, "from"
		}
		i.From = day
	}
	i.imported = true
	_, err := s.check(nil, &i)
	var invalid *instance.Invalid
	if errors.As(err, &invalid) {
		return i, invalid.Field
	}
	return i, ""
}

// whole tells whether what is offered is a home of one's own.
func whole(typed string) bool {
	typed = strings.ToLower(typed)
	for _, word := range []string{"entier", "complet", "appartement", "maison", "studio", "whole", "entire"} {
		if strings.Contains(typed, word) {
			return !strings.Contains(typed, "chambre")
		}
	}
	return false
}

// yearIn is the year in 1970, 01/02/1970 or 1970-02-01.
func yearIn(typed string) (int, bool) {
	if day, ok := dayIn(typed); ok {
		typed = day[:4]
	}
	year, err := strconv.Atoi(typed)
	return year, err == nil && year > 1900 && year < 2200
}

// dayIn is a date as it is kept, of one as offices write it.
func dayIn(typed string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", time.RFC3339, "2006-01-02 15:04:05"} {
		if d, err := time.Parse(layout, typed); err == nil {
			return d.Format(time.DateOnly), true
		}
	}
	return "", false
}

// mailboxes are those of everyone in a programme who is not over, so that a list that
// comes twice brings nobody twice. It lets a lead pass alone, and notes that names
// were opened and that a list came.
func (s *Service) mailboxes(ctx context.Context, by instance.Account, programme instance.ActorID) (map[string]bool, error) {
	known := map[string]bool{}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := role(ctx, tx, programme, by)
		if err == nil && r != instance.Lead {
			err = instance.ErrForbidden
		}
		if err == nil {
			err = open(ctx, tx, programme)
		}
		if err == nil { // whatever kind of home stands in the list
			err = s.takesIn(ctx, tx, programme, "", false, true)
		}
		if err != nil {
			return err
		}
		keys, err := s.o.Vault.Keys(ctx, tx, programme)
		if err != nil {
			return err
		}
		list, err := s.list(ctx, tx, `h.programme_id = $1 AND h.state NOT IN ('refused', 'ended') AND h.erased_at IS NULL ORDER BY h.id DESC LIMIT $2`, programme, 2*MaxImported)
		if err != nil {
			return err
		}
		for _, h := range list {
			var f File
			if err := keys.OpenJSON(kindHost, h.ID, h.sealed, &f); err != nil {
				return err
			}
			if _, key, err := instance.ParseEmail(f.Email); err == nil {
				known[key] = true
			}
		}
		if err := s.noteRead(ctx, tx, programme, 0, by.ID, "import"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_log (id, programme_id, person_id, deed, about, at)
			VALUES ($1, $2, $3, 'imported', '', $4)`, s.o.IDs.Next(), programme, by.ID, store.Millis(s.now()))
		return err
	})
	return known, err
}

// takeIn begins with some of a list.
func (s *Service) takeIn(ctx context.Context, programme instance.ActorID, some []Interest) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		if err := open(ctx, tx, programme); err != nil {
			return err
		}
		for _, i := range some { // each has a letter of its own
			f, err := s.check(nil, &i)
			if err != nil {
				return err
			}
			f.Address = i.where
			if err := s.begin(ctx, tx, s.o.IDs.Next(), nil, programme, i, f); err != nil {
				return err
			}
		}
		return nil
	})
}
