package search

import (
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Sort is what kind of posts are looked for.
type Sort string

// The sorts of posts. Talk is what is no more than said.
const (
	Anything  Sort = ""
	Asks      Sort = "asks"
	Offers    Sort = "offers"
	Loans     Sort = "loans"
	Purchases Sort = "purchases"
	Rides     Sort = "rides"
	Errands   Sort = "errands"
	Events    Sort = "events"
	Notices   Sort = "notices"
	Talk      Sort = "talk"
)

// Sorts are the sorts one can choose from.
var Sorts = []Sort{Asks, Offers, Loans, Purchases, Rides, Errands, Events, Notices, Talk}

// Narrowed is what a search keeps to besides words. The zero Narrowed keeps to
// nothing.
type Narrowed struct {
	Sort     Sort
	Place    instance.ActorID // posted there; 0 for anywhere
	Category string           // of what is offered or asked for
	// Open keeps to what still holds: proposals that can be taken, events that are
	// not over, notices until their day.
	Open bool
}

// kinds are the kinds of posts of a sort that is no more than a kind.
var kinds = map[Sort]string{
	Loans: instance.KindLending, Purchases: instance.KindPurchase, Rides: instance.KindCarpool, Errands: instance.KindErrand,
	Events: instance.KindEvent, Notices: instance.KindNotice, Talk: instance.KindPost,
}

// purposes are what posts of a sort are for that spans several kinds.
var purposes = map[Sort]instance.Purpose{Asks: instance.Asking, Offers: instance.Offering}

// signs adds to the words looked for what q narrows them to: the index itself
// then knows which of the posts with a common word are events.
func (q *Query) signs() {
	one := func(sign string) { q.seek(store.Phrase{Words: []string{sign}}, false) }
	if kind := kinds[q.Sort]; kind != "" && q.Sort != Talk {
		one(kindSign(kind))
	}
	if p := purposes[q.Sort]; p != "" {
		one(purposeSign(p))
	}
	if q.Place != 0 {
		one(placeSign(q.Place))
	}
	if q.Category != "" {
		one(categorySign(q.Category))
	}
}

// narrow keeps to what q narrows to. It comes after words: without any, posts
// are read in the order of their kind or of what they propose.
func (b *finding) narrow(q *Query) {
	if q.Category != "" || purposes[q.Sort] != "" {
		b.proposing(q)
	}
	switch kind := kinds[q.Sort]; {
	case q.Sort == Talk:
		b.and(`p.kind = 'post'`)
	case kind != "":
		b.and(`p.kind = ` + b.arg(kind) + ` AND p.kind <> 'post'`) // the second names the index
	}
	if q.Place != 0 {
		b.and(`p.group_id = ` + b.arg(q.Place))
	}
	if q.Open {
		b.and(b.open(q.Sort))
	}
	if q.Sort == Events {
		b.meeting(q)
	}
}

// proposing keeps to what is asked for, offered, or about something.
func (b *finding) proposing(q *Query) {
	where := `q.post_id = p.id`
	if q.Category != "" {
		where += ` AND q.category = ` + b.arg(q.Category)
	}
	if p := purposes[q.Sort]; p != "" {
		where += ` AND q.purpose = ` + b.arg(string(p))
		b.and(`p.kind IN ('` + strings.Join(instance.ExchangeKinds, `', '`) + `')`)
	}
	if b.from == `posts p` && q.Place == 0 {
		b.from, b.order = `proposals q CROSS JOIN posts p`, `q.post_id`
		b.and(where)
		return
	}
	b.and(`EXISTS (SELECT 1 FROM proposals q WHERE ` + where + `)`)
}

// open holds for what still holds of a sort.
func (b *finding) open(sort Sort) string {
	if sort == Talk {
		return `p.kind = 'post'` // it does not end
	}
	now := b.arg(store.Millis(b.s.now()))
	event := `EXISTS (SELECT 1 FROM events o WHERE o.post_id = p.id AND o.status <> 'cancelled'
		     AND (o.repeats <> '' OR COALESCE(o.ends_at, o.starts_at) > ` + now + `))`
	notice := `EXISTS (SELECT 1 FROM notices o WHERE o.post_id = p.id AND o.until > ` + now + `)`
	proposal := `EXISTS (SELECT 1 FROM proposals o WHERE o.post_id = p.id AND o.status = 'open' AND (o.ends_at IS NULL OR o.ends_at > ` + now + `))`
	switch sort {
	case Events:
		return event
	case Notices:
		return notice
	case Anything:
		return `(p.kind <> 'post' AND (` + proposal + `
		     OR ` + event + `
		     OR ` + notice + `))`
	}
	return proposal
}

// meeting keeps to events that take place in the time q asks for: with events
// that is not when they were posted.
func (b *finding) meeting(q *Query) {
	if q.Since.IsZero() && q.Until.IsZero() {
		return
	}
	where := `o.post_id = p.id`
	if !q.Until.IsZero() {
		where += ` AND o.starts_at < ` + b.arg(store.Millis(q.Until))
	}
	if !q.Since.IsZero() {
		where += ` AND (o.repeats <> '' OR COALESCE(o.ends_at, o.starts_at) >= ` + b.arg(store.Millis(q.Since)) + `)`
	}
	b.and(`EXISTS (SELECT 1 FROM events o WHERE ` + where + `)`)
}
