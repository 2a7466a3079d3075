package pages

import (
	"time"

	"palier/instance/web/view"
)

// AdminServer is one other server.
type AdminServer struct {
	Frame

	Other      view.Server
	Deliveries []Delivery // that wait
	Pager      view.Pager
}

// Template is admin_server.tmpl.
func (AdminServer) Template() string { return "admin_server" }

// Delivery is something that has not arrived yet.
type Delivery struct {
	What  string // id of the activity
	Tries int
	Next  time.Time
	Error string
}
