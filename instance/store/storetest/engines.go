package storetest

import "palier/instance/store"

// raceOnBoth has tests run on both engines under the race detector as well.
var raceOnBoth bool

// RaceOnBoth has the tests of this process run on both engines also under the race
// detector. It is for the TestMain of the rooms in which the engines differ.
func RaceOnBoth() { raceOnBoth = true }

// Engines are those a test of what stands on a database runs on: both, and under
// the race detector PostgreSQL alone, unless the room asked for more with
// [RaceOnBoth]. SQLite is compiled into the program, and is many times slower
// there (decision 0130).
func Engines() []store.Engine {
	if racing && !raceOnBoth {
		return []store.Engine{store.Postgres}
	}
	return []store.Engine{store.SQLite, store.Postgres}
}
