package pages

import (
	"palier/instance"
	"palier/instance/housing"
)

// logDeeds are the words of the log of a programme.
func logDeeds() []string {
	list := make([]string, len(housing.LogDeeds))
	for i, d := range housing.LogDeeds {
		list[i] = string(d)
	}
	return list
}

// homeDeeds are the steps that people take with a home.
func homeDeeds() []string {
	list := make([]string, len(instance.ListingSteps))
	for i, s := range instance.ListingSteps {
		list[i] = s.Name()
	}
	return list
}
