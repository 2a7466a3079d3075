package view

import "time"

// Account is a person as the administration sees them.
type Account struct {
	Person
	Email    string
	Role     string // resident, moderator, admin
	Disabled bool
	Homes    []Dwelling
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
	Shaky   Health = "shaky"   // a few failures
	Failing Health = "failing" // many in a row
	Lost    Health = "lost"    // nothing but failures for a week
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
	LastError string    // as the other server or the network said it
	LastBad   time.Time // when that was
	People    int       // known here
	Met       time.Time
	// Ahead and Behind are by how many minutes its clock is wrong, as far as we
	// know ours is right.
	Ahead, Behind int
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

// Link is a place that follows another, or asks to.
type Link struct {
	ID   string
	From Person
	To   Person
	At   time.Time
	Back string // how To stands to From: accepted, requested, or empty
}

// Waiting is a post that a moderator reads before a place relays it.
type Waiting struct {
	ID    string
	Post  Post
	From  *Person // the place it came through
	Reply bool    // an answer, which nobody else reads so far
}

// FailedJob is work that failed however often it was tried.
type FailedJob struct {
	ID    string
	Kind  string
	Args  string
	Tries int
	At    time.Time
	Error string // of the last try
}

// StuckItem is what another server sent and what could not be worked.
type StuckItem struct {
	ID       string
	Kind     string
	Activity string // its id
	Actor    string // who sent it
	At       time.Time
	Error    string
}

// WaitingPlace is a place where posts wait for a moderator.
type WaitingPlace struct {
	Person
	Waiting int
}
