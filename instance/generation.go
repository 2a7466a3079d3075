package instance

// Generation is a help between old and young that one can ask for or offer from a
// beginning made ready. Its words stand in the catalogues under its name.
type Generation struct{ Name, Category string }

// Generations are those that pages offer.
func Generations() []Generation {
	return []Generation{{"homework", "homework"}, {"digital", "computer"}, {"walk", "company"}, {"meal", "cooking"}, {"recipes", "cooking"}}
}

// ForMinors tells whether what is in a category is done with children: it is read
// by verified neighbours alone, and asked for and offered by adults (product
// rule for minors).
func ForMinors(category string) bool { return category == "childcare" || category == "homework" }
