package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

var chess = view.Person{ID: "41", Name: "Échecs du Port", Handle: "echecs", Path: "/@echecs", Kind: view.Place}

func club() view.Club {
	return view.Club{
		Person: chess, Topic: "games", Open: true, Summary: "<p>On joue le mardi soir, débutants bienvenus.</p>", Address: "@echecs@dinan.example",
		Feed: "/@echecs.atom", Place: port.Person, Members: 12, Moderators: []view.Person{marie}, Next: []view.Meeting{
			{Path: "/@yann/901", Title: "Tournoi de l’Avent", Starts: now.Add(50 * time.Hour), Where: "Salle du port"},
			{Path: "/@yann/902", Title: "Initiation", Starts: now.Add(90 * time.Hour), Off: true},
		},
	}
}

// together are the pages of what neighbours do together.
func together() []Story {
	lines := []view.ClubLine{{Person: chess, Topic: "games", Members: 12}, {Person: wordy, Topic: "committee", Members: 1}}
	return []Story{
		{"clubs/many", func(f pages.Frame) pages.Page {
			return pages.Clubs{Frame: in(f, "", "/g/le_port/clubs"), Place: port.Person, Clubs: lines, May: true, Pager: view.Pager{Older: "/g/le_port/clubs?after=41"}}
		}},
		{"clubs/empty", func(f pages.Frame) pages.Page { return pages.Clubs{Frame: stranger(f), Place: port.Person} }},
		{"club_form/new", func(f pages.Frame) pages.Page {
			return pages.ClubForm{Frame: f, Place: port.Person, Action: "/g/le_port/clubs", Topic: "sport", Entry: "open"}
		}},
		{"club_form/error", func(f pages.Frame) pages.Page {
			return pages.ClubForm{Frame: f, Place: port.Person, Club: chess, Action: "/g/echecs/edit", Topic: "games", Entry: "approval", Problems: []view.Problem{{Field: "title", Code: "missing"}, {Field: "entry", Code: "unknown"}}}
		}},
		{"club/member", func(f pages.Frame) pages.Page {
			c := club()
			c.Member, c.Moderates, c.Asking = true, true, 2
			p := Posts(3)
			p[1].Audience = view.ToMembers
			return pages.Club{Frame: in(f, "", chess.Path), Club: c, Posts: p}
		}},
		{"club/asked", func(f pages.Frame) pages.Page {
			c := club()
			c.Open, c.Asked, c.Next = false, true, nil
			return pages.Club{Frame: in(f, "", chess.Path), Club: c}
		}},
		{"club/visitor", func(f pages.Frame) pages.Page {
			return pages.Club{Frame: stranger(in(f, "", chess.Path)), Club: club()}
		}},
		{"club_members/many", func(f pages.Frame) pages.Page {
			return pages.ClubMembers{Frame: f, Club: chess, Moderates: true, Members: []view.ClubMember{{Person: marie, Moderates: true}, {Person: wordy}}, Asking: []view.ClubMember{{Person: yann}}}
		}},
	}
}
