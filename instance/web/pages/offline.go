package pages

// Offline is shown when there is no connection.
type Offline struct {
	Frame
}

// Template is offline.tmpl.
func (Offline) Template() string { return "offline" }
