package pages

import "palier/instance/web/view"

// AdminWaitingPlaces lists the places where posts wait for the one who reads.
type AdminWaitingPlaces struct {
	Frame

	Places []view.WaitingPlace
}

// Template is admin_waiting_places.tmpl.
func (AdminWaitingPlaces) Template() string { return "admin_waiting_places" }
