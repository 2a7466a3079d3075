package housing

import "palier/instance/vault"

// Sealed are the columns in which something of a programme is sealed here. What partners
// send is for another key, which they agreed to, and is forgotten a week after a stay.
func Sealed() []vault.Column {
	const (
		itself      = `group_id = $1`
		ofProgramme = `programme_id = $1`
	)
	return []vault.Column{
		{Kind: kindOfKey, Table: "housing_programmes", Key: "group_id", Name: "seal_key", Of: itself},
		{Kind: kindOfTwins, Table: "housing_programmes", Key: "group_id", Name: "twins_key", Of: itself},
		{Kind: kindOfReason, Table: "housing_listings", Key: "id", Name: "reason", Of: ofProgramme, Text: true},
		{Kind: kindOfCut, Table: "housing_cuts", Key: "id", Name: "reason", Of: ofProgramme, Text: true},
		{Kind: kindOfPhotograph, Table: "housing_photographs", Key: "id", Name: "seal", Of: `listing_id IN (SELECT l.id FROM housing_listings l WHERE l.programme_id = $1)`},
	}
}
