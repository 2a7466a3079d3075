// Package registers takes over the public registers of associations (RNA) and of
// establishments (SIRENE), so that their pages can be filled in before somebody
// claims them. What may be somebody's home is left out: addresses to write to,
// establishments that do not want to be shown or bear no sign.
package registers

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/writing"
)

// Service keeps what the registers say.
type Service struct {
	db  *store.DB
	ids *instance.IDs
	now func() time.Time
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
}

// New returns a service on o.
func New(o Options) *Service { return &Service{db: o.DB, ids: o.IDs, now: o.Now} }

// entry is a line of a register.
type entry struct {
	register, key, kind string
	name, short         string
	activity, purpose   string
	street, postal      string
	insee, commune      string
	website             string
	point               *instance.Point
	active              bool // still there, and not against being shown
}

// Reads tells whether a table is one of the registers that are known.
func Reads(t *sheets.Sheet) bool { return isRNA(t) || isSIRENE(t) }

func isRNA(t *sheets.Sheet) bool { return t.Has("id", "titre", "position", "adrs_codeinsee") }

func isSIRENE(t *sheets.Sheet) bool {
	return t.Has("siret", "statutDiffusionEtablissement", "etatAdministratifEtablissement")
}

// The reasons why an entry cannot be taken.
const (
	noKey  = "the entry has no number in the register"
	noName = "the association has no name"
)

// batch is how many entries are written in one transaction.
const batch = 2000

// Import takes a register over. An entry that is known already is brought up to
// date; one that has ended since, or does not want to be shown any more, is not
// active any more and loses its address.
// With in, only communes whose INSEE code begins so are taken: "22050", "22".
// Entries that are left out on purpose are counted as skipped.
func (s *Service) Import(ctx context.Context, t *sheets.Sheet, in []string, report *sheets.Report) error {
	read := readSIRENE
	if isRNA(t) {
		read = readRNA
	}
	var keep, drop []entry
	write := func() error {
		if err := s.write(ctx, keep, drop); err != nil {
			return fmt.Errorf("import %s before line %d: %w", report.File, t.Line(), err)
		}
		report.Good += len(keep)
		report.Skipped += len(drop)
		keep, drop = keep[:0], drop[:0]
		return nil
	}
	for t.Next() {
		e, reason := read(t)
		switch {
		case reason != "":
			t.Refuse(reason)
		case !wanted(e.insee, in):
			report.Skipped++
		case e.active:
			keep = append(keep, e)
		default:
			drop = append(drop, e)
		}
		if len(keep)+len(drop) >= batch {
			if err := write(); err != nil {
				return err
			}
		}
	}
	if err := write(); err != nil {
		return err
	}
	return t.Err()
}

func wanted(insee string, in []string) bool {
	for _, prefix := range in {
		if strings.HasPrefix(insee, prefix) {
			return true
		}
	}
	return len(in) == 0
}

// readRNA reads an association. Its address is that of its seat; the one to
// write to (adrg_…) is often a private home and not read.
func readRNA(t *sheets.Sheet) (entry, string) {
	e := entry{
		register: "rna", kind: "association", key: strings.ToUpper(t.Get("id")), name: line(t.Get("titre"), 200), short: line(t.Get("titre_court"), 100),
		activity: line(t.Get("objet_social1"), 20), purpose: line(t.Get("objet"), 2000),
		street: line(join(t.Get("adrs_numvoie"), t.Get("adrs_repetition"), t.Get("adrs_typevoie"), t.Get("adrs_libvoie")), 200),
		postal: code(t.Get("adrs_codepostal")), insee: strings.ToUpper(code(t.Get("adrs_codeinsee"))), commune: line(t.Get("adrs_libcommune"), 100),
		website: website(t.Get("siteweb")),
	}
	ended := t.Get("date_disso")
	e.active = t.Get("position") == "A" && (ended == "" || ended == "0001-01-01")
	switch {
	case e.key == "" || len(e.key) > 20:
		return e, noKey
	case e.name == "" && e.active:
		return e, noName
	}
	return e, ""
}

// readSIRENE reads an establishment. One without a sign or a name of its own is
// often a person who works at home: it is left out as if it did not want to be
// shown.
func readSIRENE(t *sheets.Sheet) (entry, string) {
	e := entry{
		register: "sirene", kind: "establishment", key: code(t.Get("siret")),
		name:     line(t.Get("enseigne1Etablissement", "denominationUsuelleEtablissement", "enseigne2Etablissement", "denominationUniteLegale"), 200),
		activity: line(t.Get("activitePrincipaleEtablissement"), 20),
		street: line(join(t.Get("numeroVoieEtablissement"), t.Get("indiceRepetitionEtablissement"), t.Get("typeVoieEtablissement"),
			t.Get("libelleVoieEtablissement")), 200),
		postal: code(t.Get("codePostalEtablissement")), insee: strings.ToUpper(code(t.Get("codeCommuneEtablissement"))), commune: line(t.Get("libelleCommuneEtablissement"), 100),
		point: lambert(t.Get("coordonneeLambertAbscisseEtablissement"), t.Get("coordonneeLambertOrdonneeEtablissement")),
	}
	if len(e.key) != 14 {
		return e, noKey
	}
	if unsaid(e.name) {
		e.name = ""
	}
	e.active = t.Get("etatAdministratifEtablissement") == "A" && t.Get("statutDiffusionEtablissement") == "O" && e.name != ""
	return e, ""
}

// unsaid tells whether a register writes something only to say that it may not
// be told.
func unsaid(name string) bool { return strings.Contains(name, "[ND]") }

func line(text string, limit int) string {
	if unsaid(text) {
		return ""
	}
	return writing.CleanLine(text, limit)
}

func join(parts ...string) string { return strings.Join(parts, " ") }

// code is a code of letters and digits, empty if it is none.
func code(text string) string {
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	return text[:min(len(text), 20)]
}

// website is the address of a site on the web, empty if it is none.
func website(text string) string {
	if text == "" || len(text) > 300 {
		return ""
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || !strings.Contains(u.Hostname(), ".") || strings.ContainsAny(text, " \"<>'") {
		return ""
	}
	return u.String()
}

func lambert(x, y string) *instance.Point {
	east, eastOK := sheets.Decimal(x)
	north, northOK := sheets.Decimal(y)
	if !eastOK || !northOK || !sheets.InLambert93(east, north) {
		return nil
	}
	lon, lat := sheets.FromLambert93(east, north)
	return &instance.Point{Latitude: lat, Longitude: lon}
}

// write keeps some entries and forgets others, in one transaction.
func (s *Service) write(ctx context.Context, keep, drop []entry) error {
	if len(keep)+len(drop) == 0 {
		return nil
	}
	last := make(map[string]int, len(keep))
	for i, e := range keep {
		last[e.key] = i
	}
	now := store.Millis(s.now())
	return s.db.InTx(ctx, func(tx store.Tx) error {
		rows := store.Many{
			Into: `register_entries (id, register, key, kind, name, short, folded, activity, purpose, street, postal_code, insee, commune, website, lat, lon, active, imported_at)`,
			After: `
				ON CONFLICT (register, key) DO UPDATE
				   SET kind = excluded.kind, name = excluded.name, short = excluded.short, folded = excluded.folded, activity = excluded.activity,
				       purpose = excluded.purpose, street = excluded.street, postal_code = excluded.postal_code, insee = excluded.insee,
				       commune = excluded.commune, website = excluded.website, lat = excluded.lat, lon = excluded.lon,
				       active = excluded.active, imported_at = excluded.imported_at`,
		}
		for i, e := range keep {
			if last[e.key] != i {
				continue
			}
			var lat, lon any
			if e.point != nil {
				lat, lon = e.point.Latitude, e.point.Longitude
			}
			err := rows.Add(ctx, tx, int64(s.ids.Next()), e.register, e.key, e.kind, e.name, e.short, strings.Join(writing.Terms(e.name), " "), e.activity,
				e.purpose, e.street, e.postal, e.insee, e.commune, e.website, lat, lon, true, now)
			if err != nil {
				return err
			}
		}
		if err := rows.End(ctx, tx); err != nil || len(drop) == 0 {
			return err
		}
		args := []any{drop[0].register}
		for _, e := range drop {
			args = append(args, e.key)
		}
		// Pages that were claimed may refer to an entry: it stays, and is over.
		_, err := tx.Exec(ctx, `
			UPDATE register_entries
			   SET active = FALSE, street = '', website = '', lat = NULL, lon = NULL
			 WHERE register = $1 AND key IN (`+store.Placeholders(2, len(drop))+`)`, args...)
		return err
	})
}
