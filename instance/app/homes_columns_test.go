package app_test

import (
	"regexp"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

// keptAs are the columns about homes that hold text or bytes, by what may stand
// there. A new one is looked at before it is named here: a sentence that somebody
// wrote is sealed.
var keptAs = map[string]struct {
	looks   *regexp.Regexp
	columns string
}{
	"sealed": {regexp.MustCompile(`^(age-encryption\.org/v1\n|YWdlLWVuY3J5cHRpb24ub3JnL3Yx|$)`), `
		housing_walks.body housing_case_entries.body housing_case_followups.body housing_case_homes.body housing_cases.file housing_files.sealed housing_host_adults.file
		housing_host_references.file housing_host_visits.file housing_hosts.file housing_incident_entries.body housing_listings.reason
		housing_cuts.reason housing_cases.called housing_agreements.body housing_contacts.guest housing_contacts.host housing_duties.body
		housing_letter_forms.body housing_lawful_requests.body housing_lawful_requests.answer housing_host_meetings.venue housing_programmes.seal_key housing_programmes.twins_key housing_photographs.seal
		housing_mediations.body housing_mediations.elsewhere housing_mediation_talks.body housing_inventories.body housing_inventory_remarks.body housing_inventory_photographs.seal`},
	"words of ours": {regexp.MustCompile(`^[a-z0-9_ -]*$`), `
		housing_mediations.party housing_mediations.state housing_mediations.outcome housing_insurances.party housing_insurances.kind
		housing_inventories.moment housing_inventory_remarks.party housing_inventory_photographs.room housing_inventory_photographs.party housing_inventory_signatures.party
		housing_case_consents.what housing_case_entries.heard housing_case_entries.side housing_agreement_signatures.party housing_reminders.about
		housing_lawful_requests.ground housing_lawful_requests.outcome housing_case_entries.kind housing_case_followups.kind housing_case_homes.state housing_case_reads.what
		housing_case_steps.after housing_case_steps.before housing_cases.came housing_cases.stage housing_cases.why housing_cuts.category
		housing_cuts.functions housing_files.way housing_holds.state housing_holds.why housing_homes.category housing_homes.features
		housing_homes.smoking housing_homes.status housing_host_reads.what housing_host_steps.after housing_host_steps.before housing_hosts.state
		housing_incident_entries.deed housing_incidents.kind housing_incidents.outcome housing_incidents.side housing_incidents.state
		housing_listings.category housing_listings.features housing_listings.smoking housing_listings.state housing_log.deed
		housing_partners.sees_ours housing_partners.we_see housing_statements.outcome housing_statements.why housing_steps.after
		housing_steps.before housing_team.role housing_walks.state housing_case_across.need housing_listings.company housing_homes.company housing_marks.kind vault_reseals.relation`},
	"names of files": {regexp.MustCompile(`^[A-Za-z0-9._/-]*$`), `housing_photographs.file housing_photographs.kind housing_inventory_photographs.file housing_inventory_photographs.kind`},
	"languages":      {regexp.MustCompile(`^([a-z]{2,3} ?)*$`), `housing_agreement_signatures.language housing_inventory_signatures.language housing_homes.languages housing_hosts.language housing_listings.languages`},
	"areas":          {regexp.MustCompile(`^[A-Z0-9: -]*$`), `housing_cuts.areas housing_emergencies.area housing_homes.area housing_homes.territory housing_listings.commune housing_holds.area housing_case_across.country`},
	"names of communes": {regexp.MustCompile(`^[\p{L}' 0-9()-]*$`), `
		housing_homes.place`},
	"addresses of pages": {regexp.MustCompile(`^(https?://\S+)?$`), `
		housing_case_holds.home housing_case_homes.home housing_copies.uri housing_copy_entries.uri housing_files.home housing_frozen_homes.home
		housing_holds.home housing_homes.uri housing_incidents.home housing_leases.by_uri housing_listings.uri housing_partners.ask_uri
		housing_partners.we_uri`},
	"numbers, hashes and public keys": {regexp.MustCompile(`^[A-Za-z0-9_=+/:-]*$`), `
		housing_inventories.hash housing_inventory_signatures.hash housing_inventory_photographs.digest
		housing_agreements.hash housing_agreement_signatures.hash housing_cases.code_hash housing_cases.reference housing_copies.seal housing_entries.hash housing_entries.previous housing_file_reads.file_id
		housing_files.digest housing_files.id housing_holds.statement housing_host_references.secret_hash housing_hosts.link_hash housing_log.about
		housing_partners.recipient housing_partners.seal housing_programmes.recipient housing_programmes.recipient_key housing_programmes.seal
		housing_statements.id housing_tags.tag housing_marks.tag vault_keys.recipient`},
	"documents of the protocol": {regexp.MustCompile(`^(\{.*\})?$`), `
		housing_copy_entries.body housing_entries.body housing_files.receipt housing_homes.document housing_statements.body`},
	"why a ledger does not hold": {regexp.MustCompile(`^$`), `housing_copies.broken`},
}

// columnsAre holds what is kept about homes to what may stand in each column.
func columnsAre(t *testing.T, s *apptest.Server) {
	t.Helper()
	ctx, kinds := t.Context(), map[string]string{}
	for kind, k := range keptAs {
		for _, column := range strings.Fields(k.columns) {
			kinds[column] = kind
		}
	}
	list := `SELECT table_name, column_name FROM information_schema.columns
	          WHERE table_schema = current_schema() AND (table_name LIKE 'housing_%' OR table_name LIKE 'vault_%') AND data_type IN ('text', 'bytea')`
	if s.DB.Engine() == store.SQLite {
		list = `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		         WHERE m.type = 'table' AND (m.name LIKE 'housing_%' OR m.name LIKE 'vault_%') AND c.type IN ('TEXT', 'BYTEA')`
	}
	for _, at := range pairs(t, s, list) {
		kind, ok := kinds[at[0]+"."+at[1]]
		if !ok {
			t.Errorf("nobody said what stands in %s.%s", at[0], at[1])
			continue
		}
		rows, err := s.DB.Read().Query(ctx, `SELECT `+at[1]+` FROM `+at[0]+` WHERE `+at[1]+` IS NOT NULL`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var value []byte
			if err := rows.Scan(&value); err != nil {
				t.Fatal(err)
			}
			if !keptAs[kind].looks.Match(value) {
				t.Errorf("in %s.%s, where %s stand, there is %.60q", at[0], at[1], kind, value)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func pairs(t *testing.T, s *apptest.Server, query string) (list [][2]string) {
	t.Helper()
	rows, err := s.DB.Read().Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var p [2]string
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil || len(list) < 90 {
		t.Fatalf("%d columns, %v", len(list), err)
	}
	return list
}
