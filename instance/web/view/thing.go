package view

import "time"

// Thing is something in a library of things.
type Thing struct {
	Path     string
	Title    string
	Language string
	Out      bool
	Until    time.Time // that it is out; zero if nobody said
	Reserved time.Time // from when on it is promised; zero for not
	Reserve  string    // where it is asked for; empty if one cannot
}
