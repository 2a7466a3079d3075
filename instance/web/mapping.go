package web

import (
	"html/template"
	"net/url"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/timelines"
	"palier/instance/web/view"
)

// What our sanitiser wrote is HTML; nothing else ever becomes that here.
func sanitised(s string) template.HTML { return template.HTML(s) }

func personView(site instance.Site, a instance.Actor) view.Person {
	p := view.Person{
		ID: a.ID.String(), Name: a.Shown(), Handle: a.Acct(), Path: "/@" + a.Acct(), Kind: view.Resident,
	}
	switch a.Kind {
	case instance.Group:
		p.Kind = view.Place
	case instance.Organization:
		p.Kind = view.Association
	case instance.Application, instance.Service:
		p.Kind, p.Bot = view.Machine, true
	}
	// One of another server comes through us: nobody learns who reads
	// (security.md F05).
	p.Picture = site.Portrait(a)
	return p
}

// postView is a post as v sees it. via is who brought it, nil for its author.
func postView(site instance.Site, p *instance.Post, via *instance.Actor, me *instance.Account, tends bool) view.Post {
	shown := view.Post{
		ID: p.ID.String(), Version: version(p), Path: postPath(p),
		Author: personView(site, p.Author), Title: p.Title, Content: sanitised(p.Content), Warning: p.Warning,
		Language: p.Language, Audience: view.Audience(p.Audience), Published: p.PublishedAt, Edited: p.EditedAt,
		Replies: p.Replies, Liked: p.Liked, Shared: p.Boosted, Pinned: p.Pinned, Kept: p.Bookmarked,
	}
	switch {
	case !p.DeletedAt.IsZero():
		shown.Gone = view.Deleted
		shown.Restorable = !p.Withdrawn.IsZero() && me != nil && me.ID == p.Author.ID
	case !p.RemovedAt.IsZero():
		shown.Gone = view.Removed
	}
	if p.Group != nil {
		in := personView(site, *p.Group)
		shown.In = &in
		if p.Audience == instance.ToNeighbourhood && p.Group.Local() && p.Group.Level == "" {
			shown.Audience = view.ToMembers
		}
	}
	if p.Answered != nil {
		to := *p.Answered
		shown.ReplyTo = &view.Reply{To: to.Shown(), Path: "/@" + to.Acct() + "/" + p.ReplyTo.String()}
	}
	if via != nil && (p.Group == nil || p.Group.ID != via.ID) { // where it was posted is said already
		by := personView(site, *via)
		shown.SharedBy = &by
	}
	for _, m := range p.Pictures {
		if m.Shown() {
			shown.Pictures = append(shown.Pictures, pictureView(site, m))
		} else {
			shown.Elsewhere = append(shown.Elsewhere, elsewhereView(m))
		}
	}
	if c := p.Card; c != nil {
		shown.Card = &view.Card{URL: c.URL, Host: c.Host(), Title: c.Title, Description: c.Description, Language: c.Language, Picture: site.CardImage(c)}
	}
	if n := p.Notice; n != nil {
		shown.Announcement = &view.Announcement{Sort: string(n.Sort), Level: string(n.Level), Until: n.Until}
	}
	if c := p.Campaign; c != nil {
		shown.Campaign = &view.PostCampaign{Path: campaignPath(c.Campaign), Name: c.Name, Side: string(c.Side)}
	}
	if p.Discreet() {
		shown.Audience = view.ToDiscreet
	}
	shown.Veiled = p.Sensitive && p.Warning == "" && len(p.Pictures) > 0
	shown.Poll = pollView(p.Poll)
	shown.Purchase, shown.Ride, shown.Errand = purchaseView(p), rideView(p), errandView(p)
	if shown.Purchase == nil && shown.Ride == nil && shown.Errand == nil {
		shown.Proposal = proposalView(p)
	}
	if p.Proposal != nil && p.EditedAt.Equal(p.Proposal.ToldAt) {
		shown.Edited = time.Time{} // nothing was written anew: it only stands otherwise
	}
	if p.Event != nil && !p.Gone() {
		i := occasion(p, time.Time{})
		shown.Invites = &i
	}
	shown.May = deedsOn(p, me, tends)
	return shown
}

// postPath is the address of a post's page here; its number stands last.
func postPath(p *instance.Post) string { return "/@" + p.Author.Acct() + "/" + p.ID.String() }

// version changes with whatever of a post changes for all its readers: its own
// words, and the names and portraits of those it shows (FNV-1a).
func version(p *instance.Post) int64 {
	said := p.PublishedAt
	if !p.EditedAt.IsZero() {
		said = p.EditedAt
	}
	h := uint64(14695981039346656037)
	mix := func(n int64) { h = (h ^ uint64(n)) * 1099511628211 }
	mix(said.UnixMilli())
	mix(int64(p.Replies))
	for i := range p.Pictures { // their size is known once they are here
		mix(int64(p.Pictures[i].Width)<<32 | int64(p.Pictures[i].Height))
	}
	if p.Card != nil {
		mix(p.Card.FetchedAt.UnixMilli())
	}
	mix(p.Author.UpdatedAt.UnixMilli())
	for _, a := range []*instance.Actor{p.Group, p.Answered} {
		if a != nil {
			mix(a.UpdatedAt.UnixMilli())
		}
	}
	if p.Event != nil {
		mix(int64(p.Event.Taken)<<32 | int64(p.Event.Waiting))
	}
	if p.Poll != nil {
		mix(p.Poll.EndsAt.UnixMilli())
		mix(int64(p.Poll.Voters))
		for _, o := range p.Poll.Options {
			mix(int64(o.Votes))
		}
	}
	if q := p.Proposal; q != nil {
		mix(int64(q.Available))
		mix(int64(len(q.Status))<<32 | int64(q.Status[0]))
		mix(q.Ends.UnixMilli())
		mix(q.ToldAt.UnixMilli())
	}
	return int64(h)
}

// pollView is what a post asks, nil for nothing.
func pollView(q *instance.Poll) *view.Poll {
	if q == nil {
		return nil
	}
	shown := &view.Poll{Multiple: q.Multiple, HideTotals: q.HideTotals, Ends: q.EndsAt, Votes: q.Votes(), Voters: q.Voters, Voted: q.Voted}
	for _, o := range q.Options {
		one := view.PollOption{Title: o.Title, Votes: o.Votes, Chosen: o.Chosen}
		if shown.Votes > 0 {
			one.Share = (o.Votes*200 + shown.Votes) / (2 * shown.Votes)
		}
		shown.Options = append(shown.Options, one)
	}
	return shown
}

func pictureView(site instance.Site, m instance.Picture) view.Picture {
	const thumb = 640
	w, h := m.Width, m.Height
	if w <= 0 || h <= 0 {
		w, h = thumb, thumb*3/4 // as most are; its server did not say
	}
	if long := max(w, h); long > thumb {
		w, h = max(1, w*thumb/long), max(1, h*thumb/long)
	}
	large, small := site.Picture(m)
	return view.Picture{ID: m.ID.String(), Small: small, Large: large, Alt: m.Description, Width: w, Height: h}
}

// elsewhereView is what of a post we do not show ourselves, such as a video.
func elsewhereView(m instance.Picture) view.Elsewhere {
	at := view.Elsewhere{Medium: m.Medium(), URL: m.RemoteURL, Alt: m.Description}
	if u, err := url.Parse(m.RemoteURL); err == nil {
		at.Host = u.Host
	}
	return at
}

// deedsOn are what somebody may do with a post; tends tells that they moderate
// the place it is in.
func deedsOn(p *instance.Post, me *instance.Account, tends bool) view.Deeds {
	if me == nil || p.Gone() {
		return view.Deeds{}
	}
	if p.Waits() { // whoever reads it may decide about it
		return view.Deeds{Decide: true, Report: true}
	}
	own := p.Author.ID == me.ID
	return view.Deeds{
		Reply: p.Notice == nil, Like: !own, Share: p.Audience.Open(), Pin: own && p.Audience.Open(), Edit: own && p.Local, Delete: own,
		Remove: tends && !own, Report: !own, Vote: p.Poll != nil && !own && !p.Poll.Voted,
		Close: own && p.Local && slices.Contains(instance.ExchangeKinds, p.Kind) && p.Proposal != nil && (p.Proposal.Status == instance.ProposalOpen || p.Proposal.Status == instance.ProposalAgreed),
		Take:  !own && p.Takable() && p.Proposal.Status == instance.ProposalOpen,
	}
}

// entryViews are the lines of a timeline as v sees them.
func (s *Server) entryViews(entries []timelines.Entry, v *visit) []view.Post {
	shown := make([]view.Post, 0, len(entries))
	for _, e := range entries {
		shown = append(shown, v.mayAnswer(e.Post, postView(s.Site, e.Post, e.Via, v.account, v.tends(e.Post.Group))))
	}
	return shown
}

// mayAnswer is a post without the deeds that are for who has shown where they
// live, if v has not.
func (v *visit) mayAnswer(p *instance.Post, shown view.Post) view.Post {
	if !v.viewer.MayAnswer(p) {
		shown.May.Reply, shown.May.Take = false, false
	}
	return shown
}

// tends tells whether the one who reads decides about posts in a group: as its
// moderator, or the whole server's.
func (v *visit) tends(group *instance.Actor) bool {
	if v.account == nil || group == nil || !group.Local() {
		return false
	}
	return v.account.Moderates() || slices.Contains(v.viewer.Tends, group.ID)
}

// bondView is how the viewer stands to somebody.
func bondView(r people.Relationship, self bool) view.Bond {
	return view.Bond{
		Self: self, Following: r.Follows == people.Following, Requested: r.Follows == people.Requested,
		FollowsMe: r.FollowedBy == people.Following, Blocked: r.Blocks, Muted: r.Mutes,
	}
}
