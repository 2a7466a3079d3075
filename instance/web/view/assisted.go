package view

import (
	"html/template"
	"time"
)

// Helped is somebody for whom another acts.
type Helped struct {
	Who    Person
	Phone  string
	Agreed bool // the helper said yes
	May    bool // the helper may act now
	Now    bool // they are acting for them
}

// Helper is somebody who acts for another.
type Helper struct {
	Who       Person
	Since     time.Time
	Agreed    bool
	Confirmed bool
}

// HelpedAct is what was done for somebody.
type HelpedAct struct {
	By   *Person // nil for somebody who left
	Deed string  // ask, offer, come, order, answer, other
	Name string
	At   time.Time
}

// HelpedAnswer is what came back.
type HelpedAnswer struct {
	From    Person
	To      string
	Content template.HTML
	At      time.Time
}
