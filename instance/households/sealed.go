package households

import "palier/instance/vault"

// Sealed are the columns in which something of a programme is sealed here.
func Sealed() []vault.Column {
	const (
		ofProgramme = `programme_id = $1`
		ofCase      = `case_id IN (SELECT c.id FROM housing_cases c WHERE c.programme_id = $1)`
		ofInventory = `inventory_id IN (SELECT i.id FROM housing_inventories i JOIN housing_cases c ON c.id = i.case_id WHERE c.programme_id = $1)`
	)
	return []vault.Column{
		{Kind: kindCase, Table: "housing_cases", Key: "id", Name: "file", Of: ofProgramme},
		{Kind: kindCalled, Table: "housing_cases", Key: "id", Name: "called", Of: ofProgramme},
		{Kind: kindEntry, Table: "housing_case_entries", Key: "id", Name: "body", Of: ofCase},
		{Kind: kindProposal, Table: "housing_case_homes", Key: "id", Name: "body", Of: ofCase},
		{Kind: kindFollowUp, Table: "housing_case_followups", Key: "id", Name: "body", Of: ofCase},
		{Kind: kindWalk, Table: "housing_walks", Key: "id", Name: "body", Of: ofCase},
		{Kind: kindAgreement, Table: "housing_agreements", Key: "id", Name: "body", Of: ofCase, Kept: true},
		{Kind: kindGuestWay, Table: "housing_contacts", Key: "hold_id", Name: "guest", Of: ofCase},
		{Kind: kindHostWay, Table: "housing_contacts", Key: "hold_id", Name: "host", Of: ofCase},
		{Kind: kindIncident, Table: "housing_incident_entries", Key: "id", Name: "body", Kept: true,
			Of: `incident_id IN (SELECT i.id FROM housing_incidents i WHERE i.programme_id = $1)`},
		{Kind: kindInventory, Table: "housing_inventories", Key: "id", Name: "body", Of: ofCase, Kept: true},
		{Kind: kindInventoryRemark, Table: "housing_inventory_remarks", Key: "id", Name: "body", Kept: true, Of: ofInventory},
		{Kind: kindOfPicture, Table: "housing_inventory_photographs", Key: "id", Name: "seal", Of: ofInventory},
		{Kind: kindMediation, Table: "housing_mediations", Key: "id", Name: "body", Of: ofCase},
		{Kind: kindMediator, Table: "housing_mediations", Key: "id", Name: "elsewhere", Of: ofCase},
		{Kind: kindMediationTalk, Table: "housing_mediation_talks", Key: "id", Name: "body", Kept: true,
			Of: `mediation_id IN (SELECT m.id FROM housing_mediations m JOIN housing_cases c ON c.id = m.case_id WHERE c.programme_id = $1)`},
		{Kind: kindDuty, Table: "housing_duties", Key: "id", Name: "body", Of: ofProgramme},
		{Kind: kindForm, Table: "housing_letter_forms", Key: "id", Name: "body", Of: ofProgramme},
		{Kind: kindRequest, Table: "housing_lawful_requests", Key: "id", Name: "body", Of: ofProgramme},
		{Kind: kindAnswer, Table: "housing_lawful_requests", Key: "id", Name: "answer", Of: ofProgramme},
	}
}
