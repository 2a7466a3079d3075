package digest

import (
	"cmp"
	"slices"
	"time"

	"palier/instance"
)

// arrangement puts what there is to tell one person in order.
type arrangement struct {
	now    time.Time
	since  instance.ID
	things map[instance.PostID]*thing
	names  map[instance.ActorID]instance.Actor
	viewer instance.Viewer
	apart  apart
	hides  func(id instance.PostID, text string) bool
	letter bool
	homes  []instance.ActorID
}

// arrange returns the places in the order in which they were last heard of, what
// comes from elsewhere last.
func (a *arrangement) arrange(lines []line) []Place {
	slices.SortStableFunc(lines, func(x, y line) int { return cmp.Compare(y.at, x.at) })
	at := make(map[instance.ActorID]int)
	told := make(map[instance.PostID]bool)
	var places []Place
	for _, l := range lines {
		t := a.things[l.post]
		if told[l.post] || a.old(l, t) || !a.reads(t) {
			continue
		}
		told[l.post] = true
		group := a.place(l)
		i, ok := at[group.ID]
		if !ok {
			i = len(places)
			at[group.ID] = i
			p := Place{}
			if group.ID != 0 {
				p.Name, p.Path = group.Shown(), "/@"+group.Acct()
			}
			places = append(places, p)
		}
		a.put(&places[i], t)
	}
	places = slices.DeleteFunc(places, func(p Place) bool { return p.Items() == 0 })
	slices.SortStableFunc(places, func(x, y Place) int { return cmp.Compare(last(x), last(y)) })
	for i := range places {
		slices.SortStableFunc(places[i].Events, func(x, y Item) int { return x.Starts.Compare(y.Starts) })
	}
	return places
}

// old tells whether a line is of before: of that only events are told. A letter
// tells of each when it is new, and of what was far away then once more when it
// comes within the week; what was told where it was posted is not new where it is
// passed on.
func (a *arrangement) old(l line, t *thing) bool {
	if l.at > a.since {
		return a.letter && instance.ID(l.post) <= a.since && slices.Contains(a.homes, t.group)
	}
	return t.Starts.IsZero() || a.letter && !t.Starts.After(a.since.Time().Add(ahead))
}

// last is 1 for what comes from elsewhere.
func last(p Place) int {
	if p.Name == "" {
		return 1
	}
	return 0
}

// reads tells whether a thing is the reader's to read, now, and they want to.
func (a *arrangement) reads(t *thing) bool {
	author := a.names[t.author]
	switch {
	case t.Post == 0, t.author == a.viewer.ID, a.apart.actors[t.author], a.apart.servers[author.Host]:
		return false
	case t.audience.Local() && !a.viewer.Reads(t.audience, t.group):
		return false
	}
	return a.hides == nil || !a.hides(t.Post, t.text)
}

// place is the group through which a line came; the zero actor for none.
func (a *arrangement) place(l line) instance.Actor {
	if g := a.names[l.place]; g.Kind == instance.Group {
		return g
	}
	return instance.Actor{}
}

// put adds a thing to what is told of a place, where it belongs. What is taken,
// over or past is news no more.
func (a *arrangement) put(p *Place, t *thing) {
	item := t.Item
	author := a.names[t.author]
	item.Author, item.Path = author.Shown(), "/@"+author.Acct()+"/"+item.Post.String()
	list := &p.News
	switch {
	case t.kind == instance.KindEvent:
		if t.Starts.Before(a.now) {
			return
		}
		list = &p.Events
	case t.purpose != "":
		if !t.open || !t.ends.IsZero() && t.ends.Before(a.now) {
			return
		}
		list = &p.Offers
		if t.purpose == instance.Asking {
			list = &p.Needs
		}
	case author.Kind == instance.Group || author.Kind == instance.Organization:
		list = &p.Notices
	}
	if len(*list) == mostTold {
		p.More++
		return
	}
	*list = append(*list, item)
}
