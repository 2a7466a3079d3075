package view

import "time"

// DeskWait is something that waits at the desk of a programme.
type DeskWait struct {
	About string // follow-up, stay, task, visit, approval, mandate, escort, or second-case, -beds or -host
	Kind  string // of a follow-up
	Label string // of a case
	Path  string
	Due   time.Time
	Late  bool
}

// Duty is a time in which somebody answers for a programme.
type Duty struct {
	ID          string
	Who         Person
	From, Until time.Time
	Now         bool
	Handed      string
	HandedAt    time.Time
	CanHand     bool
	CanCancel   bool
}

// LetterForm is a letter that a team writes often.
type LetterForm struct {
	ID    string
	Title string
	Text  string
}

// LawfulRequest is something that an authority asked for.
type LawfulRequest struct {
	ID         string
	Label      string // of the case that it is about
	Path       string
	Ground     string
	Who        string
	Law        string
	What       string
	By         string
	At         time.Time
	Outcome    string
	Given      string
	First      string // who would give that
	FirstAt    time.Time
	Second     string
	SecondAt   time.Time
	CanDecide  bool
	CanPropose bool
}

// Cost is a line of what running the server costs.
type Cost struct {
	What   string
	Amount string // as somebody writes it
	Who    string // gives it
	Euros  int
}
