package pages

// Failure tells what went wrong and what to do.
type Failure struct {
	Frame

	Status    int    // one of 400, 401, 403, 404, 410, 413, 423, 429, 500, 503
	Wait      int    // seconds until another try makes sense; 0 for none
	Reference string // by which the people who run the server find it in their log
}

// Template is failure.tmpl.
func (Failure) Template() string { return "failure" }
