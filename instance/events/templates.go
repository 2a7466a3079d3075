package events

// Template is what a kind of event usually is. Its words are in the catalogues.
type Template struct {
	Key      string
	Category string
	From     int // hour at which it usually begins
	Hours    int // how long it usually lasts
	// Minors says that children are expected: place and hour are for verified
	// neighbours alone.
	Minors bool
}

// Templates are the kinds of events that pages offer, the commonest first.
func Templates() []Template {
	return []Template{
		{Key: "apero", Category: "FOOD_DRINK", From: 18, Hours: 3},
		{Key: "fete-des-voisins", Category: "COMMUNITY", From: 19, Hours: 4},
		{Key: "give-and-swap", Category: "COMMUNITY", From: 14, Hours: 4},
		{Key: "flea-market", Category: "COMMUNITY", From: 8, Hours: 10},
		{Key: "work-day", Category: "COMMUNITY", From: 9, Hours: 6},
		{Key: "walk", Category: "OUTDOORS_ADVENTURE", From: 14, Hours: 2},
		{Key: "homework-club", Category: "COMMUNITY", From: 17, Hours: 1, Minors: true},
		{Key: "digital-help", Category: "COMMUNITY", From: 14, Hours: 2},
		{Key: "shared-meal", Category: "FOOD_DRINK", From: 12, Hours: 3},
		{Key: "recipes", Category: "FOOD_DRINK", From: 14, Hours: 3},
		{Key: "committee", Category: "COMMUNITY", From: 19, Hours: 2},
		{Key: "other", Category: "COMMUNITY", From: 18, Hours: 2},
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
