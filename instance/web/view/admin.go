package view

import "time"

// Account is a person as the administration sees them.
type Account struct {
	Person
	Email    string
	Role     string // resident, moderator, admin
	Disabled bool
	Homes    []Dwelling
	SeenAt   time.Time // last signed in; zero for never
	Created  time.Time
}

// Dwelling is where an account says it lives.
type Dwelling struct {
	Place    Person
	Standing Standing
}

// Health is how another server answers.
type Health string

// What can be said of another server.
const (
	Well    Health = "well"
	Slow    Health = "slow"
	Failing Health = "failing"
	Paused  Health = "paused"
)

// Server is another server of the network.
type Server struct {
	Host      string
	Software  string
	Health    Health
	Severity  string // limit, suspend, or empty
	Pending   int    // deliveries that wait
	Failures  int    // in a row
	LastGood  time.Time
	NextTry   time.Time
	PausedBy  string // a person, or empty if the program did it
	LastError string // as the other server or the network said it
	People    int    // known here
}

// Block is a decision about a domain.
type Block struct {
	Domain   string
	Severity string // limit or suspend
	Reason   string
	At       time.Time
}

// RefusedLine is a line of a block list that could not be taken.
type RefusedLine struct {
	Line   int
	Text   string
	Reason string // malformed, unknown-severity, ourselves
}

// Report is somebody's word to the moderators.
type Report struct {
	ID        string
	Target    Person
	By        *Person // nil if another server reported
	ByHost    string
	At        time.Time
	Comment   string
	Category  string // spam, attack, danger, other
	Forwarded bool
	State     string // open, resolved, dismissed
	Decision  string
	Posts     []Post
	Earlier   int // reports about the same person before
}

// Rule is what a place does with what it hears from another.
type Rule struct {
	Source    Person
	Accepted  bool // the other side lets us follow it
	Moderated bool
	MaxPerDay int
	MinReach  string
	Today     int // relayed today
}

// Link is a place elsewhere that asks to follow one of ours.
type Link struct {
	ID   string
	From Person
	To   Person
	At   time.Time
}

// Waiting is a post that a moderator reads before a place relays it.
type Waiting struct {
	ID   string
	Post Post
	From *Person // the place it came through
}
