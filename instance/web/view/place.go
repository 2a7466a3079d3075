package view

import (
	"html/template"
	"time"
)

// Level is how wide a place is.
type Level string

// The levels, the narrowest first.
const (
	LevelBuilding      Level = "building"
	LevelResidence     Level = "residence"
	LevelNeighbourhood Level = "neighbourhood"
	LevelCommune       Level = "commune"
	LevelWider         Level = "wider"
)

// Standing is how sure we are that somebody lives in a place.
type Standing string

// What a person can be to a place.
const (
	Stranger Standing = ""
	Declared Standing = "declared"
	Verified Standing = "verified"
)

// PlaceLine is a place as one line of a list.
type PlaceLine struct {
	Person
	Level     Level
	Verified  int    // neighbours
	Elsewhere string // host, when it is on another server
}

// Neighbourhood is a neighbourhood's own page.
type Neighbourhood struct {
	Person
	Level      Level
	Summary    template.HTML
	Banner     string // address of the wide picture above it; empty without one
	Address    string // the public address, with its @
	Feed       string // address of its Atom feed
	Within     []PlaceLine
	Inside     []PlaceLine
	Clubs      []ClubLine // some of them
	Moderators []Person
	Verified   int
	Declared   int
	Followers  int    // servers and people elsewhere who read along
	Map        *Map   // nil where it is not known where it lies
	House      string // what people share it for; empty if it is no house
	Space      string // page of what they share, for who may come in
	Tended     bool   // the one who reads may decide about its screens and managers
	Standing   Standing
	Lives      bool // the one who reads is a resident, who can leave
	Bond       Bond
	Moderates  bool   // the one who reads moderates it
	Waiting    int    // posts that wait for a moderator
	Checks     int    // campaigns that wait to be checked
	MovedTo    string // page of the place it has become part of; empty for none
}

// OwnWords tells whether those who share it are called otherwise than neighbours.
func (n Neighbourhood) OwnWords() bool { return n.House != "" && n.House != "homes" }

// Member is somebody who lives in a place.
type Member struct {
	Person
	Standing  Standing
	Moderator bool
	Since     time.Time
}

// Profile is a person, an association or a place elsewhere.
type Profile struct {
	Person
	Address  string // with its @ and host
	Summary  template.HTML
	Banner   string
	Fields   []Field
	Places   []PlaceLine
	Offices  []Elected // with the councils that say so
	Joined   time.Time
	Posts    int
	Locked   bool   // asks before it lets others follow
	Original string // its page on its own server
	Host     string // empty for ours
	Bond     Bond
	Fetched  time.Time // when its server was last asked; zero for ours
	May      ProfileDeeds
}

// ProfileDeeds are what the one who reads may do about somebody.
type ProfileDeeds struct {
	Follow, Block, Mute, Report, Edit bool
}

// Field is one line of a profile.
type Field struct {
	Name  string
	Value template.HTML
}

// FieldText is one line of a profile while it is being edited.
type FieldText struct {
	Name, Value string
}
