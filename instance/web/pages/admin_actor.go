package pages

import (
	"time"

	"palier/instance/web/view"
)

// AdminActor is what was decided about somebody, here or elsewhere.
type AdminActor struct {
	Frame

	Actor     view.Person
	Host      string // empty for ours
	Limited   time.Time
	Suspended time.Time
	Reports   int
	Self      bool // it is the viewer, who does not decide about themself
	Reason    string
	Problems  []view.Problem
}

// Template is admin_actor.tmpl.
func (AdminActor) Template() string { return "admin_actor" }
