package web

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/opendata"
	"palier/instance/tally"
	"palier/instance/writing"
)

// openPage is how many rows of a table are read at once.
const openPage = 200

// openTables reads what is given away, a page of it at a time.
func (s *Server) openTables() map[string]opendata.Reader {
	return map[string]opendata.Reader{
		opendata.Places.Name: s.openPlaces, opendata.Organisations.Name: s.openOrganisations, opendata.Events.Name: s.openEvents,
		opendata.Campaigns.Name: s.openCampaigns, opendata.Counts.Name: s.openCounts,
	}
}

// eachOpenPlace hands on the places that are no houses, page by page.
func (s *Server) eachOpenPlace(ctx context.Context, do func(list []instance.Neighbourhood, ids []instance.ActorID) error) error {
	var after instance.ActorID
	for {
		list, err := s.Places.Open(ctx, after, openPage)
		if err != nil {
			return err
		}
		ids := make([]instance.ActorID, len(list))
		for i, n := range list {
			ids[i] = n.ID
		}
		if err := do(list, ids); err != nil || len(list) < openPage {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func (s *Server) openPlaces(ctx context.Context, write func(opendata.Row) error) error {
	return s.eachOpenPlace(ctx, func(list []instance.Neighbourhood, ids []instance.ActorID) error {
		parents, err := s.Places.Parents(ctx, ids)
		if err != nil {
			return err
		}
		outlines, err := s.Places.Outlines(ctx, ids)
		if err != nil {
			return err
		}
		for _, n := range list {
			var within []string
			for _, p := range parents[n.ID] {
				if !p.Level.House() {
					within = append(within, p.URL)
				}
			}
			row := opendata.Row{Values: []any{s.Site.Page(n.Username), n.Shown(), string(n.Level), some(n.Territory), within, nil, nil, nil}}
			if o, ok := outlines[n.ID]; ok {
				row.Values[5], row.Values[6], row.Values[7] = opendata.Degree(o.Center.Latitude), opendata.Degree(o.Center.Longitude), some(o.Source)
				row.Shape = o.Ring()
			}
			if err := write(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// openPlace is how a place stands in the rows of others: its name and the address
// of its page, nil where it is a house, a club or none of ours.
func (s *Server) openPlace(a instance.Actor) (name, page any) {
	if a.ID == 0 || !a.Local() || a.Gone() || a.Level == "" || a.Level.House() {
		return nil, nil
	}
	return a.Shown(), s.Site.Page(a.Username)
}

func (s *Server) openOrganisations(ctx context.Context, write func(opendata.Row) error) error {
	var after instance.ActorID
	for {
		list, err := s.Organisations.Page(ctx, after, openPage)
		if err != nil || len(list) == 0 {
			return err
		}
		var at []instance.ActorID
		for _, o := range list {
			at = append(at, o.Place.ID)
		}
		homes, err := s.Places.ByIDs(ctx, at)
		if err != nil {
			return err
		}
		for _, o := range list {
			name, page := s.openPlace(homes[o.Place.ID])
			if name == nil {
				continue // who it is would tell which house
			}
			err := write(opendata.Row{Values: []any{
				s.Site.Page(o.Username), o.Shown(), string(o.Sort), name, page, some(writing.Plain(o.Summary, instance.MaxText)), some(opendata.OpeningHours(o.Hours)),
				some(o.Holidays), o.Needs,
			}})
			if err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}

func (s *Server) openEvents(ctx context.Context, write func(opendata.Row) error) error {
	var after instance.PostID
	for {
		list, next, err := s.Events.Open(ctx, after, openPage)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := write(opendata.Row{Values: s.openEvent(e.Post, e.Off)}); err != nil {
				return err
			}
		}
		if next == 0 {
			return nil
		}
		after = next
	}
}

// openEvent is an event with what everyone may use of it again: where exactly it
// is and who invites only where that is a place or an organisation. A neighbour
// who invites everyone to their garden did not mean every map.
func (s *Server) openEvent(p *instance.Post, off []time.Time) []any {
	e := p.Event
	from, to := e.Local()
	var ends, by, page any
	if !to.IsZero() {
		ends = to
	}
	var not []string
	for _, at := range off {
		not = append(not, at.In(from.Location()).Format(time.RFC3339))
	}
	var place, placePage any
	if p.Group != nil {
		place, placePage = s.openPlace(*p.Group)
	}
	switch p.Author.Kind {
	case instance.Organization:
		by, page = p.Author.Shown(), s.Site.Page(p.Author.Username)
	case instance.Group:
		by, page = s.openPlace(p.Author)
	}
	where := []any{nil, nil, nil, some(e.Venue.Locality), some(e.Venue.Country), nil, nil}
	if by != nil {
		where[0], where[1], where[2] = some(e.Venue.Name), some(e.Venue.Street), some(e.Venue.PostalCode)
		if lat, lon := e.Venue.Latitude, e.Venue.Longitude; lat != nil && lon != nil {
			where[5], where[6] = opendata.Degree(*lat), opendata.Degree(*lon)
		}
	}
	values := []any{s.Site.EventPage(p.ID), p.Title, string(e.Status), from, ends, e.Zone, some(e.Repeats), not, place, placePage, by, page}
	return append(append(values, where...), e.Access)
}

func (s *Server) openCampaigns(ctx context.Context, write func(opendata.Row) error) error {
	var before instance.ID
	for {
		list, err := s.Campaigns.Page(ctx, before, openPage)
		if err != nil {
			return err
		}
		for _, c := range list {
			var at []string
			for _, a := range c.At {
				if name, _ := s.openPlace(a); name != nil {
					at = append(at, a.Shown())
				}
			}
			if len(at) == 0 {
				continue // it is of houses alone
			}
			err := write(opendata.Row{Values: []any{
				s.Site.Base() + campaignPath(c.ID), c.Name, c.Template, string(c.State), c.Starts.In(s.Zone), c.Ends.In(s.Zone), at,
				some(writing.Plain(string(s.campaignText(c)), instance.MaxCampaignText)), some(c.Language), c.Tag, c.Rules, some(c.OwnRule),
			}})
			if err != nil {
				return err
			}
		}
		if len(list) < openPage {
			return nil
		}
		before = list[len(list)-1].ID
	}
}

// openCounts are the counts of the page of what came of it, no more and by the same
// threshold ([tally.Few]); a place of which nothing is told has no row.
func (s *Server) openCounts(ctx context.Context, write func(opendata.Row) error) error {
	until := s.Now().In(s.Zone)
	from, to := until.AddDate(-1, 0, 0).Format(time.DateOnly), until.Format(time.DateOnly)
	return s.eachOpenPlace(ctx, func(list []instance.Neighbourhood, ids []instance.ActorID) error {
		years, err := s.Tally.OfAll(ctx, ids)
		if err != nil {
			return err
		}
		for _, n := range list {
			y, ok := years[n.ID]
			if !ok {
				continue
			}
			err := write(opendata.Row{Values: append([]any{n.Shown(), s.Site.Page(n.Username), from, to}, openYear(y)...)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// openYear is what is told of a year, nil for each count that is not.
func openYear(y tally.Year) []any {
	var counts []any
	for _, n := range []int{y.People, y.Helps, y.Loans, y.Reused, y.Bought, y.Rides, y.Meetings, y.Came, y.Small} {
		if n == 0 {
			counts = append(counts, nil)
			continue
		}
		counts = append(counts, n)
	}
	return counts
}

// some is a text, nil for an empty one.
func some(text string) any {
	if text == "" {
		return nil
	}
	return text
}
