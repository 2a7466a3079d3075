package hosts

import "palier/instance/vault"

// Sealed are the columns in which something of a programme is sealed here.
func Sealed() []vault.Column {
	const (
		ofProgramme = `programme_id = $1`
		ofHost      = `host_id IN (SELECT h.id FROM housing_hosts h WHERE h.programme_id = $1)`
	)
	return []vault.Column{
		{Kind: kindHost, Table: "housing_hosts", Key: "id", Name: "file", Of: ofProgramme},
		{Kind: kindAdult, Table: "housing_host_adults", Key: "id", Name: "file", Of: ofHost},
		{Kind: kindReference, Table: "housing_host_references", Key: "id", Name: "file", Of: ofHost},
		{Kind: kindVisit, Table: "housing_host_visits", Key: "id", Name: "file", Of: ofHost},
		{Kind: kindVenue, Table: "housing_host_meetings", Key: "id", Name: "venue", Of: ofProgramme, Text: true},
	}
}
