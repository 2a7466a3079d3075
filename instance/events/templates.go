package events

// Template is what a kind of event usually is. Its words are in the catalogues.
type Template struct {
	Key      string
	Category string
	From     int // hour at which it usually begins
	Hours    int // how long it usually lasts
}

// Templates are the kinds of events that pages offer, the commonest first.
func Templates() []Template {
	return []Template{
		{"apero", "FOOD_DRINK", 18, 3},
		{"fete-des-voisins", "COMMUNITY", 19, 4},
		{"give-and-swap", "COMMUNITY", 14, 4},
		{"flea-market", "COMMUNITY", 8, 10},
		{"work-day", "COMMUNITY", 9, 6},
		{"walk", "OUTDOORS_ADVENTURE", 14, 2},
		{"committee", "COMMUNITY", 19, 2},
		{"other", "COMMUNITY", 18, 2},
	}
}

// TemplateOf returns the template of a name, the last one for none.
func TemplateOf(key string) Template {
	all := Templates()
	for _, t := range all {
		if t.Key == key {
			return t
		}
	}
	return all[len(all)-1]
}
