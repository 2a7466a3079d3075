package pages

import "palier/instance/web/view"

// EventPhotos is the album of an event.
type EventPhotos struct {
	Frame

	Path     string // of the event
	Title    string
	Open     bool // the event was for everyone: the album is of those who came
	Photos   []view.EventPhoto
	MayAdd   bool
	Came     []view.Option // whom one can name, by number
	Form     PhotoForm
	Problems []view.Problem
}

// Template is event_photos.tmpl.
func (EventPhotos) Template() string { return "event_photos" }

// PhotoForm is what was said of a photograph.
type PhotoForm struct {
	Alt            string
	Nobody, Others bool
}
