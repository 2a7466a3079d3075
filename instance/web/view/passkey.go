package view

import "time"

// Passkey is a key that a device of somebody's holds.
type Passkey struct {
	Path    string
	Label   string // what it runs on; may be empty
	Created time.Time
	Used    time.Time // zero if it never was
}
