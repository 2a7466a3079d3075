package instance

// EmergencyNumber is a number one can call when somebody is in danger.
type EmergencyNumber struct {
	Number string
	// What answers there: ambulance, police, fire, any, deaf, shelter, children or
	// women.
	What string
	Text bool // by SMS
}

// emergency are the numbers of countries, by ISO 3166 code, those for the most
// urgent first. France: service-public.fr, “numéros d’urgence”; Germany: bmi.bund.de,
// hilfetelefon.de, nummergegenkummer.de.
var emergency = map[string][]EmergencyNumber{
	"DE": {
		{Number: "112", What: "any"}, {Number: "110", What: "police"}, {Number: "116111", What: "children"}, {Number: "116016", What: "women"},
	},
	"FR": {
		{Number: "15", What: "ambulance"}, {Number: "17", What: "police"}, {Number: "18", What: "fire"}, {Number: "112", What: "any"},
		{Number: "114", What: "deaf", Text: true}, {Number: "115", What: "shelter"}, {Number: "119", What: "children"}, {Number: "3919", What: "women"},
	},
}

// EmergencyNumbers returns the numbers of a country. Where none are known it is
// 112, which is answered in most of the world.
func EmergencyNumbers(country string) []EmergencyNumber {
	if known, ok := emergency[country]; ok {
		return known
	}
	return []EmergencyNumber{{Number: "112", What: "any"}}
}

// EmergencyKinds are what answers at the numbers.
var EmergencyKinds = []string{"ambulance", "police", "fire", "any", "deaf", "shelter", "children", "women"}
