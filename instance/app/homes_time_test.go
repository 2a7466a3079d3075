package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/digest"
	"palier/instance/hosts"
	"palier/instance/housing"
	"palier/instance/jobs"
	"palier/instance/store"
)

// stayed is how long the stay of a lodging is in which time passes, in nights: long
// enough for each of the days before its end of which somebody is told.
const stayed = 80

// reaches has a household and a host of one association say how the other may reach
// them, and two of its team open that.
func (c *confidence) reaches(l *lodging) {
	t := c.t
	t.Helper()
	for what, word := range caseCanaries {
		switch what {
		case "the name of a household":
			c.words = append(c.words, &planted{word: word, what: what, readers: []string{"toit", "oksana", "zoe"}})
		case "its telephone", "what it needs", "where it goes next":
			c.words = append(c.words, &planted{word: word, what: what, readers: []string{"toit", "oksana"}})
		}
	}
	l.movesIn()
	zoe, oksana, worker, lead, passer, neighbour := l.SignedIn(l.zoe), l.SignedIn(l.oksana), l.SignedIn(l.worker), l.SignedIn(l.lead), l.Browser(), l.SignedIn(l.Resident("dora"))
	zoe.Reader, oksana.Reader, worker.Reader, lead.Reader = "zoe", "oksana", "toit", "toit"
	file := "/cases/" + l.id.String()
	c.press(oksana, oksana.Open(l.family), "button[value='reach']", apptest.Fields{"way": {here + "@guests.example"}}, "zoe", "oksana")
	hers := c.last["way"]
	c.press(zoe, zoe.Open(l.stay), "button[value='reach']", apptest.Fields{"way": {here + ", le soir"}}, "zoe", "oksana")
	his := c.last["way"]
	worker.Press(worker.Open(file+"/talk"), "button[value='open-contact']", nil)
	lead.Press(lead.Open(file+"/talk"), "button[value='open-contact']", nil)
	if p := zoe.Open(l.stay); !strings.Contains(p.Words("#contact"), hers.word) {
		t.Fatalf("opened by two, the host reads %s", p.Words("#contact"))
	}
	if p := oksana.Open(l.family); !strings.Contains(p.Words("#contact"), his.word) {
		t.Fatalf("opened by two, the household reads %s", p.Words("#contact"))
	}
	start := []string{l.stay, l.family, file, file + "/talk", file + "/sheet", "/hosting/" + l.host.String(), "/programmes", "/household", "/hosting", "/notifications"}
	roamFrom(t, "toit", wander(worker), start...)
	roamFrom(t, "toit", wander(lead), start...)
	roamFrom(t, "zoe", wander(zoe), start...)
	roamFrom(t, "oksana", wander(oksana), start...)
	roamFrom(t, "a passer-by", wander(passer), start...)
	roamFrom(t, "a neighbour", wander(neighbour), start...)
}

// waitsFor has one more host name somebody who never answers.
func (c *confidence) waitsFor() (mailbox string) {
	t, o := c.t, c.rhone
	t.Helper()
	patient := o.Browser()
	patient.Reader = "patient"
	c.press(patient, patient.Open(o.path+"/host"), "main form button.button", apptest.Fields{"born": {"1961"}, "from": {tonight().String()}}, "rhone", "patient")
	own := c.last["email"].word + "@guests.example"
	c.last["phone"].readers = []string{"rhone", "patient"}
	patient.Press(patient.Open(linkTo(t, o.Server, own)), "main form button.button", nil)
	o.worker.Press(o.worker.Open(o.path+"/hosts"), "button[value='invite']", apptest.Fields{"many": {"20"}})
	apptest.Settle(t, o.Server)
	page := patient.Open(linkTo(t, o.Server, own)).Path
	file := o.worker.Open(o.path+"/hosts?state=invited").Find("main ul.rows a.name").AttrOr("href", "/missing")
	o.worker.Press(o.worker.Open(file), "button[value='inform']", nil)
	c.press(patient, patient.Open(page), "form[action$='/reference'] button", nil, "rhone", "patient")
	mailbox = c.last["email"].word + "@guests.example"
	c.last["email"].readers = nil
	o.worker.Open(file)
	return mailbox
}

// timePasses lets days go by on servers, on each of which all is done that only time
// asks for, and reads every letter that was written until then and meanwhile.
// unanswered is the mailbox of somebody who was asked for a reference.
func (c *confidence) timePasses(clock *ahead, unanswered string, servers ...*apptest.Server) {
	t := c.t
	t.Helper()
	read, to := map[string]bool{}, map[string]int{}
	written := 0
	for _, s := range servers {
		for _, l := range writtenSince(t, s, read) {
			written++
			c.nowhere("a letter", l.text, nil)
		}
	}
	if written < 5 {
		t.Errorf("%d letters were written", written)
	}
	noon := time.Now().UTC().Truncate(24 * time.Hour).Add(12 * time.Hour)
	// The day after arrival and the calls after it, 60, 45, 30 and 7 days before the end
	// of a stay, its end and what comes after it, and the end of what a visit and an
	// approval last.
	for _, day := range []int{2, 4, 8, 15, 22, 31, 36, 51, 61, 74, 81, 83, 97, 340, 372} {
		clock.Advance(noon.AddDate(0, 0, day).Sub(clock.Now()))
		for _, s := range servers {
			err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
				for _, job := range []jobs.Args{housing.Sweep{}, hosts.Sweep{}, app.Sweep{}, digest.Send{}} {
					if err := s.Jobs.Enqueue(t.Context(), tx, job); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		apptest.Settle(t, servers...)
		for _, s := range servers {
			for _, l := range writtenSince(t, s, read) {
				to[l.to]++
				c.nowhere("a letter that time sent", l.text, nil)
			}
		}
	}
	for who, least := range map[string]int{unanswered: 2, "casimir@people.example": 8, "lea@people.example": 8, "vera@people.example": 1, "zenobie@people.example": 1} {
		if to[who] < least {
			t.Errorf("in a year %s was sent %d letters, want %d at least", who, to[who], least)
		}
	}
}

// endsWereTold tells whether somebody was told 60, 30 and 7 days before a stay ended.
func endsWereTold(t *testing.T, l *lodging) {
	t.Helper()
	got := listed[int64](t, l.Server, `SELECT mark % 100 FROM housing_reminders WHERE about = 'stay' ORDER BY 1`)
	if !slices.Equal(got, []int64{7, 30, 60}) {
		t.Errorf("somebody is told so many days before the end: %v", got)
	}
}

// sent is a letter.
type sent struct{ to, text string }

// writtenSince are the letters of a server that nobody read before.
func writtenSince(t *testing.T, s *apptest.Server, read map[string]bool) (list []sent) {
	t.Helper()
	rows, err := s.DB.Read().Query(t.Context(), `SELECT id, recipient, subject, body, attached, html FROM letters ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var l sent
		var subject, body, attached, html string
		if err := rows.Scan(&id, &l.to, &subject, &body, &attached, &html); err != nil {
			t.Fatal(err)
		}
		l.text = subject + "\n" + body + attached + html
		if key := s.URL + id.String(); !read[key] {
			read[key] = true
			list = append(list, l)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
